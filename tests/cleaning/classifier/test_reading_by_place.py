"""Read pages by place: which paragraphs are the main element's, and which pages are asked of trafilatura."""

from __future__ import annotations

import pytest
from servers.paper import prose

from cleaning.article import Page
from cleaning.classifier.classify import Classification
from cleaning.classifier.main_paragraphs import find_main_paragraphs
from cleaning.classifier.model import load_place_model
from cleaning.classifier.read_by_place import classify_by_place
from cleaning.extraction import Extraction
from cleaning.metadata.collect import read_metadata
from cleaning.page.parsing import parse_tree
from cleaning.page.text_runs import read_runs

URL = "https://gazette.example/2024/05/ferry"
PARAGRAPHS = prose("the ferry")
STORY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
OTHER = "".join(f"<p>{paragraph}</p>" for paragraph in prose("the bakery"))


def read_by_place(body: str) -> Classification | None:
    html = f"<html><head><title>The ferry</title></head><body>{body}</body></html>"
    tree = parse_tree(html)
    assert tree is not None
    metadata = read_metadata(tree, Page(URL, html))
    return classify_by_place(Extraction(runs=tuple(read_runs(tree)), base=URL), load_place_model(), metadata, URL)


def list_main_texts(body: str) -> list[str]:
    tree = parse_tree(f"<html><body>{body}</body></html>")
    assert tree is not None
    runs = read_runs(tree)
    return [runs[number].text for number in sorted(find_main_paragraphs(runs))]


@pytest.mark.parametrize(
    "beside",
    ["<aside>{}</aside>", "<footer>{}</footer>", "<div class='comments'>{}</div>", "<nav>{}</nav>", "<form>{}</form>"],
)
def test_prose_beside_the_article_is_not_taken(beside: str) -> None:
    around = beside.format(OTHER + OTHER)
    assert list_main_texts(f"<div><article>{STORY}</article>{around}</div>") == list(PARAGRAPHS)


def test_comments_are_the_text_where_nothing_else_is() -> None:
    assert list_main_texts(f"<div class='comments'>{STORY}</div>") == list(PARAGRAPHS)


def test_a_page_without_prose_has_no_main_paragraphs() -> None:
    assert list_main_texts("<p>Nothing today.</p>") == []


def test_a_plain_article_is_read_by_place() -> None:
    found = read_by_place(f"<article><h1>The ferry</h1>{STORY}</article><footer>All rights reserved</footer>")
    assert found is not None
    kept = [block.text for block in found.extraction.blocks]
    assert [text for text in kept if text in PARAGRAPHS] == list(PARAGRAPHS)


@pytest.mark.parametrize(
    "body",
    [
        "<p>Nothing today.</p>",
        f"<article><h1>The ferry</h1><p>{PARAGRAPHS[0]}</p></article>",
        f"<article><h1>The ferry</h1>{STORY}<pre>ferry --depart 10:00\nferry --arrive 06:00</pre>{STORY}</article>",
    ],
    ids=["no prose", "little text", "code"],
)
def test_a_page_that_leaves_doubt_is_not_read_by_place(body: str) -> None:
    assert read_by_place(body) is None

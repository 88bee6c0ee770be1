"""Read pages by place: which paragraphs are the main element's, and which pages are asked of trafilatura."""

from __future__ import annotations

import pytest
from servers.paper import prose
from small_paper import BOILERPLATE, LINKED_STORIES, SmallPaper, learn_memory_of

from cleaning.classifier.classify import Classification
from cleaning.classifier.main_paragraphs import find_main_paragraphs
from cleaning.classifier.model import load_place_model, load_site_place_model
from cleaning.classifier.read_by_place import build_features_by_place, classify_by_place
from cleaning.classifier.seldom_own import lower_likelihood
from cleaning.classifier.sure_score import is_surely_beside, rate_lists
from cleaning.extraction import Extraction, build_block, build_extraction
from cleaning.memory.match import MemoryMatch
from cleaning.metadata.collect import read_metadata
from cleaning.page.parsing import parse_tree
from cleaning.page.text_runs import read_runs
from cleaning.records.given import Page

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
        f"<article><h1>The ferry</h1><div class='newsletter'><p>{prose('the bakery')[0]}</p></div>{STORY}</article>",
    ],
    ids=["no prose", "little text", "code", "a newsletter's box first"],
)
def test_a_page_that_leaves_doubt_is_not_read_by_place(body: str) -> None:
    assert read_by_place(body) is None


def test_an_unlikely_line_among_the_paragraphs_is_left_to_the_rules() -> None:
    pointer = "<p class='more'><a href='/2024/05/bakery'>See also: The bakery of Orrow</a></p>"
    found = read_by_place(f"<article><h1>The ferry</h1>{STORY}{pointer}{STORY}</article>")
    assert found is not None
    (index,) = (at for at, block in enumerate(found.extraction.blocks) if block.text.startswith("See also"))
    assert found.low_scores[index].is_sure


@pytest.mark.parametrize("tag", ["footer", "aside", "nav"])
def test_a_line_beside_the_article_is_no_block(tag: str) -> None:
    found = read_by_place(f"<article><h1>The ferry</h1>{STORY}</article><{tag}><p>Weather: rain</p></{tag}>")
    assert found is not None
    assert "Weather: rain" not in [block.text for block in found.extraction.blocks]


def list_sure(body: str, likelihoods: dict[str, float]) -> dict[str, bool]:
    """Return for each of these texts of a page, with its likelihood, whether that is surely too low."""
    tree = parse_tree(f"<html><body>{body}</body></html>")
    assert tree is not None
    runs = read_runs(tree)
    rated = {number: likelihoods[run.text] for number, run in enumerate(runs) if run.text in likelihoods}
    lists = rate_lists(runs, rated)
    blocks = {number: build_block(runs[number].text, [runs[number]], URL) for number in rated}
    return {
        block.text: is_surely_beside(block, rated[number], runs[number], lists)
        for number, block in blocks.items()
        if block is not None
    }


@pytest.mark.parametrize(
    ("html", "likelihood", "sure"),
    [
        ("<p>Ten past four</p>", 0.3, True),
        ("<p>Ten past four</p>", 0.45, False),
        ("<p><a href='/x'>Ten past four</a></p>", 0.45, True),
        ("<h2>Ten past four</h2>", 0.1, False),
        ("<h2>Ten past four</h2>", 0.02, True),
        ("<figure><img src='x.jpg'><figcaption>Ten past four</figcaption></figure>", 0.45, True),
        ("<table><caption>Ten past four</caption><tr><td>1<td>2</table>", 0.02, False),
        ("<blockquote>Ten past four</blockquote>", 0.02, False),
    ],
)
def test_a_low_score_is_sure_by_the_kind_of_the_text(html: str, likelihood: float, sure: bool) -> None:
    assert list_sure(html, {"Ten past four": likelihood}) == {"Ten past four": sure}


@pytest.mark.parametrize(
    ("html", "needs_more"),
    [
        ("<figure><img src='x.jpg'><figcaption>Ten past four</figcaption></figure>", True),
        ("<figure><table><tr><td>Ten past four</table></figure>", False),
        ("<div class='wp-caption'><p class='wp-caption-text'>Ten past four</p></div>", True),
        ("<aside><p>Ten past four</p></aside>", True),
        ("<p class='byline'>Ten past four</p>", True),
        ("<div>Ten past four</div>", True),
        ("<p>Ten past four</p>", False),
    ],
)
def test_texts_of_kinds_that_are_seldom_the_articles_need_more(html: str, needs_more: bool) -> None:
    tree = parse_tree(f"<html><body><article>{STORY}<section>{html}</section>{STORY}</article></body></html>")
    assert tree is not None
    runs = read_runs(tree)
    (number,) = (at for at, run in enumerate(runs) if run.text == "Ten past four")
    features = build_features_by_place(runs, read_metadata(tree, Page(URL, "")), URL)
    lowered = lower_likelihood(0.55, runs[number], features.build_vector(number))
    assert lowered < 0.4 if needs_more else lowered == 0.55


def test_a_page_of_a_known_site_that_is_unlike_its_others_is_read_by_place() -> None:
    paper = SmallPaper("lantern", "en")
    memory = learn_memory_of([paper.page_with_boilerplate(number) for number in range(LINKED_STORIES)])
    repeated = BOILERPLATE["en"]["newsletter"]
    page = paper.page(20, template="redesign", end=f"<p>{repeated}</p>")
    tree = parse_tree(page.html)
    assert tree is not None
    metadata, runs = read_metadata(tree, page), read_runs(tree)
    match = MemoryMatch(memory, runs, metadata.draft.title)
    assert not match.is_understood
    found = classify_by_place(
        Extraction(runs=tuple(runs), base=page.url), load_site_place_model(), metadata, page.url, match
    )
    assert found is not None
    rules = {block.text: block.rule for block in found.extraction.blocks}
    assert {text: rules[text] for text in paper.story(20).paragraphs} == dict.fromkeys(paper.story(20).paragraphs)
    assert rules[repeated] == "repeated_block"


def test_a_list_is_as_likely_as_its_likeliest_text() -> None:
    items = "<ul><li>Ten past four<ul><li>by bus</ul><li>Half past five</ul>"
    low = {"Ten past four": 0.02, "by bus": 0.03}
    assert list_sure(items, {**low, "Half past five": 0.2}) == dict.fromkeys((*low, "Half past five"), False)
    assert list_sure(items, {**low, "Half past five": 0.05}) == dict.fromkeys((*low, "Half past five"), True)


def test_a_bar_in_a_cell_is_no_edge_of_it() -> None:
    tree = parse_tree("<html><body><table><tr><td>Car | van<td>64 crowns</table></body></html>")
    assert tree is not None
    extraction = build_extraction(read_runs(tree), (0, 1), URL, join_rows=True)
    assert [block.text for block in extraction.blocks] == ["Car \\| van | 64 crowns"]

"""Lists, quotes, tables, code, headings and captions of a page come out as they were, read back by another program."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from markdown_reader import read_markdown

from cleaning import Article, Block, BlockKind, clean_html
from cleaning.markdown.layout import Piece
from cleaning.markdown.render import render_markdown

ADDRESS = "https://www.harbour-post.example/2024/05/16/ferry"


def read_middle(news_page: Any, html: str) -> list[object]:
    """Return what is read from the Markdown of a page with this HTML in the middle of its text."""
    article = clean_html(news_page.html(middle=html), url=ADDRESS)
    title, *blocks = read_markdown(article.to_markdown())
    assert title == ("h1", news_page.headline)
    return blocks[3:-3]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h2>Fares</h2><p>Here.</p><h4>Cars</h4>", [("h2", "Fares"), "Here.", ("h4", "Cars")]),
        ("<ul><li>One <b>bold</b> thing<li>Two things</ul>", [["ul", ["li", "One bold thing"], ["li", "Two things"]]]),
        ("<ul><li>One here</ul><ul><li>Two there</ul>", [["ul", ["li", "One here"]], ["ul", ["li", "Two there"]]]),
        (
            "<ul><li>One here<ul><li>inner one<li>inner two<ol><li>deep</ol></ul><li>Two there</ul>",
            [
                [
                    "ul",
                    ["li", "One here", ["ul", ["li", "inner one"], ["li", "inner two", ["ol", ["li", "deep"]]]]],
                    ["li", "Two there"],
                ]
            ],
        ),
        ("<ol start=4><li>Four<li>Five</ol>", [["ol", 4, ["li", "Four"], ["li", "Five"]]]),
        (
            "<ul><li>Steps are<ol start=3><li>third</ol>and no more</ul>",
            [["ul", ["li", "Steps are", ["ol", 3, ["li", "third"]], "and no more"]]],
        ),
        (
            "<blockquote><p>First said.<p>Then said.<ul><li>a point</ul></blockquote><blockquote>Other.</blockquote>",
            [["quote", "First said.", "Then said.", ["ul", ["li", "a point"]]], ["quote", "Other."]],
        ),
        (
            (
                "<table><caption>Fares</caption><tr><th>Ticket<th>Summer<th>Winter<tr><td>Car | van<td>64<td>62"
                "<tr><td>Bicycle<td colspan=2>9</table>"
            ),
            [
                "*Fares*",
                [
                    "table",
                    ["tr", "Ticket", "Summer", "Winter"],
                    ["tr", "Car | van", "64", "62"],
                    ["tr", "Bicycle", "9", ""],
                ],
            ],
        ),
        (
            (
                "<table><tr><td>Day<td>Ship<td>Port<tr><td rowspan=2>Monday<td>Orrow<td>Pell<tr><td>Brandt<td>Lind"
                "<tr><td><td>Zed<td>Mouth</table>"
            ),
            [
                [
                    "table",
                    ["tr", "Day", "Ship", "Port"],
                    ["tr", "Monday", "Orrow", "Pell"],
                    ["tr", "", "Brandt", "Lind"],
                    ["tr", "", "Zed", "Mouth"],
                ]
            ],
        ),
        ("<pre>let x = 1\nlet `y` = 2</pre>", [("code", "let x = 1\nlet `y` = 2\n")]),
        ("<dl><dt>Term<dd>What it means</dl>", [["ul", ["li", "Term"], ["li", "What it means"]]]),
    ],
)
def test_what_a_page_shows_comes_back(news_page: Any, html: str, expected: list[object]) -> None:
    assert read_middle(news_page, html) == expected


def test_a_page_laid_out_in_a_table_is_no_table(news_page: Any) -> None:
    long = "A sentence of the page that is long enough to be read as a paragraph, and no figure of a table at all. " * 4
    html = f"<table><tr><td><p>{long}</p></td><td><ul><li>One here<li>Two there</ul></td></tr></table>"
    found = read_middle(news_page, html)
    assert found[0] == long.strip()
    assert ["ul", ["li", "One here"], ["li", "Two there"]] in found[1:] or found[1:] == []


def test_the_texts_are_those_of_the_article(news_page: Any) -> None:
    html = "<h2>5 * 3 = 15</h2><ul><li># of ships<li>1. April</ul><p>[sic] _he_ said &amp;amp; <b>left</b></p>"
    article = clean_html(news_page.html(middle=html), url=ADDRESS)

    def flatten(found: object) -> list[str]:
        if isinstance(found, str):
            return [found]
        if isinstance(found, tuple):
            return [found[1]]
        assert isinstance(found, list)
        return [text for one in (found[1:] if found[0] in ("ul", "li") else found) for text in flatten(one)]

    assert flatten(read_markdown(article.to_markdown())) == [article.title, *article.text.split("\n")]


def test_the_head_is_yaml_with_the_fields_of_the_record(news_page: Any) -> None:
    author = "<meta name=author content='Ada \"Q\" Reed: the\u2028first'>"
    head = f"{author}<meta property='article:published_time' content='2024-05-16T08:00:00Z'>"
    article = clean_html(news_page.html(head=head), url=ADDRESS)
    _, front, document = article.to_markdown(head=True).split("---\n", 2)
    record = {name: value for name, value in article.to_dict().items() if value not in (None, [])}
    assert article.text == record.pop("text")
    assert yaml.safe_load(front) == json.loads(json.dumps(record))
    assert document == "\n" + article.to_markdown()


def test_without_layouts_lists_are_told_by_their_paths() -> None:
    blocks = [
        Piece("One", "item", "main > ol > li"),
        Piece("inner", "item", "main > ol > li > ul > li"),
        Piece("inner too", "item", "main > ol > li > ul > li"),
        Piece("Two", "item", "main > ol > li"),
        Piece("Said.", "quote", "main > blockquote > p"),
        Piece("A | B", "row", "main > table > tr > td"),
        Piece("1 | 2", "row", "main > table > tr > td"),
        Piece("x = 1", "code", "main > pre"),
        Piece("y = 2", "code", "main > pre"),
        Piece("Alone", "item"),
    ]
    assert read_markdown(render_markdown("", blocks)) == [
        ["ol", ["li", "One", ["ul", ["li", "inner"], ["li", "inner too"]]], ["li", "Two"]],
        ["quote", "Said."],
        ["table", ["tr", "A", "B"], ["tr", "1", "2"]],
        ("code", "x = 1\ny = 2\n"),
        ["ul", ["li", "Alone"]],
    ]


def test_a_headline_is_written_once_and_nothing_gives_nothing() -> None:
    heading = Block("The Headline", BlockKind.HEADING, path="main > h1")
    assert (
        Article("http://a.example/", "The headline", (heading, Block("Text."))).to_markdown()
        == "# The headline\n\nText.\n"
    )
    assert Article("http://a.example/", "").to_markdown() == ""

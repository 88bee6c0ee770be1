"""Tell parts of a line from lines where the tag does not say it, and keep words whole and apart."""

from __future__ import annotations

import pytest

from cleaning.page.line_parts import write_known_tags
from cleaning.page.parsing import parse_tree
from cleaning.page.text_runs import read_runs


def read_lines(body: str) -> list[str]:
    tree = parse_tree(f"<html><body>{body}</body></html>")
    assert tree is not None
    return [run.text for run in read_runs(tree)]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<news-par>One.</news-par><news-par>Two.</news-par>", ["One.", "Two."]),
        ("<x-body><x-line>One <b>more</b>.</x-line><x-line>Two.</x-line></x-body>", ["One more.", "Two."]),
        ("<p>The <x-person>harbour master</x-person>, a sailor</p>", ["The harbour master, a sailor"]),
        ("<p><x-cap>T</x-cap>he boats</p>", ["The boats"]),
        ("<div>A <x-term>quay</x-term> of stone</div>", ["A quay of stone"]),
        ("<x-card><h2>Head</h2><p>Text</p></x-card>", ["Head", "Text"]),
        (
            "<div><span style='display: block'>One.</span><span style='display:block'>Two.</span></div>",
            ["One.", "Two."],
        ),
        ("<p><span style='display:block;float:left'>T</span>he boats</p>", ["The boats"]),
        ("<p><span style='display:inline-block'>T</span>he boats</p>", ["The boats"]),
    ],
)
def test_place_and_style_decide_where_the_tag_does_not(body: str, lines: list[str]) -> None:
    assert read_lines(body) == lines


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("<p><b>un</b>likely</p>", "unlikely"),
        ("<p>super<wbr>market</p>", "supermarket"),
        ("<p><b>1.</b> <span>Wash</span> <i>it</i></p>", "1. Wash it"),
        ("<p><a href='/a'>Home</a><a href='/b'>World</a></p>", "Home World"),
        ("<p><a href='/a'>Home</a>s of <a href='/b'>old</a>, and new</p>", "Homes of old, and new"),
        ("<p><a href='/a'>Home</a> <a href='/b'>World</a></p>", "Home World"),
        ("<p>A <a href='/a'>report<svg><path/></svg></a> of <img src='x.png'>May</p>", "A report of May"),
        ("<p>By <span><meta content='x'>Lyft</span> in<script>var a</script> town</p>", "By Lyft in town"),
        ("<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>です</p>", "漢字です"),
    ],
)
def test_a_line_has_its_words_whole_and_apart(body: str, line: str) -> None:
    assert read_lines(body) == [line]


def test_custom_elements_get_tags_that_a_reader_of_tags_knows() -> None:
    tree = parse_tree(
        "<body><x-a class='k'><x-b>One</x-b><x-c><div>Two</div></x-c></x-a><p>T <x-d>three</x-d> f</p></body>"
    )
    assert tree is not None
    write_known_tags(tree)
    body = tree.find("body")
    assert [(one.tag, one.get("class")) for one in body.iterdescendants()] == [
        ("div", "x-a k"),
        ("p", "x-b"),
        ("div", "x-c"),
        ("div", None),
        ("p", None),
        ("span", "x-d"),
    ]

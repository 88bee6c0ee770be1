from __future__ import annotations

import gzip
import random
import time
import zlib

import pytest
from lxml import etree

from cleaning.clean import clean
from cleaning.page.block_elements import MAX_PATH_CHARACTERS
from cleaning.page.parsing import MAX_DEPTH, MAX_ELEMENTS, MAX_PAGE_CHARACTERS, parse_html, parse_tree, strip_invisible
from cleaning.records.given import Page

PARAGRAPH = "<p>The board had taken the boat out of service in January, when a survey found the plates too thin.</p>"


def body_of(body: str) -> str:
    tree = parse_tree(f"<html><body>{body}</body></html>")
    assert tree is not None
    return str(tree.find("body").text_content())


def depth(tree: etree._Element) -> int:
    deepest = at = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        at += 1 if event == "start" else -1
        deepest = max(deepest, at)
    return deepest


CONTROLS = "&#27; &#27 &#0; &#x1; &#x000001B; &#x1b &#x0B; &#127; &#xD800; &#xFFFE; &#xFFFF; &#xFDD0;".split()  # noqa: SIM905


@pytest.mark.parametrize("reference", CONTROLS)
def test_a_reference_to_no_character_does_not_spoil_the_page(reference: str) -> None:
    line = (
        f"<p>An escape {reference} stood in this sentence, copied from a terminal in the harbour master's office.</p>"
    )
    html = f"<html><head><title>Dam {reference} open</title></head><body>{PARAGRAPH}{line}</body></html>"
    article = clean(Page("https://a.example/2024/05/16/dam", html))
    assert "An escape stood in this sentence" in article.text
    assert article.rejected is None


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("&#12;", " "),
        ("&#133;", "…"),
        ("&#x93;", "“"),
        ("&#8205;", "\u200d"),
        ("&zwnj;", "\u200c"),
        ("&#65;", "A"),
        ("&#0065", "A"),
        ("&amp;#27;", "&#27;"),
        ("&#x110000;", "\ufffd"),
        ("&#99999999999999;", "\ufffd"),
        ("\x93", "“"),
        ("\f", " "),
    ],
)
def test_characters_that_a_browser_shows_are_kept(reference: str, text: str) -> None:
    assert body_of(f"<p>one{reference}two</p>") == f"one{text}two"


@pytest.mark.parametrize("hidden", ["\u00ad", "\u200b", "\u2060", "\ufeff", "\u200e", "\u202b", "\u2069", "\ue000"])
def test_invisible_characters_are_left_out_in_any_notation(hidden: str) -> None:
    for written in (hidden, f"&#{ord(hidden)};", f"&#x{ord(hidden):x};"):
        assert body_of(f"<p>Zei{written}tung</p>") == "Zeitung"
    assert strip_invisible(f"Zei{hidden}tung") == "Zeitung"


@pytest.mark.parametrize("letter", ["e", "é", "ж", "新", "😀"])
@pytest.mark.parametrize("hidden", ["\x07", "\x7f", "\u00ad", "\u200b", "\ue000", "\ud800", "\U000f0000"])
def test_invisible_characters_are_left_out_between_letters_of_any_script(letter: str, hidden: str) -> None:
    assert body_of(f"<p>{letter}{hidden}{letter}</p>") == letter * 2


@pytest.mark.parametrize("name", ["shy", "ZeroWidthSpace", "NoBreak", "lrm", "rlm"])
def test_named_references_to_invisible_characters_are_left_out(name: str) -> None:
    assert body_of(f"<p>Zei&{name};tung</p>") == "Zeitung"


@pytest.mark.parametrize(
    "text", ["می\u200cخواهم", "क्\u200dष", "👨\u200d👩\u200d👧", "❤\ufe0f\u200d🔥", "\U0001f3f4\U000e0067\U000e007f"]
)
def test_characters_that_shape_letters_are_kept(text: str) -> None:
    assert strip_invisible(text) == text


@pytest.mark.parametrize("text", ["\u200dTools", "Tools\u200d", "To\u200cols", " \u200d Tools", "Tools.\u200d"])
def test_joiners_that_join_nothing_are_left_out(text: str) -> None:
    assert strip_invisible(text).split() in (["Tools"], ["Tools."])


@pytest.mark.parametrize("opening", ["<div>", "<blockquote>", "<b>", "<ul><li>", "<table><tr><td>", "<div>text"])
def test_a_page_nested_too_deep_is_flattened_and_keeps_its_text(opening: str) -> None:
    tree = parse_tree(f"<html><head><title>x</title></head><body>{opening * 1_000}{PARAGRAPH * 3}</body></html>")
    assert tree is not None
    assert depth(tree) == MAX_DEPTH
    assert tree.findtext(".//title") == "x"
    assert [len(paragraph.text_content()) for paragraph in tree.iter("p")] == [len(PARAGRAPH) - 7] * 3
    assert tree.text_content().count("text") == opening.count("text") * 1_000


def test_text_after_a_part_that_is_too_deep_keeps_its_position() -> None:
    tree = parse_tree(
        f"<html><body><main>{'<i>' * 300}deep{'</i>' * 300} and after</main><p id='last'>end</p></body></html>"
    )
    assert tree is not None
    assert tree.find("body/main").text_content() == "deep and after"
    assert tree.find("body/p").get("id") == "last"


@pytest.mark.parametrize(
    "html",
    ["<html><frameset cols='9'><frame src='a'></frameset></html>", "<title>x</title>", "<!-- x -->", "<html></html>"],
)
def test_markup_without_text_is_a_tree_with_an_empty_body(html: str) -> None:
    tree = parse_tree(html)
    assert tree is not None
    assert tree.find("body").text_content() == ""
    assert clean(Page("https://a.example/", html)).rejected == "no-text"


def test_text_without_markup_has_no_tree() -> None:
    assert parse_tree("5 < 6 and 7 > 2") is None


# 14 of the forty
OTHERS = {
    "gzip": gzip.compress(PARAGRAPH.encode() * 300).decode("utf-8", "replace"),
    "gzip as latin-1": gzip.compress(PARAGRAPH.encode() * 300).decode("latin-1"),
    "deflate": zlib.compress(random.Random(1).randbytes(5_000)).decode("cp1252", "replace") + "<p>",
    "PDF": "%PDF-1.7\n1 0 obj << /Title <FEFF0041> >>",
    "JSON": '\n {"html": "<p>text</p>"}',
    "JSON list": '[{"html": "<p>text</p>"}]',
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_other_content_sent_in_place_of_a_page_is_no_markup(text: str) -> None:
    assert parse_tree(text) is None
    assert clean(Page("https://a.example/", text)).rejected == "not-html"


@pytest.mark.parametrize("before", ["{{ template }}", "[[", "{% load %}", "\x1b\x07", "[if] "])
def test_characters_before_a_page_do_not_spoil_it(before: str) -> None:
    assert clean(Page("https://a.example/2024/05/16/dam", f"{before}<html><body>{PARAGRAPH * 3}")).rejected is None


# 30 of the forty
LIMITED = {
    "ordinary": (PARAGRAPH, ()),
    "deep": ("<div>" * 300 + PARAGRAPH, ("depth",)),
    "deep and long": ("<div>" * 300_000 + PARAGRAPH, ("depth", "length")),
    "long": (PARAGRAPH + "x" * MAX_PAGE_CHARACTERS, ("length",)),
    "named at length": (f"<div id='{'x' * 1_000_000}'><p class='{'x ' * 500_000}'>{PARAGRAPH}</div>", ("attribute",)),
    "of many elements": ("<i>x</i>" * (MAX_ELEMENTS + 1), ("elements",)),
}


@pytest.mark.parametrize(("body", "limited"), LIMITED.values(), ids=LIMITED)
def test_a_page_says_which_limits_it_hit(body: str, limited: tuple[str, ...]) -> None:
    html = f"<html><body>{body}</body></html>"
    assert parse_html(html).limits_hit == limited
    assert clean(Page("https://a.example/", html)).limits_hit == limited


def test_a_page_of_too_many_elements_is_rejected_in_no_time() -> None:
    html = "<p>ab cd</p>" * (MAX_ELEMENTS + 1)
    began = time.process_time()
    assert clean(Page("https://a.example/", html)).rejected == "too-many-elements"
    assert time.process_time() - began < 2


def test_the_path_of_a_block_is_bounded() -> None:
    nest = f"<div class='{'x' * 5_000}'>" * 20
    article = clean(Page("https://a.example/", f"<html><body>{nest}{PARAGRAPH * 5}"))
    assert article.blocks
    assert {len(block.path) for block in article.blocks} == {MAX_PATH_CHARACTERS}


@pytest.mark.parametrize("many", ["", "".join(map(chr, (*range(0x01, 0x09), *range(0xE000, 0xE020))))])
def test_few_and_many_different_invisible_characters_are_left_out_alike(many: str) -> None:
    shown = "a ferry “quoted”, paid in € – and more…"
    hidden = f"a\u00ad fe\u200brry \u0093quoted\ufeff\u0094,{many} paid in \u0080 \u0096 and\x00 more\u0085{many}"
    assert body_of(hidden) == shown

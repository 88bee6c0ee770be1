"""The output of `scrapy explain`: at a terminal, in a pipe, as a web page, as JSON."""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from datetime import datetime, timedelta, timezone
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from rich.cells import cell_len
from rich.console import Console

from cleaning.clean import clean
from cleaning.records.article import Article, RuleOutcome
from cleaning.records.block import Block, BlockKind
from cleaning.records.given import Page
from cleaning.records.times import UNSTATED
from crawler.explain.explanation import REASONS, PageExplanation
from crawler.explain.json_document import explanation_to_json
from crawler.explain.terminal import render_for_terminal
from crawler.explain.web_page import render_web_page
from crawler.terminal.characters import escape_for_terminal, replace_surrogates

DOCS = (Path(__file__).parents[3] / "docs" / "cleaning.md").read_text("utf-8")
HOSTILE = "Danger \x1b[2J\x07 \ud800 \u202eeb ot <script>alert(1)</script> [bold]&amp;\"'{{ 7 * 7 }}"
SCRIPTS = {
    "Hebrew": 'ראש העיר אמר אתמול כי הגשר ייפתח "בעוד שבועיים" ולא לפני כן, כך נמסר.',
    "Persian, with its joiners": "می\u200cخواهم بگویم که نیم\u200cفاصله باید بماند و چیزی کم نشود.",
    "Japanese": "東京都は七日、新型の路線バスを来年の春から都心部で運行すると発表した。" * 4,
    "Devanagari": "नगर परिषद ने सोमवार को पुल की मरम्मत के लिए धन स्वीकृत किया।",
    "emoji of several signs": "The team of \U0001f469\u200d\U0001f52c and \U0001f469\u200d\U0001f692 met.",
}


def explain(*blocks: Block, address: str | None = "https://paper.example/a", **fields: object) -> PageExplanation:
    article = Article(url=address or "https://address.invalid/", blocks=blocks, **({"title": "A title"} | fields))  # type: ignore[arg-type]  # the fields that the test gives
    return PageExplanation(article, address)


def lines(explanation: PageExplanation, width: int = 80) -> list[str]:
    """Return the lines that a pipe gets."""
    return render_for_terminal(explanation, Console(file=StringIO(), width=width, highlight=False)).splitlines()


def cut(text: str, rule: str = "see_also", evidence: str = "a link") -> Block:
    return Block(text, rule=rule, evidence=evidence)


LONG = " ".join(f"word{number}" for number in range(60))


def test_every_line_of_a_cut_block_is_marked_and_no_line_of_a_kept_one() -> None:
    output = lines(explain(Block(f"- {LONG}"), cut(LONG, evidence=LONG), Block("The end.")))
    blocks = output[output.index("") + 1 :]
    blocks = blocks[blocks.index("") + 1 : -2]
    marked = [line for line in blocks if line.startswith("- ")]
    assert " ".join(line[2:].strip() for line in marked) == f"{LONG} see_also: {LONG}"
    assert " ".join(line.strip() for line in blocks if line.startswith("  ")) == f"- {LONG} The end."
    assert set(blocks) == {*marked, *(line for line in blocks if line.startswith("  ")), ""}


def test_a_pipe_gets_no_colour_codes_and_a_terminal_sees_cut_text_dimmed() -> None:
    explanation = explain(Block("Kept text."), cut("Cut text."))
    assert "\x1b" not in "\n".join(lines(explanation))
    console = Console(file=StringIO(), width=80, force_terminal=True, color_system="standard", highlight=False)
    at_terminal = render_for_terminal(explanation, console)
    assert "- \x1b[2mCut text.\x1b[0m\n" in at_terminal
    assert "  Kept text.\n" in at_terminal


@pytest.mark.parametrize("width", [40, 80, 100])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    texts = [LONG, "x" * 500, "漢" * 301, f"https://paper.example/{'a' * 300}"]
    facts = {"title": LONG, "image": texts[-1], "tags": tuple(LONG.split())}
    output = lines(explain(*map(Block, texts), *map(cut, texts), **facts), width)  # type: ignore[arg-type]  # see `explain`
    assert max(map(cell_len, output)) <= width
    assert not [line for line in output if line != line.rstrip()]


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_other_scripts_are_unchanged(text: str) -> None:
    explanation = explain(Block(text), title=text)
    output = [line for line in lines(explanation) if line.startswith("  ")]
    assert "".join(output).replace(" ", "").endswith(text.replace(" ", ""))
    assert text in render_web_page(explanation).replace("&#34;", '"')
    assert json.loads(explanation_to_json(explanation))["blocks"][0]["text"] == text


def test_a_page_cannot_send_control_characters_to_the_terminal() -> None:
    block = Block(HOSTILE, links=(HOSTILE,), path=HOSTILE, rule=HOSTILE, evidence=HOSTILE)
    explanation = explain(block, Block(HOSTILE), address=HOSTILE, title=HOSTILE, authors=(HOSTILE,), rejected=HOSTILE)
    output = "\n".join(lines(explanation))
    assert {unicodedata.category(character) for character in output if character != "\n"}.isdisjoint({"Cc", "Cf", "Cs"})
    assert "[bold]&amp;" in output  # not read as markup by rich
    assert output.encode()


def test_a_web_page_holds_all_text_escaped_and_needs_nothing_else() -> None:
    block = Block(HOSTILE, links=('javascript:"><script>',), path=HOSTILE, rule=HOSTILE, evidence=HOSTILE)
    page = render_web_page(explain(block, Block(HOSTILE), address=HOSTILE, title=HOSTILE, language='x"><script>'))
    assert page.encode()
    assert set("\x1b\x07\u202e\ud800").isdisjoint(page)
    tree = lxml_html.document_fromstring(page)
    assert {element.tag for element in tree.iter()}.isdisjoint(
        {"script", "link", "img", "iframe", "a", "form", "object"}
    )
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith(("on", "src", "href"))]
    assert not re.search(r"url\(|@import|https?://", page)
    assert "default-src 'none'" in page
    assert "{{ 7 * 7 }}" in tree.text_content()
    assert "prefers-color-scheme: dark" in page


def test_a_web_page_strikes_cut_text_and_names_rule_and_evidence() -> None:
    blocks = Block("Kept text."), cut("Cut text.", "own_links", "2 links to the same site")
    tree = lxml_html.document_fromstring(render_web_page(explain(*blocks)))
    (struck,) = tree.iter("del")
    assert struck.text_content() == "Cut text."
    (why,) = tree.find_class("why")
    assert why.text_content() == "cut by own_links: 2 links to the same site"
    assert [element.text_content() for element in tree.find_class("text")] == ["Kept text.", "Cut text."]


def test_a_field_is_shown_with_its_source_and_a_missing_one_is_named() -> None:
    explanation = explain(Block("Text."), title="A title", tags=("one", "two"), sources={"title": "<h1>"})
    output = "\n".join(lines(explanation))
    assert "A title  (from <h1>)" in output
    assert re.search(r"^tags +one, two$", output, re.MULTILINE)
    assert re.search(r"not stated: canonical_url, site_name, authors", output)
    tree = lxml_html.document_fromstring(render_web_page(explanation))
    rows = [[cell.text_content() for cell in row] for row in tree.iter("tr")]
    assert ["title", "A title", "<h1>"] in rows
    assert ["tags", "one, two", ""] in rows
    facts = json.loads(explanation_to_json(explanation))["metadata"]
    assert facts["title"] == {"value": "A title", "source": "<h1>"}
    assert facts["tags"]["value"] == ["one", "two"]
    assert facts["authors"] == {"value": None, "source": None}


def test_a_time_is_shown_in_the_zone_that_the_page_states_and_without_one_where_it_states_none() -> None:
    moment = datetime(2025, 9, 5, 5, 0, tzinfo=timezone(timedelta(hours=1)))
    explanation = explain(published_at=moment, modified_at=moment.replace(tzinfo=UNSTATED), free=False)
    output = "\n".join(lines(explanation))
    assert re.search(r"^published_at +2025-09-05T05:00:00\+01:00$", output, re.MULTILINE)
    assert re.search(r"^modified_at +2025-09-05T05:00:00, zone not stated$", output, re.MULTILINE)
    assert re.search(r"^free +no$", output, re.MULTILINE)
    facts = json.loads(explanation_to_json(explanation))["metadata"]
    assert [facts[name]["value"] for name in ("published_at", "modified_at", "free")] == [
        "2025-09-05T05:00:00+01:00",
        "2025-09-05T05:00:00",
        False,
    ]


def test_every_metadata_field_of_an_article_is_shown() -> None:
    judged = {
        "url",
        "blocks",
        "entries",
        "rejected",
        "cleaner_version",
        "fetched_at",
        "headline_key",
        "sources",
        "limits_hit",
    }
    # Data about the site, about further pages of the article, and to find its duplicates.
    for_others = {"observation", "memory_dependency", "memory_fingerprint", "pager", "site_rules", "sketch", "reading"}
    output = set(json.loads(explanation_to_json(explain()))["metadata"])
    assert output == {field.name for field in dataclasses.fields(Article) if field.init} - judged - for_others


def test_the_memory_and_what_each_rule_found_are_in_all_outputs() -> None:
    outcomes = (
        RuleOutcome("text", "div.story", 2),
        RuleOutcome("remove", "<b>.ad", 0),
        RuleOutcome("published", "p.by", 1, "the spider", "“soon” is no date"),
    )
    explanation = dataclasses.replace(explain(site_rules=outcomes), memory="that of the site “a”")
    notes = [
        ("site_memory", "that of the site “a”"),
        ("site_rule", "'text' of sites.toml: div.story (found 2)"),
        ("site_rule", "'remove' of sites.toml: <b>.ad (found nothing)"),
        ("site_rule", "'published' of the spider: p.by (not used: “soon” is no date)"),
    ]
    assert explanation.site_notes == notes
    output = lines(explanation)
    start = output.index("site_memory  that of the site “a”")
    assert output[start - 1 : start + 4] == ["", *(f"{name.ljust(13)}{note}" for name, note in notes)]
    page = lxml_html.fromstring(render_web_page(explanation)).text_content()
    assert all(note in page for _, note in notes)
    assert "<b>.ad" not in render_web_page(explanation)
    document = json.loads(explanation_to_json(explanation))
    assert document["site_memory"] == "that of the site “a”"
    assert document["site_rules"][2] == {
        "key": "published",
        "rule": "p.by",
        "origin": "the spider",
        "found": 1,
        "used": False,
        "problem": "“soon” is no date",
    }
    assert [rule["used"] for rule in document["site_rules"]] == [True, False, False]


def test_the_source_of_the_language_names_the_language_of_the_site() -> None:
    (field,) = [field for field in explain(Block("Text.")).fields if field.name == "language"]
    assert field.source == "langdetect on the text"
    explanation = dataclasses.replace(explain(Block("Text.")), site_language="el")
    assert explanation.fields[-1].source == "langdetect on the text, in doubt el by sites.toml"


def test_the_counts_are_those_of_the_blocks() -> None:
    blocks = (
        Block("Three kept words."),
        cut("One two"),
        cut("Three", "tail"),
        cut("Four", "tail"),
        Block("1,234 more"),
    )
    output = lines(explain(*blocks))
    assert output[-1] == "kept 2 blocks (6 words), cut 3 blocks (4 words): 2 tail, 1 see_also"
    sums = json.loads(explanation_to_json(explain(*blocks)))["sums"]
    assert sums == {
        "blocks": {"kept": 2, "cut": 3},
        "words": {"kept": 6, "cut": 4},
        "cuts": {"tail": 2, "see_also": 1},
    }


def test_json_has_every_block_with_rule_and_evidence() -> None:
    block = Block(
        "Cut.",
        BlockKind.ITEM,
        link_share=0.5,
        links=("https://paper.example/b",),
        path="ul > li",
        rule="tail",
        evidence="it",
    )
    record = json.loads(explanation_to_json(explain(Block("Kept."), block, rejected="too-short")))
    assert record["url"] == "https://paper.example/a"
    assert (record["verdict"], record["rejected"]) == ("rejected", "too-short")
    assert record["blocks"][1] == {
        "text": "Cut.",
        "kind": "item",
        "kept": False,
        "rule": "tail",
        "evidence": "it",
        "link_share": 0.5,
        "links": ["https://paper.example/b"],
        "path": "ul > li",
        "entry": None,
    }
    assert record["blocks"][0]["kept"] is True


@given(st.text(st.characters(codec=None)))
def test_any_text_can_be_shown_and_encoded(text: str) -> None:
    line = escape_for_terminal(text)
    line.encode()
    assert {unicodedata.category(character) for character in line}.isdisjoint({"Cc", "Cs"})
    assert "\n" not in line
    replace_surrogates(text).encode()
    explanation = explain(Block(text), title=text)
    assert json.loads(explanation_to_json(explanation).encode())["blocks"][0]["text"] == replace_surrogates(text)


def test_a_rejected_page_has_its_reason_in_words() -> None:
    assert lines(explain(Block("Short."), rejected="section"))[0] == "rejected: section, a list of stories"


def test_the_reasons_are_those_of_the_docs() -> None:
    table = DOCS.partition("## Why a page is rejected")[2].partition("\n## ")[0]
    output = {
        name: words
        for names, words in re.findall(r"^\| (`.+?`) \| (.+) \|$", table, re.MULTILINE)
        for name in re.findall(r"`([a-z-]+)`", names)
    }
    assert output.pop("before-since")
    assert output == REASONS


def test_the_example_in_the_docs_is_the_output() -> None:
    from crawler.demo.pages import DemoSite
    from crawler.demo.papers import find_paper

    url = "https://gazette.example/villages/ford-at-nether-loxley-closed.html"
    site = DemoSite(find_paper("gazette"), "https://gazette.example")
    body = site.get_reply("/villages/ford-at-nether-loxley-closed.html").body
    explanation = PageExplanation(clean(Page(url, body.decode())), url, memory="none: there is no store in data")
    assert "\n".join([f"$ .venv/bin/scrapy explain ford.html --url {url}", *lines(explanation)]) in DOCS

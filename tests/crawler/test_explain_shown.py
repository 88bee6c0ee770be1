"""What `scrapy explain` shows of a page: at a terminal, in a pipe, as a web page, as JSON."""

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

from cleaning.article import UNSTATED, Article, Block, BlockKind, Page
from cleaning.clean import clean
from crawler.explain.characters import encodable, shown
from crawler.explain.document import document
from crawler.explain.explanation import REASONS, Explanation
from crawler.explain.terminal import rendered
from crawler.explain.web_page import web_page

DOCS = (Path(__file__).parents[2] / "docs" / "cleaning.md").read_text("utf-8")
HOSTILE = "Danger \x1b[2J\x07 \ud800 \u202eeb ot <script>alert(1)</script> [bold]&amp;\"'{{ 7 * 7 }}"
SPOKEN = {
    "Hebrew": 'ראש העיר אמר אתמול כי הגשר ייפתח "בעוד שבועיים" ולא לפני כן, כך נמסר.',
    "Persian, with its joiners": "می\u200cخواهم بگویم که نیم\u200cفاصله باید بماند و چیزی کم نشود.",
    "Japanese": "東京都は七日、新型の路線バスを来年の春から都心部で運行すると発表した。" * 4,
    "Devanagari": "नगर परिषद ने सोमवार को पुल की मरम्मत के लिए धन स्वीकृत किया।",
    "emoji of several signs": "The team of \U0001f469\u200d\U0001f52c and \U0001f469\u200d\U0001f692 met.",
}


def explained(*blocks: Block, address: str | None = "https://paper.example/a", **fields: object) -> Explanation:
    article = Article(url=address or "https://address.invalid/", blocks=blocks, **({"title": "A title"} | fields))  # type: ignore[arg-type]  # whatever the test says of it
    return Explanation(article, address)


def lines(explanation: Explanation, width: int = 80) -> list[str]:
    """What a pipe gets."""
    return rendered(explanation, Console(file=StringIO(), width=width, highlight=False)).splitlines()


def cut(text: str, rule: str = "see_also", evidence: str = "a link") -> Block:
    return Block(text, rule=rule, evidence=evidence)


LONG = " ".join(f"word{number}" for number in range(60))


def test_every_line_of_a_cut_block_is_marked_and_no_line_of_a_kept_one() -> None:
    told = lines(explained(Block(f"- {LONG}"), cut(LONG, evidence=LONG), Block("The end.")))
    blocks = told[told.index("") + 1 :]
    blocks = blocks[blocks.index("") + 1 : -2]
    marked = [line for line in blocks if line.startswith("- ")]
    assert " ".join(line[2:].strip() for line in marked) == f"{LONG} see_also: {LONG}"
    assert " ".join(line.strip() for line in blocks if line.startswith("  ")) == f"- {LONG} The end."
    assert set(blocks) == {*marked, *(line for line in blocks if line.startswith("  ")), ""}


def test_a_pipe_gets_no_colour_codes_and_a_terminal_sees_cut_text_dimmed() -> None:
    explanation = explained(Block("Kept text."), cut("Cut text."))
    assert "\x1b" not in "\n".join(lines(explanation))
    console = Console(file=StringIO(), width=80, force_terminal=True, color_system="standard", highlight=False)
    at_terminal = rendered(explanation, console)
    assert "- \x1b[2mCut text.\x1b[0m\n" in at_terminal
    assert "  Kept text.\n" in at_terminal


@pytest.mark.parametrize("width", [40, 80, 100])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    texts = [LONG, "x" * 500, "漢" * 301, f"https://paper.example/{'a' * 300}"]
    facts = {"title": LONG, "image": texts[-1], "tags": tuple(LONG.split())}
    told = lines(explained(*map(Block, texts), *map(cut, texts), **facts), width)  # type: ignore[arg-type]  # see `explained`
    assert max(map(cell_len, told)) <= width
    assert not [line for line in told if line != line.rstrip()]


@pytest.mark.parametrize("text", SPOKEN.values(), ids=SPOKEN)
def test_other_scripts_are_unharmed(text: str) -> None:
    explanation = explained(Block(text), title=text)
    told = [line for line in lines(explanation) if line.startswith("  ")]
    assert "".join(told).replace(" ", "").endswith(text.replace(" ", ""))
    assert text in web_page(explanation).replace("&#34;", '"')
    assert json.loads(document(explanation))["blocks"][0]["text"] == text


def test_a_page_can_send_nothing_to_the_terminal() -> None:
    block = Block(HOSTILE, links=(HOSTILE,), path=HOSTILE, rule=HOSTILE, evidence=HOSTILE)
    explanation = explained(block, Block(HOSTILE), address=HOSTILE, title=HOSTILE, authors=(HOSTILE,), rejected=HOSTILE)
    told = "\n".join(lines(explanation))
    assert {unicodedata.category(character) for character in told if character != "\n"}.isdisjoint({"Cc", "Cf", "Cs"})
    assert "[bold]&amp;" in told  # no markup of the library that draws it
    assert told.encode()


def test_a_web_page_holds_all_text_escaped_and_needs_nothing_else() -> None:
    block = Block(HOSTILE, links=('javascript:"><script>',), path=HOSTILE, rule=HOSTILE, evidence=HOSTILE)
    page = web_page(explained(block, Block(HOSTILE), address=HOSTILE, title=HOSTILE, language='x"><script>'))
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


def test_a_web_page_strikes_what_is_cut_and_names_rule_and_evidence() -> None:
    blocks = Block("Kept text."), cut("Cut text.", "own_links", "2 links to the same site")
    tree = lxml_html.document_fromstring(web_page(explained(*blocks)))
    (struck,) = tree.iter("del")
    assert struck.text_content() == "Cut text."
    (why,) = tree.find_class("why")
    assert why.text_content() == "cut by own_links: 2 links to the same site"
    assert [element.text_content() for element in tree.find_class("text")] == ["Kept text.", "Cut text."]


def test_a_fact_is_shown_with_where_it_came_from_and_one_that_is_missing_is_named() -> None:
    explanation = explained(Block("Text."), title="A title", tags=("one", "two"), sources={"title": "<h1>"})
    told = "\n".join(lines(explanation))
    assert "A title  (from <h1>)" in told
    assert re.search(r"^tags +one, two$", told, re.MULTILINE)
    assert re.search(r"not stated: canonical_url, site_name, authors", told)
    tree = lxml_html.document_fromstring(web_page(explanation))
    rows = [[cell.text_content() for cell in row] for row in tree.iter("tr")]
    assert ["title", "A title", "<h1>"] in rows
    assert ["tags", "one, two", ""] in rows
    facts = json.loads(document(explanation))["metadata"]
    assert facts["title"] == {"value": "A title", "source": "<h1>"}
    assert facts["tags"]["value"] == ["one", "two"]
    assert facts["authors"] == {"value": None, "source": None}


def test_a_time_is_shown_in_the_zone_that_the_page_states_and_without_one_where_it_states_none() -> None:
    moment = datetime(2025, 9, 5, 5, 0, tzinfo=timezone(timedelta(hours=1)))
    explanation = explained(published_at=moment, modified_at=moment.replace(tzinfo=UNSTATED), free=False)
    told = "\n".join(lines(explanation))
    assert re.search(r"^published_at +2025-09-05T05:00:00\+01:00$", told, re.MULTILINE)
    assert re.search(r"^modified_at +2025-09-05T05:00:00, zone not stated$", told, re.MULTILINE)
    assert re.search(r"^free +no$", told, re.MULTILINE)
    facts = json.loads(document(explanation))["metadata"]
    assert [facts[name]["value"] for name in ("published_at", "modified_at", "free")] == [
        "2025-09-05T05:00:00+01:00",
        "2025-09-05T05:00:00",
        False,
    ]


def test_every_fact_of_an_article_is_told() -> None:
    judged = {"url", "blocks", "rejected", "cleaner_version", "fetched_at", "headline_key", "sources", "limited"}
    for_memory = {"observation", "trace", "recalled"}  # of the page's site, and no fact of the article
    told = set(json.loads(document(explained()))["metadata"])
    assert told == {field.name for field in dataclasses.fields(Article) if field.init} - judged - for_memory


def test_the_language_tells_of_the_site_that_was_asked_in_doubt() -> None:
    (fact,) = [fact for fact in explained(Block("Text.")).facts if fact.name == "language"]
    assert fact.source == "langdetect on the text"
    explanation = dataclasses.replace(explained(Block("Text.")), site_language="el")
    assert explanation.facts[-1].source == "langdetect on the text, in doubt el by sites.toml"


def test_the_sums_are_those_of_the_blocks() -> None:
    blocks = (
        Block("Three kept words."),
        cut("One two"),
        cut("Three", "tail"),
        cut("Four", "tail"),
        Block("1,234 more"),
    )
    told = lines(explained(*blocks))
    assert told[-1] == "kept 2 blocks (6 words), cut 3 blocks (4 words): 2 tail, 1 see_also"
    sums = json.loads(document(explained(*blocks)))["sums"]
    assert sums == {
        "blocks": {"kept": 2, "cut": 3},
        "words": {"kept": 6, "cut": 4},
        "cuts": {"tail": 2, "see_also": 1},
    }


def test_json_holds_every_block_and_what_it_was_judged_by() -> None:
    block = Block(
        "Cut.",
        BlockKind.ITEM,
        link_share=0.5,
        links=("https://paper.example/b",),
        path="ul > li",
        rule="tail",
        evidence="it",
    )
    record = json.loads(document(explained(Block("Kept."), block, rejected="too-short")))
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
    }
    assert record["blocks"][0]["kept"] is True


@given(st.text(st.characters(codec=None)))
def test_any_text_can_be_shown_and_encoded(text: str) -> None:
    line = shown(text)
    line.encode()
    assert {unicodedata.category(character) for character in line}.isdisjoint({"Cc", "Cs"})
    assert "\n" not in line
    encodable(text).encode()
    explanation = explained(Block(text), title=text)
    assert json.loads(document(explanation).encode())["blocks"][0]["text"] == encodable(text)


def test_a_rejected_page_says_why_in_words() -> None:
    assert lines(explained(Block("Short."), rejected="section"))[0] == "rejected: section, a list of stories"


def test_the_words_of_the_reasons_are_those_of_the_docs() -> None:
    table = DOCS.partition("## Why a page is rejected")[2].partition("\n## ")[0]
    told = {
        name: words
        for names, words in re.findall(r"^\| (`.+?`) \| (.+) \|$", table, re.MULTILINE)
        for name in re.findall(r"`([a-z-]+)`", names)
    }
    assert told.pop("before-since")
    assert told == REASONS


def test_the_example_in_the_docs_is_what_is_shown() -> None:
    from crawler.demo.pages import Site
    from crawler.demo.papers import paper_named

    url = "https://gazette.example/villages/ford-at-nether-loxley-closed.html"
    site = Site(paper_named("gazette"), "https://gazette.example")
    body = site.reply("/villages/ford-at-nether-loxley-closed.html").body
    explanation = Explanation(clean(Page(url, body.decode())), url)
    assert "\n".join([f"$ .venv/bin/scrapy explain ford.html --url {url}", *lines(explanation)]) in DOCS

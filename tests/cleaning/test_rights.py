"""What is reserved of a page, by page, headers and host; and the section that it stands in."""

from __future__ import annotations

import pytest
from page_heads import URL, json_ld, metadata

from cleaning.article import NOT_ASKED, Article, HostRights, Page
from cleaning.clean import clean
from cleaning.metadata import read_metadata
from cleaning.parsing import parse

POLICY = "https://www.harbour-post.example/policy.json"
RESERVED = HostRights(ai_refused=("gptbot",), usage=("train-ai=n",), tdm_reserved=True, tdm_policy=POLICY)
META = '<meta name="TDM-Reservation" content="{}">'


def draft(head: str = "", *headers: tuple[str, str], host: HostRights = NOT_ASKED) -> Article:
    html = f"<html><head>{head}</head><body></body></html>"
    return read_metadata(parse(html), Page(URL, html, rights_headers=headers, host=host)).draft


@pytest.mark.parametrize(
    ("head", "headers", "expected", "source"),
    [
        ("", (), (True, POLICY), "tdmrep.json"),
        ("", (("tdm-reservation", "0"),), (False, None), "tdm-reservation"),
        (META.format(1), (("tdm-reservation", "0"),), (True, None), "meta tdm-reservation"),
        (META.format(0), (("tdm-reservation", "1"), ("tdm-policy", POLICY)), (False, None), "meta tdm-reservation"),
        (
            "",
            (("tdm-reservation", " 1 "), ("tdm-policy", "/ours")),
            (True, "https://www.harbour-post.example/ours"),
            "tdm-reservation",
        ),
        # A protocol error says nothing, and so does a policy alone: what was said before stands.
        (META.format("yes"), (("tdm-reservation", "2"),), (True, POLICY), "tdmrep.json"),
        ('<meta name="tdm-policy" content="https://x.example/">', (), (True, POLICY), "tdmrep.json"),
        (META.format("2") + META.format(0), (), (False, None), "meta tdm-reservation"),
    ],
)
def test_the_page_supersedes_the_header_and_the_header_the_file(
    head: str, headers: tuple[tuple[str, str], ...], expected: tuple[bool, str | None], source: str
) -> None:
    article = draft(head, *headers, host=RESERVED)
    assert (article.tdm_reserved, article.tdm_policy) == expected
    assert article.sources["tdm_reserved"] == source


def test_of_a_page_whose_host_nobody_asked_nothing_is_known() -> None:
    article = draft()
    assert (article.tdm_reserved, article.tdm_policy, article.ai_refused, article.usage) == (None, None, None, ())
    assert not {"tdm_reserved", "ai_refused", "usage"} & article.sources.keys()


def test_a_policy_is_the_address_of_something() -> None:
    for policy in ("javascript:alert(1)", "", "mailto:a@b.example", "https://x.example/" + "x" * 3_000):
        assert draft("", ("tdm-reservation", "1"), ("tdm-policy", policy)).tdm_policy is None


def test_preferences_are_stated_once_the_headers_before_the_hosts() -> None:
    lines = (("content-usage", 'Train-AI = n;q="x,", search=y, =, broken, <b>=n'), ("content-usage", "train-ai=n"))
    article = draft("", *lines, host=RESERVED)
    assert article.usage == ("train-ai=n", "search=y")
    assert article.sources["usage"] == "Content-Usage, robots.txt"
    assert article.ai_refused == ("gptbot",)


def test_what_is_reserved_stands_with_a_page_without_markup_too() -> None:
    article = clean(Page(URL, "", rights_headers=(("tdm-reservation", "1"),), host=RESERVED))
    assert article.rejected == "no-text"
    assert (article.tdm_reserved, article.ai_refused, article.usage) == (True, ("gptbot",), ("train-ai=n",))


@pytest.mark.parametrize("rights", [NOT_ASKED, RESERVED, HostRights(ai_refused=(), tdm_reserved=False)])
def test_what_is_packed_is_unpacked_again_and_stands_on_one_line(rights: HostRights) -> None:
    assert HostRights.unpacked(rights.packed()) == rights
    assert rights.packed().isascii()
    assert rights.packed().isprintable()


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "null", "[" * 100_000, '{"ai_refused": 3, "usage": {}, "tdm_reserved": 1, "tdm_policy": []}'],
)
def test_what_is_of_another_form_counts_as_not_known(line: str) -> None:
    assert HostRights.unpacked(line) == NOT_ASKED


@pytest.mark.parametrize(
    ("head", "section", "source"),
    [
        (json_ld(articleSection=["Local news", "Sport"]), "Local news", "JSON-LD articleSection"),
        (json_ld(articleSection="Arts &amp;\n Culture"), "Arts & Culture", "JSON-LD articleSection"),
        ('<meta property="article:section" content="World">', "World", "meta article:section"),
        ('<meta name="parsely-section" content="Sport">', "Sport", "meta parsely-section"),
        ('<meta itemprop="articleSection" content="Opinion">', "Opinion", "meta articlesection"),
        (json_ld("WebPage", articleSection="Home") + '<meta property="article:section" content="A">', "A", None),
        (json_ld(articleSection="x" * 101), None, None),
        ("", None, None),
    ],
)
def test_the_section_is_one_short_line(head: str, section: str | None, source: str | None) -> None:
    article = metadata(head)
    assert article.section == section
    if source:
        assert article.sources["section"] == source

"""Read what page, headers and host reserve of a page, and the section of the page."""

from __future__ import annotations

import pytest
from page_heads import URL, make_json_ld, read_draft

from cleaning.clean import clean
from cleaning.metadata.collect import read_metadata
from cleaning.page.parsing import parse_tree
from cleaning.records.article import Article
from cleaning.records.given import UNKNOWN_HOST_RIGHTS, HostRights, Page

POLICY = "https://www.harbour-post.example/policy.json"
RESERVED = HostRights(ai_refused=("gptbot",), usage=("train-ai=n",), tdm_reserved=True, tdm_policy=POLICY)
META = '<meta name="TDM-Reservation" content="{}">'


def draft(head: str = "", *headers: tuple[str, str], host_rights: HostRights = UNKNOWN_HOST_RIGHTS) -> Article:
    html = f"<html><head>{head}</head><body></body></html>"
    return read_metadata(parse_tree(html), Page(URL, html, rights_headers=headers, host_rights=host_rights)).draft


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
        # A protocol error or a policy alone states nothing: the statement of lower priority counts.
        (META.format("yes"), (("tdm-reservation", "2"),), (True, POLICY), "tdmrep.json"),
        ('<meta name="tdm-policy" content="https://x.example/">', (), (True, POLICY), "tdmrep.json"),
        (META.format("2") + META.format(0), (), (False, None), "meta tdm-reservation"),
    ],
)
def test_the_page_supersedes_the_header_and_the_header_the_file(
    head: str, headers: tuple[tuple[str, str], ...], expected: tuple[bool, str | None], source: str
) -> None:
    article = draft(head, *headers, host_rights=RESERVED)
    assert (article.tdm_reserved, article.tdm_policy) == expected
    assert article.sources["tdm_reserved"] == source


def test_without_host_rights_nothing_is_reserved() -> None:
    article = draft()
    assert (article.tdm_reserved, article.tdm_policy, article.ai_refused, article.usage) == (None, None, None, ())
    assert not {"tdm_reserved", "ai_refused", "usage"} & article.sources.keys()


def test_a_policy_is_the_address_of_something() -> None:
    for policy in ("javascript:alert(1)", "", "mailto:a@b.example", "https://x.example/" + "x" * 3_000):
        assert draft("", ("tdm-reservation", "1"), ("tdm-policy", policy)).tdm_policy is None


def test_preferences_are_stated_once_the_headers_before_the_hosts() -> None:
    lines = (("content-usage", 'Train-AI = n;q="x,", search=y, =, broken, <b>=n'), ("content-usage", "train-ai=n"))
    article = draft("", *lines, host_rights=RESERVED)
    assert article.usage == ("train-ai=n", "search=y")
    assert article.sources["usage"] == "Content-Usage, robots.txt"
    assert article.ai_refused == ("gptbot",)


def test_a_page_without_markup_has_its_reservations_too() -> None:
    article = clean(Page(URL, "", rights_headers=(("tdm-reservation", "1"),), host_rights=RESERVED))
    assert article.rejected == "no-text"
    assert (article.tdm_reserved, article.ai_refused, article.usage) == (True, ("gptbot",), ("train-ai=n",))


@pytest.mark.parametrize("rights", [UNKNOWN_HOST_RIGHTS, RESERVED, HostRights(ai_refused=(), tdm_reserved=False)])
def test_host_rights_are_one_line_of_json_and_are_read_back(rights: HostRights) -> None:
    assert HostRights.from_json(rights.to_json()) == rights
    assert rights.to_json().isascii()
    assert rights.to_json().isprintable()


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "null", "[" * 100_000, '{"ai_refused": 3, "usage": {}, "tdm_reserved": 1, "tdm_policy": []}'],
)
def test_json_of_another_form_counts_as_unknown(line: str) -> None:
    assert HostRights.from_json(line) == UNKNOWN_HOST_RIGHTS


@pytest.mark.parametrize(
    ("head", "section", "source"),
    [
        (make_json_ld(articleSection=["Local news", "Sport"]), "Local news", "JSON-LD articleSection"),
        (make_json_ld(articleSection="Arts &amp;\n Culture"), "Arts & Culture", "JSON-LD articleSection"),
        ('<meta property="article:section" content="World">', "World", "meta article:section"),
        ('<meta name="parsely-section" content="Sport">', "Sport", "meta parsely-section"),
        ('<meta itemprop="articleSection" content="Opinion">', "Opinion", "meta articlesection"),
        (make_json_ld("WebPage", articleSection="Home") + '<meta property="article:section" content="A">', "A", None),
        (make_json_ld(articleSection="x" * 101), None, None),
        ("", None, None),
    ],
)
def test_the_section_is_one_short_line(head: str, section: str | None, source: str | None) -> None:
    article = read_draft(head)
    assert article.section == section
    if source:
        assert article.sources["section"] == source

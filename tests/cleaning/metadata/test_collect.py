from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from page_heads import make_json_ld, read_draft

from cleaning.clean import clean
from cleaning.metadata.page_kind import GRAPH, TYPES
from cleaning.records.given import Page

COMMONS = "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("/2024/ferry?utm_source=feed", "https://www.harbour-post.example/2024/ferry"),
        ("javascript:void(0)", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_a_canonical_address_is_one_or_none(href: str, address: str | None) -> None:
    assert read_draft(f"<link rel='canonical' href='{href}'>").canonical_url == address


@pytest.mark.parametrize(
    ("head", "body", "licence", "source"),
    [
        (make_json_ld(license=COMMONS), "", COMMONS, "JSON-LD license"),
        (make_json_ld(license={"@type": "CreativeWork", "url": COMMONS}), "", COMMONS, "JSON-LD license"),
        (make_json_ld(license={"@type": "CreativeWork", "name": "CC BY 4.0"}), "", "CC BY 4.0", "JSON-LD license"),
        (f"<link rel='license' href='{COMMONS}'>", "", COMMONS, "<link rel=license>"),
        ("", "<a rel='license' href='/terms'>Terms</a>", "https://www.harbour-post.example/terms", "<a rel=license>"),
        ("<meta name='dcterms.license' content='CC0'>", "", "CC0", "meta dcterms.license"),
        (f"<meta name='copyright' content='2024, {COMMONS}'>", "", COMMONS, "meta copyright"),
        ("<meta name='copyright' content='2024 Harbour Post'>", "", None, None),
        ("", f"<p>Photo: <a href='{COMMONS}'>CC BY</a></p>", None, None),  # the photo's, not the article's
        (make_json_ld(license=[[], {"url": 3}, "javascript:/x"]), "", None, None),
    ],
)
def test_a_licence_is_what_the_page_declares_for_itself(
    head: str, body: str, licence: str | None, source: str | None
) -> None:
    found = read_draft(head, body)
    assert (found.licence, found.sources.get("licence")) == (licence, source)


@pytest.mark.parametrize(
    ("value", "free"),
    [(True, True), (False, False), ("True", True), ("false", False), ("no", None), (None, None), ([], None), (0, None)],
)
def test_a_page_says_whether_it_is_free(value: object, free: bool | None) -> None:
    assert read_draft(make_json_ld(isAccessibleForFree=value)).free is free


@pytest.mark.parametrize(
    ("head", "body", "kind"),
    [
        (make_json_ld(), "", "news"),
        (make_json_ld("OpinionNewsArticle"), "", "opinion"),
        (make_json_ld("http://schema.org/LiveBlogPosting") + make_json_ld(), "", "live"),
        (make_json_ld() + make_json_ld("Recipe"), "", "news"),
        (make_json_ld("CollectionPage") + "<meta property='og:type' content='article'>", "", "section"),
        (make_json_ld("WebPage") + "<meta property='og:type' content='article'>", "", "article"),
        ("<meta property='og:type' content='video.other'>", "", "video"),
        ("<meta property='og:type' content='newspaper_thing'>", "", None),
        ("", "<div itemscope itemtype='http://schema.org/NewsArticle'></div>", "news"),
        ("", "<div itemscope itemtype='http://schema.org/NewsArticle'></div>" * 9, None),  # a list of them
        ("", "", None),
    ],
)
def test_a_kind_of_page_is_one_plain_word(head: str, body: str, kind: str | None) -> None:
    assert read_draft(head, body).page_kind == kind


def test_every_kind_of_page_is_in_the_docs() -> None:
    docs = (Path(__file__).parents[3] / "docs" / "cleaning.md").read_text("utf-8")
    for word in (*TYPES, *GRAPH.values()):
        assert f"`{word}`" in docs, word


def test_every_fact_has_its_source() -> None:
    head = (
        "<title>Night ferry runs again</title><meta property='og:site_name' content='Harbour Post'>"
        "<meta name='description' content='In June.'><meta name='keywords' content='ferry'>"
        "<meta property='og:image' content='/f.jpg'><link rel='canonical' href='/ferry'>"
        "<meta property='article:modified_time' content='2024-05-17'><meta property='og:type' content='article'>"
        + make_json_ld(datePublished="2024-05-16T21:40:00+02:00", author="Anna Berg", isAccessibleForFree=True)
    )
    found = read_draft(head, "<h1>Night ferry runs again</h1>")
    assert found.sources == {
        "title": "<h1>",
        "authors": "JSON-LD author",
        "published_at": "JSON-LD datePublished",
        "modified_at": "meta article:modified_time",
        "description": "meta description",
        "tags": "meta keywords",
        "image": "meta og:image",
        "canonical_url": "<link rel=canonical>",
        "site_name": "meta og:site_name",
        "free": "JSON-LD isAccessibleForFree",
        "page_kind": "JSON-LD @type",
    }
    assert read_draft().sources == {}


def test_sources_do_not_count_when_articles_are_compared(news_page: Any) -> None:
    one = clean(Page("https://a.example/x", news_page.html(head="<meta name='author' content='Anna Berg'>")))
    two = clean(Page("https://a.example/x", news_page.html(head="<meta name='dc.creator' content='Anna Berg'>")))
    assert one.sources != two.sources
    assert one == two
    assert pickle.loads(pickle.dumps(one)).sources == one.sources

"""The entry of a surveyed site: what is written of hosts, languages, zones, front pages, and of lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.sites.site import Site
from crawler.survey.documents_seen import SiteDocuments
from crawler.survey.draft_entry import draft_entry
from crawler.survey.page_signs import PageSigns, find_page_signs
from crawler.survey.read_list import SeenList
from crawler.survey.run_survey import SiteSurvey
from crawler.survey.sample import SampledPage
from crawler.survey.survey_spider import SeenFailure
from storage.frontier.addresses import AddressKind

HOME = "https://www.paper.com/"
NEWEST = datetime(2026, 7, 1, 12, tzinfo=UTC)
STORIES = frozenset(f"{HOME}story-{number}" for number in range(10))


def make_list(path: str, kind: str = "feed", **more: Any) -> SeenList:
    url = path if "://" in path else HOME.rstrip("/") + path
    asked_as = AddressKind.FEED if kind == "feed" else AddressKind.SECTION if kind == "page" else AddressKind.SITEMAP
    values: dict[str, Any] = {
        "answered_by": url,
        "asked_as": asked_as,
        "depth": 0,
        "articles": STORIES,
        "newest": NEWEST,
    }
    values |= more
    return SeenList(url=url, kind=kind, number=len(values["articles"]), **values)


def make_survey(*lists: SeenList, language: str = "en", states: str | None = "en", **more: Any) -> SiteSurvey:
    front = make_list("/", "page", lists=frozenset([f"{HOME}named.rss"]))
    pages = tuple(SampledPage(url, None, "A story", language) for url in sorted(STORIES))
    signs = dict.fromkeys(STORIES, PageSigns(2_000, has_scripts=True, language=states))
    documents = SiteDocuments({one.url: one for one in (front, *lists)}, pages=signs)
    values: dict[str, Any] = {"failures": {}, "sample": pages, "notices": ()}
    return SiteSurvey(Site("paper.com", HOME), documents, **(values | more))


def test_a_feed_that_the_front_page_names_is_not_written() -> None:
    assert draft_entry(make_survey(make_list("/named.rss"))).values == {"name": "paper.com", "url": HOME}


@pytest.mark.parametrize(
    ("lists", "written"),
    [
        ([make_list("/rss.xml")], {"feeds": ["/rss.xml"]}),
        ([make_list("/rss.xml"), make_list("/named.rss")], {}),  # the same articles
        ([make_list("/rss", answered_by=f"{HOME}named.rss")], {}),  # it redirects there
        (
            [make_list("/rss.xml"), make_list("/feed/", articles=frozenset(sorted(STORIES)[:3]))],
            {"feeds": ["/rss.xml"]},
        ),
        ([make_list("/sitemap.xml", "sitemap")], {"sitemaps": ["/sitemap.xml"]}),
        ([make_list("/rss.xml", "page", asked_as=AddressKind.FEED)], {}),  # any address answers with a page
        ([make_list("/rss.xml", articles=frozenset(), problem="empty-feed")], {}),
        ([make_list("/rss.xml", answered_by="https://feeds.example/p")], {"feeds": ["https://feeds.example/p"]}),
    ],
)
def test_lists_are_written_that_tell_more_than_the_crawl_finds(lists: list[SeenList], written: dict[str, Any]) -> None:
    values = draft_entry(make_survey(*lists)).values
    assert {key: value for key, value in values.items() if key in ("feeds", "sitemaps")} == written


@pytest.mark.parametrize(
    ("host", "values", "comments"), [("www.paper.co.uk", ["www.paper.co.uk"], 1), ("clicks.example", None, 2)]
)
def test_another_host_of_the_house_is_written_and_that_of_another_house_is_a_comment(
    host: str, values: list[str] | None, comments: int
) -> None:
    story = f"https://{host}/story"
    failure = SeenFailure(story, AddressKind.ARTICLE, "off-site", "it leads elsewhere")
    feed = make_list("/named.rss", other_host=host, entries_elsewhere=9)
    asked = draft_entry(make_survey(feed, failures={story: failure}))
    assert (asked.values.get("hosts"), len(asked.comments)) == (values, comments)
    led_home = draft_entry(make_survey(feed))
    assert ("hosts" in led_home.values, len(led_home.comments)) == (False, 1)


def test_the_language_is_written_if_the_pages_do_not_state_it_or_the_operator_does() -> None:
    assert "language" not in draft_entry(make_survey(states="en")).values
    assert draft_entry(make_survey(states=None)).values["language"] == "en"
    assert draft_entry(make_survey(), language="pt-br").values["language"] == "pt-br"


@pytest.mark.parametrize(
    ("language", "hours", "zone"),
    [("ja", 9, "Asia/Tokyo"), ("de", 2, "Europe/Berlin"), ("de", 1, None), ("en", -4, None), ("ja", None, None)],
)
def test_the_zone_is_that_of_the_language_if_the_times_of_feeds_fit_it(
    language: str, hours: int | None, zone: str | None
) -> None:
    offset = None if hours is None else timedelta(hours=hours)
    survey = make_survey(make_list("/named.rss", offset=offset), language=language, states=language)
    assert draft_entry(survey).values.get("timezone") == zone


def test_a_front_page_is_written_as_the_site_writes_it() -> None:
    survey = make_survey()
    bare = "http://paper.com/"
    front = replace(survey.documents.lists[HOME], url=bare)
    documents = replace(survey.documents, lists={bare: front})
    moved = replace(survey, site=Site("paper.com", bare), documents=documents)
    assert draft_entry(moved).url == HOME


@pytest.mark.parametrize(
    ("page", "language", "is_shell"),
    [
        ("<html lang=de><body><p>" + "Wort " * 200, "de", False),
        ('<html><head><meta property="og:locale" content="pt_BR"></head><body>x', "pt", False),
        ("<html lang='x-none'><body><div id=app></div><script>let words = 'many '</script>", None, True),
        ("<html><body><noscript>Please enable JavaScript</noscript><script src=a.js></script>", None, True),
        ("", None, False),
        ("\x00\x01", None, False),
    ],
)
def test_what_a_page_shows_without_its_scripts(page: str, language: str | None, is_shell: bool) -> None:
    signs = find_page_signs(page.encode(), HOME)
    assert (signs.language, signs.is_shell) == (language, is_shell)


def test_editions_are_the_front_pages_in_other_languages() -> None:
    links = "".join(
        f'<link rel="alternate" hreflang="{tag}" href="{path}">'
        for tag, path in (
            ("en", "/"),
            ("fr", "/fr/"),
            ("x-default", "/"),
            ("de", "/2026/07/01/a-story"),
            ("es", "bad:"),
        )
    )
    signs = find_page_signs(f"<html><head>{links}</head></html>".encode(), HOME)
    assert signs.editions == (("fr", f"{HOME}fr/"),)

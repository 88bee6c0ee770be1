"""`discover`: which addresses a document offers and which it refuses."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from cleaning.page.canonical import to_canonical_url
from cleaning.page.headline_key import MAX_KEY_CHARACTERS
from crawler.discovery.discover import discover
from crawler.discovery.documents import MAX_BYTES
from crawler.discovery.offer_collector import Discovery
from crawler.discovery.seeds import make_robots_sitemap_offers, make_seed_offers, make_usual_path_offers
from crawler.discovery.sitemap_children import MAX_CHILDREN
from crawler.sites.site import Site, make_site
from storage.frontier.addresses import AddressKind, Headline, Offer

ROOT = "https://www.example.org"
SITE = make_site(ROOT)
FEED, SITEMAP, SECTION, ARTICLE = AddressKind.FEED, AddressKind.SITEMAP, AddressKind.SECTION, AddressKind.ARTICLE


def find(kind: AddressKind, body: str | bytes, *, path: str = "/", depth: int = 0, site: Site = SITE) -> Discovery:
    return discover(site, kind, depth, ROOT + path, body.encode() if isinstance(body, str) else body)


def urls(discovery: Discovery, kind: AddressKind) -> list[str]:
    return [offer.url.removeprefix(ROOT) for offer in discovery.offers if offer.kind is kind]


def test_a_front_page_gives_feeds_articles_the_next_page_and_sections() -> None:
    page = """<html><head><link rel="alternate" type="application/rss+xml" href="/feed/">
        <link rel="alternate" type="application/rss+xml" href="https://feeds.example.net/x"></head><body>
        <nav><a href="/">Home</a><a href="/sport/">Sport</a><a href="/tag/harbour">Harbour</a>
        <a href="/login">Log in</a><a href="https://sport.example.org/">Sport live</a><a href="https://shop.example.org/">Shop</a></nav>
        <a href="/2025/10/03/new/?utm_source=front#more">New</a><a href="/the-older-story-of-today">Older</a>
        <a href="https://example.org/2025/10/03/new/">New, at the other host</a><a href="/2025/10/03/new/">New again</a>
        <a href="https://other.example/2025/10/03/story/">Elsewhere</a><a href="javascript:x()">x</a>
        <a href="/page/2" rel="next">More</a><a href="/page/2">2</a><a href="/our-paper">?</a></body></html>"""
    discovery = find(SECTION, page)
    assert discovery.offers == [
        Offer(ROOT + "/feed/", FEED, depth=1, source="section"),
        Offer("https://feeds.example.net/x", FEED, depth=1, source="section"),
        Offer(ROOT + "/page/2", SECTION, depth=1, source="next"),
        Offer(ROOT + "/2025/10/03/new/", ARTICLE, datetime(2025, 10, 3, tzinfo=UTC), 1, "section"),
        Offer(ROOT + "/the-older-story-of-today", ARTICLE, None, 1, "section"),
        Offer(
            "https://example.org/2025/10/03/new/",
            ARTICLE,
            datetime(2025, 10, 3, tzinfo=UTC),
            1,
            "section",
            Headline("new at the other host", "section"),
        ),
        Offer(ROOT + "/sport/", SECTION, depth=1, source="section"),
        Offer(ROOT + "/our-paper", SECTION, depth=1, source="section"),
        Offer("https://sport.example.org/", SECTION, depth=1, source="section"),
    ]
    assert discovery.refused == {"other-host": 1, "tag": 1, "account": 2, "no-address": 1}
    assert discovery.problem is None


def test_a_section_page_gives_no_further_sections() -> None:
    page = '<a href="/sport/cricket/">x</a><a href="/sport/the-cup-final-lost">x</a><a rel=next href="?page=2">x</a>'
    discovery = find(SECTION, page, path="/sport/", depth=1)
    assert urls(discovery, SECTION) == ["/sport/?page=2"]
    assert urls(discovery, ARTICLE) == ["/sport/the-cup-final-lost"]
    assert discovery.refused == {"section-too-deep": 1}


def test_pages_of_a_list_are_followed_to_a_bound() -> None:
    page = '<html><a rel="next" href="/sport/page/99">x</a></html>'
    assert find(SECTION, page, depth=9).offers[0].depth == 10
    beyond = find(SECTION, page, depth=10)
    assert beyond.offers == []
    assert beyond.refused == {"section-too-deep": 1}


def test_a_page_gives_at_most_thirty_sections_those_of_its_own_host_first() -> None:
    links = [f'<a href="https://desk{n}.example.org/">x</a>' for n in range(5)]
    links += [f'<a href="/{chr(97 + n // 26)}{chr(97 + n % 26)}/">x</a>' for n in range(28)]
    discovery = find(SECTION, "<html>" + "".join(links))
    sections = urls(discovery, SECTION)
    assert len(sections) == 30
    assert sections[:2] == ["/aa/", "/ab/"]
    assert sections[-2:] == ["https://desk0.example.org/", "https://desk1.example.org/"]
    assert discovery.refused == {"over-cap": 3}


def test_the_base_of_a_page_is_honoured_but_owns_nothing() -> None:
    page = '<html><base href="/de/"><a href="a-long-story-from-here">x</a>'
    assert urls(find(SECTION, page), ARTICLE) == ["/de/a-long-story-from-here"]
    stolen = '<html><base href="https://evil.example/"><a href="/a-long-story-from-there">x</a>'
    assert find(SECTION, stolen).refused == {"other-host": 1}


def test_the_links_of_a_page_are_read_in_its_charset() -> None:
    page = '<html><a href="/новости/новый-мост-через-реку">x</a></html>'
    wanted = [to_canonical_url(ROOT + "/новости/новый-мост-через-реку")]
    from_header = discover(
        SITE, SECTION, 0, ROOT, page.encode("cp1251"), content_type="text/html; charset=windows-1251"
    )
    assert [offer.url for offer in from_header.offers] == wanted


def test_of_all_links_to_an_article_the_longest_headline_is_kept() -> None:
    links = [
        '<a href="/harbour/night-ferry-to-run">Read more</a>',
        '<a href="/harbour/night-ferry-to-run#c">Night ferry to run again</a>',
        '<a href="/harbour/night-ferry-to-run">Night ferry to run</a><a href="/sport/">All of our sports news</a>',
    ]
    for order in permutations(links):
        offers = {offer.url: offer.headline for offer in find(SECTION, "<html>" + "".join(order)).offers}
        assert offers == {
            ROOT + "/harbour/night-ferry-to-run": Headline("night ferry to run again", "section"),
            ROOT + "/sport/": None,
        }


def test_a_feed_that_lists_an_article_twice_gives_its_longest_headline_to_the_newest_entry() -> None:
    item = "<item><link>{}</link><title>{}</title><pubDate>{}</pubDate></item>"
    new = item.format(f"{ROOT}/a?utm_medium=rss", "Night ferry!", "Fri, 03 Oct 2025 06:00:00 GMT")
    old = item.format(f"{ROOT}/a", "Night ferry to run", "Thu, 02 Oct 2025 06:00:00 GMT")
    wordless = item.format(f"{ROOT}/b", "…", "Thu, 02 Oct 2025 06:00:00 GMT")
    for order in permutations((new, old, wordless)):
        offers = {offer.url: offer for offer in find(FEED, RSS.format("".join(order)), path="/feed/").offers}
        assert offers[f"{ROOT}/a"].headline == Headline("night ferry to run", "feed")
        assert offers[f"{ROOT}/a"].changed_at == datetime(2025, 10, 3, 6, tzinfo=UTC)
        assert offers[f"{ROOT}/b"].headline is None


def test_a_headline_of_any_length_fits_the_index_of_the_store() -> None:
    feed = f"<rss><channel><item><link>{ROOT}/a</link><title>{'ﷺ' * 300}</title></item></channel></rss>"
    (offer,) = find(FEED, feed, path="/feed/").offers
    assert offer.headline is not None
    assert len(offer.headline.key) <= MAX_KEY_CHARACTERS


RSS = "<rss><channel>{}</channel></rss>"
ITEM = "<item><link>{}</link><pubDate>{}</pubDate></item>"


def test_a_feed_gives_articles_newest_first_with_the_date_that_is_known() -> None:
    feed = RSS.format(
        ITEM.format(f"{ROOT}/a", "")
        + ITEM.format(f"{ROOT}/2025/10/02/b", "")
        + ITEM.format(f"{ROOT}/a?utm_medium=rss", "Fri, 03 Oct 2025 06:00:00 GMT")
        + ITEM.format("https://other.example/c", "Fri, 03 Oct 2025 06:00:00 GMT")
        + ITEM.format(f"{ROOT}/audio.mp3", "")
        + ITEM.format(ROOT, "")
    )
    discovery = find(FEED, feed, path="/feed/")
    assert discovery.offers == [
        Offer(f"{ROOT}/a", ARTICLE, datetime(2025, 10, 3, 6, tzinfo=UTC), 1, "feed"),
        Offer(f"{ROOT}/2025/10/02/b", ARTICLE, datetime(2025, 10, 2, tzinfo=UTC), 1, "feed"),
    ]
    assert discovery.refused == {"other-host": 1, "file": 1, "front-page": 1}


def sitemap(*paths: str, root: str = "urlset", row: str = "url") -> str:
    rows = "".join(f"<{row}><loc>{ROOT}{path}</loc></{row}>" for path in paths)
    return f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{root}>'


def index(*paths: str) -> str:
    return sitemap(*paths, root="sitemapindex", row="sitemap")


def test_a_sitemap_packed_or_not_gives_articles() -> None:
    body = sitemap("/a", "/b", "/a", "/tag/x").encode()
    for packed in (body, gzip.compress(body)):
        discovery = find(SITEMAP, packed, path="/sitemap.xml.gz")
        assert urls(discovery, ARTICLE) == ["/a", "/b"]
        assert {offer.source for offer in discovery.offers} == {"sitemap"}
        assert discovery.refused == {"tag": 1}
        assert discovery.problem is None


def test_a_news_sitemap_says_so_in_its_offers() -> None:
    space = "http://www.google.com/schemas/sitemap-news/0.9"
    body = f'<urlset xmlns:n="{space}"><url><loc>{ROOT}/a</loc><n:news><n:title>x</n:title></n:news></url></urlset>'
    offers = find(SITEMAP, body).offers
    assert [(offer.source, offer.headline) for offer in offers] == [("news-sitemap", Headline("x", "news-sitemap"))]


def test_an_index_is_followed_three_steps_down_and_never_to_itself_or_off_the_site() -> None:
    body = index("/sitemap.xml", "/s1.xml", "/s1.xml").replace("</sitemapindex>", "")
    body += "<sitemap><loc>https://cdn.example.net/s.xml</loc></sitemap></sitemapindex>"
    discovery = find(SITEMAP, body, path="/sitemap.xml", depth=2)
    assert discovery.offers == [Offer(f"{ROOT}/s1.xml", SITEMAP, depth=3, source="sitemap")]
    assert discovery.refused == {"other-host": 1}
    deeper = find(SITEMAP, index("/s2.xml"), path="/s1.xml", depth=3)
    assert deeper.offers == []
    assert deeper.refused == {"sitemap-too-deep": 1}


def test_a_document_is_read_as_what_it_is_not_as_what_was_expected() -> None:
    feed_at_sitemap = find(SITEMAP, RSS.format(ITEM.format(f"{ROOT}/a", "")))
    assert (urls(feed_at_sitemap, ARTICLE), feed_at_sitemap.problem) == (["/a"], None)
    sitemap_at_feed = find(FEED, sitemap("/a"))
    assert (urls(sitemap_at_feed, ARTICLE), sitemap_at_feed.problem) == (["/a"], None)
    feed_at_section = find(SECTION, RSS.format(ITEM.format(f"{ROOT}/a", "")))
    assert (urls(feed_at_section, ARTICLE), feed_at_section.problem) == (["/a"], None)
    head = '<!doctype html><link rel="alternate" type="application/rss+xml" href="/rss">'
    page = head + '<a href="/a-story-from-the-town">x</a>'
    for kind, problem in ((FEED, "bad-feed"), (SITEMAP, "bad-sitemap")):
        page_instead = find(kind, page, path="/feeds")
        assert (urls(page_instead, FEED), urls(page_instead, ARTICLE)) == (["/rss"], ["/a-story-from-the-town"])
        assert page_instead.problem == problem


@pytest.mark.parametrize("body", [b"", b"\x00\x01", b"\x89PNG\r\n\x1a\n\x00", b"{}", b"Not found", b"\x1f\x8bno gzip"])
def test_garbage_is_counted_as_a_bad_document(body: bytes) -> None:
    assert find(FEED, body) == Discovery(problem="bad-feed")
    assert find(SITEMAP, body) == Discovery(problem="bad-sitemap")


def test_a_bomb_is_cut_and_reported() -> None:
    bomb = gzip.compress(sitemap("/a").replace("</urlset>", "").encode() + b" " * (MAX_BYTES + 10))
    assert len(bomb) < 100_000
    started = time.process_time()
    discovery = find(SITEMAP, bomb)
    assert time.process_time() - started < 5
    assert discovery.problem == "bomb"
    assert urls(discovery, ARTICLE) == ["/a"]


@given(st.sampled_from([FEED, SITEMAP, SECTION]), st.binary(), st.text(max_size=20), st.booleans())
def test_no_document_crashes_discovery(kind: AddressKind, body: bytes, content_type: str, packed: bool) -> None:
    given_body = gzip.compress(body) if packed else body
    discovery = discover(SITE, kind, 0, ROOT, given_body, content_type=content_type)
    assert all(SITE.allows(offer.url, offer.kind) for offer in discovery.offers)


def test_seeds_are_what_the_entry_names() -> None:
    site = Site(
        "paper",
        f"{ROOT}/",
        feeds=("https://feeds.example.net/paper",),
        sitemaps=(f"{ROOT}/news.xml",),
        sections=(f"{ROOT}/sport/", "https://other.example/sport/"),
    )
    assert make_seed_offers(site) == [
        Offer("https://feeds.example.net/paper", FEED, source="entry"),
        Offer(f"{ROOT}/news.xml", SITEMAP, source="entry"),
        Offer(f"{ROOT}/", SECTION, source="entry"),
        Offer(f"{ROOT}/sport/", SECTION, depth=1, source="entry"),
    ]


def test_usual_paths_are_at_the_root_of_the_host_and_only_what_is_asked_for() -> None:
    site = make_site(f"{ROOT}/international/")
    both = make_usual_path_offers(site, feed=True, sitemap=True)
    assert Offer(f"{ROOT}/feed/", FEED, source="usual-path") in both
    assert Offer(f"{ROOT}/sitemap.xml", SITEMAP, source="usual-path") in both
    assert {offer.kind for offer in make_usual_path_offers(site, feed=True, sitemap=False)} == {FEED}
    assert {offer.kind for offer in make_usual_path_offers(site, feed=False, sitemap=True)} == {SITEMAP}
    assert make_usual_path_offers(site, feed=False, sitemap=False) == []


def test_robots_names_sitemaps_also_on_other_hosts() -> None:
    robots = (
        f"\ufeffUser-agent: *\r\nDisallow: /private/\r\nSITEMAP: {ROOT}/a.xml\r\nsitemap:/b.xml # new\r\n"
        f"Sitemap: https://other.example/c.xml\r\nSitemap: {ROOT}/a.xml\r\nSitemap:\r\n"
    )
    named = (f"{ROOT}/a.xml", f"{ROOT}/b.xml", "https://other.example/c.xml")
    wanted = [Offer(url, SITEMAP, source="robots") for url in named]
    assert make_robots_sitemap_offers(SITE, Protego.parse(robots).sitemaps) == (wanted, [])


def test_of_thousands_of_sitemaps_in_robots_the_newest_are_read_every_night_and_the_rest_in_turn() -> None:
    named = [f"/posts-{year}-{month:02}.xml" for year in range(1990, 2026) for month in range(1, 13)]
    offers, later = make_robots_sitemap_offers(SITE, [*named, "/news-sitemap.xml"])
    assert [offer.url for offer in offers[:2]] == [f"{ROOT}/news-sitemap.xml", f"{ROOT}/posts-2025-12.xml"]
    assert len(offers) == MAX_CHILDREN
    assert {offer.url for offer in offers + later} == {ROOT + path for path in [*named, "/news-sitemap.xml"]}

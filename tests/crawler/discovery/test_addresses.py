"""The classification of addresses: article, section or neither, with the reason."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.address_parts import find_path_date
from crawler.discovery.addresses import classify_address
from crawler.sites.site import make_site
from storage.frontier.addresses import AddressKind

SITE = make_site("https://www.example.org/")
ROOT = "https://www.example.org"


def verdict(path: str, *, declared: bool = False) -> tuple[str | None, str]:
    judged = classify_address(path if "://" in path else ROOT + path, SITE, is_declared=declared)
    return judged.kind, judged.reason


@pytest.mark.parametrize(
    ("path", "evidence"),
    [
        ("/2025/10/03/harbour/", "date"),
        ("/2025/oct/03/harbour", "date"),
        ("/2025/10/harbour.html", "date"),
        ("/news/2025-10-03-harbour", "date"),
        ("/20251003/harbour", "date"),
        ("/sport/harbour-48107.html", "number"),
        ("/sport/48107/harbour", "number"),
        ("/doc/7715044", "number"),
        ("/blog/473", "number"),
        ("/article.asp?catid=22769&subid=2&pubid=63599532", "number"),
        ("/?p=123", "number"),
        ("/index.php?id=4711", "number"),
        ("/cgi-bin/detail.php?neeno=200871", "number"),
        ("/articles/AST1F4445T1FUTIL02SM.html", "token"),
        ("/news/6d929c5a13f9", "token"),
        ("/the-harbour-opens-on-monday", "headline"),
        ("/villages/new-roof-for-the-school.html", "headline"),
        ("/villages/new_roof_for_school", "headline"),
        ("/lokales/herbstmarkt-mit-karussell/index.html", "headline"),
        ("/the-harbour-opens-again-on-monday/2", "headline"),
        ("/sport/title-race.html", "headline"),
        ("/koinonia/νέο-λιμάνι-για-την-πόλη", "headline"),
        ("/новости/новый-мост-через-реку", "headline"),
        ("/news/市政府宣布新的交通计划", "headline"),
        ("/news/%E5%B8%82%E6%94%BF%E5%BA%9C%E5%AE%A3%E5%B8%83%E6%96%B0", "headline"),
        ("/story/harbour", "folder"),
        ("https://sport.example.org/cup-final-lost-again", "headline"),
    ],
)
def test_a_link_with_the_form_of_an_article_is_one(path: str, evidence: str) -> None:
    assert verdict(path) == (AddressKind.ARTICLE, evidence)


@pytest.mark.parametrize(
    "path",
    [
        "/politics/",
        "/us-news",
        "/food-and-drink/",
        "/sport/premier-league",
        "/arts-and-culture/books",
        "/category/wirtschaft/",
        "/category/natural-feminine-care/",
        "/nachrichten/index.html",
        "/новости/",
        "/経済/",
        "https://sport.example.org/",
    ],
)
def test_a_short_path_of_plain_words_is_a_section(path: str) -> None:
    assert verdict(path) == (AddressKind.SECTION, "short-path")


@pytest.mark.parametrize("path", ["", "/", "/index.html", "/#top", "/?utm_source=x", "http://example.org/"])
def test_the_front_page_is_a_section_for_every_source(path: str) -> None:
    assert verdict(path) == (AddressKind.SECTION, "front-page")
    assert verdict(path, declared=True) == (AddressKind.SECTION, "front-page")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("https://example.net/2025/10/03/a-long-story-from-elsewhere", "other-host"),
        ("https://www.example.org:8443/2025/10/03/story", "other-host"),
        ("javascript:void(0)", "no-address"),
        ("mailto:desk@example.org", "no-address"),
        ("/news/pictures/harbour-20251003.jpg", "file"),
        ("/reports/2025/10/the-whole-report.pdf", "file"),
        ("/feed/", "feed"),
        ("/2025/10/03/harbour/feed/", "feed"),
        ("/news/rss.xml", "feed"),
        ("/wp-json/wp/v2/posts/48107", "technical"),
        ("/2025/10/03/harbour/?share=email", "action"),
        ("/2025/10/03/harbour/?replytocom=5", "action"),
        ("/search/harbour", "search"),
        ("/suche", "search"),
        ("/поиск/порт", "search"),
        ("/login", "account"),
        ("/de/anmelden", "account"),
        ("/impressum.html", "legal"),
        ("/en/privacy-policy", "legal"),
        ("/2025/10/03/", "calendar"),
        ("/2025/", "calendar"),
        ("/tag/harbour", "tag"),
        ("/schlagwort/neuer-hafen/", "tag"),
        ("/метки/порт", "tag"),
        ("/author/jane-doe/", "author"),
        ("/autoren/j%C3%BClicher", "author"),
    ],
)
def test_what_is_never_an_article_is_refused_from_every_source(path: str, reason: str) -> None:
    assert verdict(path) == (None, reason)
    assert verdict(path, declared=True) == (None, reason)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/news/harbour/sport/x/news/harbour/", "trap-repeated"),
        ("/a/b/a/b/a/b/2025/10/03/story-of-the-day", "trap-repeated"),
        ("/news/news/news/", "trap-repeated"),
        ("/" + "/".join("abcdefghijklmnopqrstu") + "/48107", "trap-deep"),
        ("/story-48107?" + "&".join(f"x{n}=1" for n in range(9)), "trap-parameters"),
        ("/story-48107-" + "very-" * 100, "trap-long"),
    ],
)
def test_crawler_traps_are_refused_from_every_source(path: str, reason: str) -> None:
    assert verdict(path) == (None, reason)
    assert verdict(path, declared=True) == (None, reason)


def test_repeated_numbers_are_no_trap() -> None:
    assert verdict("/2011/11/11/11/eleven")[0] is AddressKind.ARTICLE


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/2025/10/03/harbour/amp/", "twin"),
        ("/2025/10/03/harbour?print=1", "twin"),
        ("https://m.example.org/2025/10/03/harbour", "twin"),
        ("/2025/10/03/harbour/comments/", "comments"),
        ("/sport/page/2", "pagination"),
        ("/lokales/?seite=3", "pagination"),
        ("/the-long-story-in-parts/page-2", "pagination"),
        ("/news?q=harbour", "search"),
        ("/archive/2025/10/03", "calendar"),
        ("/events?month=10", "calendar"),
        ("/video/the-harbour-opens-again-48107", "show"),
        ("/mein/konto", "account"),
        ("https://jobs.example.org/view/48107-desk-editor", "legal"),
        ("https://shop.example.org/the-harbour-on-a-mug", "account"),
        ("/topic/harbour", "topic"),
        ("/news/tag/harbour/all", "tag"),
    ],
)
def test_some_addresses_are_refused_only_as_a_mere_link(path: str, reason: str) -> None:
    assert verdict(path)[1] == reason
    assert verdict(path)[0] is not AddressKind.ARTICLE
    if "jobs." not in path:
        assert verdict(path, declared=True) == (AddressKind.ARTICLE, "declared")


@pytest.mark.parametrize(
    "path",
    [
        "/harbour",
        "/about-bugs/",
        "/research/",
        "/tag/47110",
        "/columnists/why-the-harbour-must-never-open",
        "/x?page=2",
    ],
)
def test_an_unclear_address_in_a_feed_is_an_article(path: str) -> None:
    assert verdict(path, declared=True) == (AddressKind.ARTICLE, "declared")


def test_an_article_about_a_refused_word_stays_an_article() -> None:
    for path in ("/news/why-search-engines-fail", "/culture/the-author-who-vanished", "/2025/10/03/privacy-law-passed"):
        assert verdict(path)[0] is AddressKind.ARTICLE, path


@given(st.text(), st.booleans())
def test_every_text_gets_a_verdict_with_a_reason(text: str, declared: bool) -> None:
    for url in (text, f"{ROOT}/{text}"):
        judged = classify_address(url, SITE, is_declared=declared)
        assert judged.reason
        assert judged.kind in (None, AddressKind.ARTICLE, AddressKind.SECTION)


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2025/10/03/a", datetime(2025, 10, 3, tzinfo=UTC)),
        ("/news/2025/10/3/", datetime(2025, 10, 3, tzinfo=UTC)),
        ("/2012/jan/17/a", datetime(2012, 1, 17, tzinfo=UTC)),
        ("/2012/Sept/07/a", datetime(2012, 9, 7, tzinfo=UTC)),
        ("/2025-10-03-a", datetime(2025, 10, 3, tzinfo=UTC)),
        ("/a-20251003.html", datetime(2025, 10, 3, tzinfo=UTC)),
        ("/2025/02/31/a", None),
        ("/2025/10/a", None),
        ("/1025/10/03/a", None),
        ("/a-120251003", None),
        ("/?d=/2025/10/03/", None),
    ],
)
def test_a_day_is_read_from_the_path_alone(path: str, day: datetime | None) -> None:
    assert find_path_date(ROOT + path) == day

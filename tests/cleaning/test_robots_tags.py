"""What a page asks of robots is read as it is written, and obeyed where it is meant for us."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cleaning.article import Page
from cleaning.clean import clean
from cleaning.parsing import parse
from cleaning.robots_tags import header_words, read_robots_tags, refused

WHEN = datetime(2026, 11, 22, tzinfo=UTC)
TEXT = "".join(
    f"<p>The {noun} of the old town was repaired in spring, and many people came to see how it had been done.</p>"
    for noun in ("bridge", "market hall", "theatre", "library")
)


def page(*header: str, head: str = "", obeyed: tuple[str, ...] = (), status: int = 200) -> Page:
    html = (
        f"<html><head><title>Repairs</title>{head}</head><body><article><h1>Repairs</h1>{TEXT}</article></body></html>"
    )
    return Page("https://paper.example/a", html, status, WHEN, robots_header=header, robot="Broadsheet", obeyed=obeyed)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["noindex"], ["noindex"]),
        (["NoIndex, NOFOLLOW"], ["noindex", "nofollow"]),
        (["noindex nofollow"], ["noindex", "nofollow"]),
        (["none"], ["noindex", "nofollow"]),
        (["googlebot: noindex, nofollow"], []),
        (["broadsheet: noindex"], ["noindex"]),
        (["BROADSHEET: noindex", "otherbot: noarchive"], ["noindex"]),
        (["googlebot: nofollow, broadsheet: noindex, noai"], ["noindex", "noai"]),
        (["noai, googlebot: noindex"], ["noai"]),
        (["*: noindex"], ["noindex"]),
        (["max-snippet:-1, max-image-preview: large"], ["max-snippet:-1", "max-image-preview: large"]),
        (
            ["unavailable_after: Friday, 25-Jun-27 15:00:00 GMT, noarchive"],
            ["unavailable_after: friday, 25-jun-27 15:00:00 gmt", "noarchive"],
        ),
        (["googlebot: unavailable_after: Fri, 25 Jun 2027 15:00:00 GMT, noindex"], []),
        ([""], []),
        ([", ;:,"], []),
    ],
)
def test_a_header_says_what_holds_for_us(lines: list[str], words: list[str]) -> None:
    assert list(header_words(lines, "Broadsheet")) == words


@pytest.mark.parametrize(
    ("meta", "words"),
    [
        ('<meta name="robots" content="noindex,follow">', ("noindex", "follow")),
        ('<META NAME="Robots" CONTENT="NOINDEX">', ("noindex",)),
        ('<meta name="BroadSheet" content="noarchive">', ("noarchive",)),
        ('<meta name="googlebot" content="noindex">', ()),
        ('<meta name="robots">', ()),
        ('<meta name="robots" content="noai, noimageai"><meta name="robots" content="noai">', ("noai", "noimageai")),
    ],
)
def test_a_meta_element_says_what_holds_for_us(meta: str, words: tuple[str, ...]) -> None:
    asking = page(head=meta)
    assert read_robots_tags(parse(asking.html), asking).words == words


@pytest.mark.parametrize(
    ("word", "obeyed", "reason"),
    [
        ("noindex", ("noindex",), "robots-noindex"),
        ("noindex", (), None),
        ("nofollow", ("noindex", "nofollow"), None),
        ("noai", ("noindex", "noai"), "robots-noai"),
        ("unavailable_after: 25 jun 2010 15:00:00 pst", ("noindex",), "robots-noindex"),
        ("unavailable_after: 2026-11-21t10:00:00z", ("noindex",), "robots-noindex"),
        ("unavailable_after: friday, 20-nov-26 15:00:00 gmt", ("noindex",), "robots-noindex"),
        ("unavailable_after: 2026-11-23", ("noindex",), None),
        ("unavailable_after: one day", ("noindex",), None),
    ],
)
def test_only_what_is_obeyed_keeps_a_page_out(word: str, obeyed: tuple[str, ...], reason: str | None) -> None:
    assert refused([word], obeyed, WHEN) == reason


def test_a_date_is_past_when_the_page_was_fetched_after_it_and_not_by_any_clock() -> None:
    assert refused(["unavailable_after: 2020-01-01"], ["noindex"], None) is None
    assert refused(["unavailable_after: 2020-01-01"], ["noindex"], datetime(2019, 5, 1, tzinfo=UTC)) is None


def test_a_page_that_asks_for_it_is_rejected_and_keeps_its_text_and_what_it_asked() -> None:
    meta = '<meta name="robots" content="noarchive">'
    article = clean(page("noindex", head=meta, obeyed=("noindex",)))
    assert (article.rejected, article.robots) == ("robots-noindex", ("noindex", "noarchive"))
    assert "library" in article.text
    assert article.sources["robots"] == "X-Robots-Tag, meta robots"


def test_nothing_is_obeyed_that_was_not_asked_to_be() -> None:
    article = clean(page("noindex"))
    assert (article.rejected, article.robots) == (None, ("noindex",))


def test_an_error_page_stays_one_whatever_it_asks() -> None:
    assert clean(page("noindex", obeyed=("noindex",), status=404)).rejected == "error-page"


def test_a_thousand_words_are_no_trouble() -> None:
    asking = page("x," * 50_000, head='<meta name="robots" content="a">' * 5_000)
    assert len(read_robots_tags(parse(asking.html), asking).words) <= 50

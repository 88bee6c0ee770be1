"""Read what a page asks of robots, and obey it where it applies to our robot."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cleaning.clean import clean
from cleaning.metadata.robots_tags import find_robots_rejection, parse_header_words, read_robots_tags
from cleaning.page.parsing import parse_tree
from cleaning.records.given import Page

WHEN = datetime(2026, 11, 22, tzinfo=UTC)
TEXT = "".join(
    f"<p>The {noun} of the old town was repaired in spring, and many people came to see how it had been done.</p>"
    for noun in ("bridge", "market hall", "theatre", "library")
)


def page(*header: str, head: str = "", obeyed_tags: tuple[str, ...] = (), status: int = 200) -> Page:
    html = (
        f"<html><head><title>Repairs</title>{head}</head><body><article><h1>Repairs</h1>{TEXT}</article></body></html>"
    )
    return Page(
        "https://paper.example/a",
        html,
        status,
        WHEN,
        robots_header=header,
        robot_name="Broadsheet",
        obeyed_tags=obeyed_tags,
    )


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
def test_header_words_that_apply_to_our_robot(lines: list[str], words: list[str]) -> None:
    assert list(parse_header_words(lines, "Broadsheet")) == words


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
def test_meta_words_that_apply_to_our_robot(meta: str, words: tuple[str, ...]) -> None:
    asking = page(head=meta)
    assert read_robots_tags(parse_tree(asking.html), asking).words == words


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
def test_only_obeyed_words_reject_a_page(word: str, obeyed: tuple[str, ...], reason: str | None) -> None:
    assert find_robots_rejection([word], obeyed, WHEN) == reason


def test_a_date_is_past_when_the_page_was_fetched_after_it() -> None:
    assert find_robots_rejection(["unavailable_after: 2020-01-01"], ["noindex"], None) is None
    assert (
        find_robots_rejection(["unavailable_after: 2020-01-01"], ["noindex"], datetime(2019, 5, 1, tzinfo=UTC)) is None
    )


def test_a_rejected_page_keeps_its_text_and_its_robots_tags() -> None:
    meta = '<meta name="robots" content="noarchive">'
    article = clean(page("noindex", head=meta, obeyed_tags=("noindex",)))
    assert (article.rejected, article.robots) == ("robots-noindex", ("noindex", "noarchive"))
    assert "library" in article.text
    assert article.sources["robots"] == "X-Robots-Tag, meta robots"


def test_words_are_obeyed_only_where_configured() -> None:
    article = clean(page("noindex"))
    assert (article.rejected, article.robots) == (None, ("noindex",))


def test_an_error_page_is_rejected_as_such_whatever_its_robots_tags() -> None:
    assert clean(page("noindex", obeyed_tags=("noindex",), status=404)).rejected == "error-page"


def test_a_thousand_words_are_no_trouble() -> None:
    asking = page("x," * 50_000, head='<meta name="robots" content="a">' * 5_000)
    assert len(read_robots_tags(parse_tree(asking.html), asking).words) <= 50

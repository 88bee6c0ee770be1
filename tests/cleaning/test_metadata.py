from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from cleaning.article import Page
from cleaning.authors import persons
from cleaning.dates import parse_time
from cleaning.metadata import Metadata, read_metadata
from cleaning.parsing import parse

URL = "https://www.harbour-post.example/2024/ferry"
FETCHED = datetime(2024, 5, 20, 12, tzinfo=UTC)


def metadata(head: str = "", body: str = "", *, url: str = URL, fetched_at: datetime | None = FETCHED) -> Metadata:
    html = f"<html><head>{head}</head><body>{body}</body></html>"
    tree = parse(html)
    assert tree is not None
    return read_metadata(tree, Page(url, html, fetched_at=fetched_at))


def json_ld(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Night ferry is back - Harbour Post</title>", "<h1>Night ferry is back</h1>", "Night ferry is back"),
        (
            "<title>Back on the water!</title><meta property='og:title' content='Night ferry to Orrow runs again'>",
            "<h1>Harbour Post</h1><h2>Other news of today</h2><h2>Night ferry to Orrow runs again</h2>",
            "Night ferry to Orrow runs again",
        ),
        ("<title>Buy, read, enjoy</title>", "<h1>Night ferry runs in June</h1>", "Night ferry runs in June"),
        ("<title>Night ferry is back | Harbour Post</title><meta property='og:site_name' content='Harbour Post'>", "",
         "Night ferry is back"),
        ("<title>Night ferry runs again</title>", "<h1>Harbour: Night ferry runs again</h1>", "Night ferry runs again"),
        (json_ld(headline="Night ferry &amp; day ferry"), "", "Night ferry & day ferry"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_the_title_is_the_headline_that_a_reader_sees(head: str, body: str, title: str) -> None:
    assert metadata(head, body).title == title


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2024-05-16T23:40:00+02:00", datetime(2024, 5, 16, 21, 40, tzinfo=UTC)),
        ("2024-05-16T23:40:00.000+0200", datetime(2024, 5, 16, 21, 40, tzinfo=UTC)),
        ("2024-05-16", datetime(2024, 5, 16, tzinfo=UTC)),
        ("2024-5-6 7:05", datetime(2024, 5, 6, 7, 5, tzinfo=UTC)),
        ("Thu, 16 May 2024 21:40:00 GMT", datetime(2024, 5, 16, 21, 40, tzinfo=UTC)),
        ("2024-13-45", None),
        ("yesterday", None),
        ("3/4/2024", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
    ],
)
def test_times_are_read_into_utc(raw: str, moment: datetime | None) -> None:
    assert parse_time(raw) == moment


def test_a_stated_time_comes_before_a_guess() -> None:
    found = metadata(json_ld(datePublished="2024-05-16T21:40:00Z"), "<p>Archive of 2 March 2021</p>")
    assert found.published_at == datetime(2024, 5, 16, 21, 40, tzinfo=UTC)


@pytest.mark.parametrize("raw", ["2031-01-01T00:00:00Z", "1899-12-31"])
def test_a_time_that_cannot_be_is_kept_as_it_was_written_only(raw: str) -> None:
    found = metadata(json_ld(datePublished=raw))
    assert (found.published_at, found.published_raw) == (None, raw)


def test_the_future_is_the_future_of_the_page() -> None:
    later = json_ld(datePublished="2024-05-22T11:00:00Z")
    assert metadata(later).published_at is not None
    assert metadata(later, fetched_at=datetime(2024, 5, 1, tzinfo=UTC)).published_at is None
    assert metadata(later, fetched_at=None).published_at is not None


def test_the_day_in_the_address_is_better_than_none() -> None:
    found = metadata(url="https://www.harbour-post.example/2024/05/16/ferry")
    assert found.published_at == datetime(2024, 5, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Anna Berg", ["Anna Berg"]),
        ("Von Anna Berg und Tom Hale", ["Anna Berg", "Tom Hale"]),
        ("Anna Berg, Tom Hale & Ida Moss", ["Anna Berg", "Tom Hale", "Ida Moss"]),
        ("Μαρία Λέκκα", ["Μαρία Λέκκα"]),
        ("https://www.facebook.com/harbourpost", []),
        ("@harbourpost", []),
        ("news@harbour-post.example", []),
        ("admin", []),
        ("", []),
    ],
)
def test_authors_are_persons(line: str, names: list[str]) -> None:
    assert persons(line) == names


def test_the_site_is_not_its_own_author() -> None:
    head = "<meta property='og:site_name' content='Harbour Post'><meta name='author' content='Harbour Post'>"
    assert metadata(head).authors == ()


def test_authors_come_from_json_ld_first() -> None:
    head = json_ld(author=[{"@type": "Person", "name": "Anna Berg"}, {"@type": "Organization", "name": "Pell News"}])
    assert metadata(head + "<meta name='author' content='desk'>").authors == ("Anna Berg",)


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
    assert metadata(f"<link rel='canonical' href='{href}'>").canonical_url == address

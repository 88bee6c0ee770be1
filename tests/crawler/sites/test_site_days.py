"""The days of `-a since=` by the clock of each site."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cleaning.records.times import UNSTATED
from crawler.sites.site import Site
from crawler.sites.site_days import SiteDays
from crawler.sites.time_zones import find_stated_offset

PLAIN = Site("plain", "https://example.com/")


@pytest.mark.parametrize(
    ("site", "begins"),
    [
        (Site("a", "https://example.org/", timezone="Asia/Tokyo"), datetime(2026, 11, 29, 15, tzinfo=UTC)),
        (Site("a", "https://example.co.jp/"), datetime(2026, 11, 29, 15, tzinfo=UTC)),
        (Site("a", "https://example.de/"), datetime(2026, 11, 29, 23, tzinfo=UTC)),
        (Site("a", "https://example.uk/"), datetime(2026, 11, 30, tzinfo=UTC)),
        (Site("a", "https://example.com/", language="pt-br"), datetime(2026, 11, 30, 3, tzinfo=UTC)),
        (Site("a", "https://example.com/", language="pt"), datetime(2026, 11, 30, tzinfo=UTC)),
        (Site("a", "https://example.us/"), datetime(2026, 11, 30, tzinfo=UTC)),
        (Site("a", "https://example.tv/"), datetime(2026, 11, 30, tzinfo=UTC)),
        (Site("a", "http://127.0.0.1:8000/"), datetime(2026, 11, 30, tzinfo=UTC)),
    ],
)
def test_a_day_begins_in_the_zone_of_the_site(site: Site, begins: datetime) -> None:
    first = SiteDays(date(2026, 11, 30)).get_first_day(site)
    assert first is not None
    assert first.begins_at == begins


def test_the_offset_of_its_lists_is_that_of_a_site_unless_its_entry_names_a_zone() -> None:
    named = Site("named", "https://example.de/", timezone="Asia/Tokyo")
    days = SiteDays(date(2026, 11, 30))
    for site in (PLAIN, named):
        days.learn_offset(site, timedelta(hours=-5))
        days.learn_offset(site, None)
        days.learn_offset(site, timedelta(hours=1))
    first, of_named = days.get_first_day(PLAIN), days.get_first_day(named)
    assert first is not None
    assert of_named is not None
    assert first.begins_at == datetime(2026, 11, 30, 5, tzinfo=UTC)
    assert of_named.begins_at == datetime(2026, 11, 29, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "is_before"),
    [
        ("2026-11-30T00:30:00+09:00", False),  # the page states its own day
        ("2026-11-29T23:30:00+09:00", True),
        ("2026-11-29T16:00:00+00:00", True),
        ("2026-11-30T00:00:00+00:00", False),
        ("2026-11-30T03:00:00-05:00", False),
        ("2026-11-29T23:00:00-05:00", False),
    ],
)
def test_an_article_is_judged_by_the_site_and_by_the_zone_of_its_own_page(written: str, *, is_before: bool) -> None:
    assert SiteDays(date(2026, 11, 30)).is_before(PLAIN, datetime.fromisoformat(written)) is is_before


def test_a_time_without_a_zone_is_that_of_the_sites_clock() -> None:
    days = SiteDays(date(2026, 11, 30))
    american = Site("american", "https://example.com/", timezone="America/New_York")
    assert not days.is_before(american, datetime(2026, 11, 30, tzinfo=UNSTATED))
    assert days.is_before(american, datetime(2026, 11, 30, tzinfo=UTC))


def test_without_since_no_article_is_too_old() -> None:
    assert SiteDays(None).get_first_day(PLAIN) is None
    assert not SiteDays(None).is_before(PLAIN, datetime(1999, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("body", "hours"),
    [
        (b"<pubDate>Mon, 30 Nov 2026 00:30:00 +0900</pubDate>", 9),
        (b"<updated>2026-11-30T00:30:00.000-05:00</updated><updated>2026-11-30T00:30:00Z</updated>", -5),
        (b"<lastmod>2026-11-30T00:30+05:30</lastmod>", 5.5),
        (b"09:00:00 +0100 09:00:00 +0100 09:00:00 +0000 09:00:00 +0000 09:00:00 +0000", 1),
        (b"<pubDate>Mon, 30 Nov 2026 00:30:00 GMT</pubDate><lastmod>2026-11-30</lastmod>", None),
        (b"09:00:00 +9900", None),
        (b"", None),
    ],
)
def test_the_offset_is_the_one_that_most_times_state(body: bytes, hours: float | None) -> None:
    assert find_stated_offset(body) == (None if hours is None else timedelta(hours=hours))

"""The options of a night, and when it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from scrapy.settings import Settings

from cleaning.errors import BadArgument
from crawler.night.budget import CRAWL, FINISHING, estimate_reserve, find_crawl_end, find_end
from crawler.night.options import load_default_options, make_options
from storage.nights.stored_nights import StoredNight

NOW = datetime(2026, 12, 2, 1, 30, tzinfo=UTC)


def make_night(**values: object) -> StoredNight:
    night = StoredNight(1, NOW, NOW + timedelta(hours=4), NOW + timedelta(hours=4), None, 0, 1, {}, {})
    return night._replace(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("until", "hours", "expected"),
    [
        ("06:00 UTC", "", datetime(2026, 12, 2, 6, 0, tzinfo=UTC)),
        ("6:00 Europe/Berlin", "", datetime(2026, 12, 2, 5, 0, tzinfo=UTC)),
        ("01:30 UTC", "", datetime(2026, 12, 3, 1, 30, tzinfo=UTC)),  # this very moment: the next such time
        ("20:00 America/New_York", "", datetime(2026, 12, 3, 1, 0, tzinfo=UTC)),
        ("", "4", datetime(2026, 12, 2, 5, 30, tzinfo=UTC)),
        ("06:00 UTC", "0.5", datetime(2026, 12, 2, 2, 0, tzinfo=UTC)),  # the earlier of the two
        ("", "", None),
    ],
)
def test_a_night_ends_at_the_next_such_time_or_after_so_many_hours(
    until: str, hours: str, expected: datetime | None
) -> None:
    assert find_end(until, hours, NOW) == expected


def test_the_clock_of_the_machine_counts_where_no_zone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert find_end("12:00", "", NOW) == datetime(2026, 12, 2, 3, 0, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_night_in_which_the_clock_is_set_back_ends_at_the_named_time() -> None:
    before = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)  # midnight in Berlin, three hours before the change
    assert find_end("06:00 Europe/Berlin", "", before) == datetime(2026, 10, 25, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("until", "25:00"), ("until", "6"), ("until", "06:00 Nowhere"), ("until", "06:00 ../etc/passwd"),
        ("hours", "0"), ("hours", "-1"), ("hours", "nan"), ("hours", "99999"), ("pages", "0"), ("pages", "many"),
        ("keep_raw", "180"), ("keep_raw", "0d"), ("keep_rejected", "-3d"),
        ("keep_reports", "400"), ("skip", "crawl"), ("skip", "everything"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_named_with_what_it_must_be(name: str, text: str) -> None:
    with pytest.raises(BadArgument, match=f"--{name.replace('_', '-')}"):
        make_options({name: text})


def test_an_option_of_the_command_line_replaces_that_of_the_settings() -> None:
    settings = Settings({"NIGHTLY_UNTIL": "06:00", "NIGHTLY_KEEP_RAW": "180d", "NIGHTLY_SKIP": ["report", "alerts"]})
    options = make_options({"until": "05:00", "hours": None}, load_default_options(settings))
    assert (options.until, options.hours, options.raw_age) == ("05:00", "", timedelta(days=180))
    assert options.skipped == ("report", "alerts")


def test_the_first_night_leaves_a_tenth_of_its_time_for_what_follows_the_crawl() -> None:
    assert estimate_reserve([], timedelta(hours=1)) == timedelta(minutes=6)
    assert estimate_reserve([], timedelta(hours=8)) == timedelta(minutes=10)


def test_later_nights_leave_a_quarter_more_than_the_longest_took() -> None:
    short = {CRAWL: {"seconds": 9000, FINISHING: 200}, "report": {"seconds": 100}}
    long = {CRAWL: {"seconds": 9000, FINISHING: 300}, "report": {"seconds": 100}}
    failed = {CRAWL: {"seconds": 2}, "report": {"seconds": 1000}}
    former = [make_night(steps=one) for one in (short, long, {}, failed)] + [make_night(ended_at=None)]
    assert estimate_reserve(former, timedelta(hours=4)) == timedelta(seconds=500)


def test_the_crawl_keeps_half_of_the_time_however_long_the_rest_takes() -> None:
    assert find_crawl_end(NOW, NOW + timedelta(hours=4), timedelta(hours=9)) == NOW + timedelta(hours=2)
    assert find_crawl_end(NOW, None, timedelta(hours=9)) is None

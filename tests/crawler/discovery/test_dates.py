"""Dates of feeds and sitemaps, as machines and people write them."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.dates import parse_time

EVENING = datetime(2026, 11, 30, 20, 15, tzinfo=UTC)
DAY = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "Mon, 30 Nov 2026 20:15:00 +0000", "Mon, 30 Nov 2026 20:15:00 GMT", "Mon, 30 Nov 2026 21:15:00 CET",
        "Mon, 30 Nov 2026 15:15:00 EST", "Mon, 30 Nov 2026 21:15:00 GMT+1", "Mon, 30 Nov 2026 23:15:00 MSK",
        "Tue, 01 Dec 2026 05:45:00 ACST", "Mon, 30 Nov 2026 16:45:00 NST", "Mon, 30 Nov 2026 21:15:00 BST",
        "Mon, 30 Nov 2026 15:15:00 -0500 (EST)", "30 Nov 2026 20:15", "30 Nov 26 20:15", "Mon 30 Nov 2026 20:15",
        "Monday, 30 November 2026 20:15:00 +0000", "Mon, 30-Nov-2026 20:15:00 GMT", "Mon, Nov 30 2026 08:15:00 PM",
        "Mon Nov 30 20:15:00 2026", "Mon Nov 30 21:15:00 CET 2026", "Monday, November 30, 2026 - 20:15",
        "2026-11-30T20:15:00Z", "2026-11-30T21:15:00+0100", "2026-11-30 20:15:00", "2026-11-30T20:15:00.123Z",
        "20261130T201500Z", "2026/11/30 20:15:00", "30.11.2026 20:15", "30/11/2026 20:15", "11/30/2026 08:15 PM",
        "30-11-2026 20:15", "2026年11月30日 20:15", "2026年11月30日 下午8:15", "2026-11-30 오후 08:15",
        "2026년 11월 30일 20:15", "1796069700", "1796069700000", "Mo, 30 Nov 2026 20:15:00 +0000",
        "sab, 30 nov 2026 20:15:00 +0000", "lun., 30 nov. 2026 20:15:00 +0000", "Пн, 30 Ноя 2026 23:15:00 +0300",
        "Pzt, 30 Kas 2026 23:15:00 +0300", "Ke, 30 Mar 2026 20:15:00 +0000", "30 novembre 2026 à 20h15",
        "30 ноября 2026 г. 20:15", "po, 30 lis 2026 21:15:00 +0100", "Δευ, 30 Νοε 2026 22:15:00 +0200",
        "Nov 30, 2026 8:15 p.m.", "  Mon,\n 30 Nov 2026 20:15 ",
    ],
)  # fmt: skip
def test_a_time_is_read_in_any_spelling(written: str) -> None:
    found = parse_time(written)
    assert found is not None
    assert found.replace(second=0, microsecond=0) == EVENING


@pytest.mark.parametrize(
    "written",
    ["2026/11/30", "2026年11月30日", "30.11.2026", "Nov 30, 2026", "30. November 2026", "lundi 30 novembre 2026",
     "30 พฤศจิกายน 2569", "20261130", "2026-11-30"],
)  # fmt: skip
def test_a_day_without_an_hour_is_its_midnight(written: str) -> None:
    assert parse_time(written) == DAY


@pytest.mark.parametrize(
    "written",
    ["", None, "never", "12", "3 hours ago", "Thu, 01 Jan 1970 00:00:00 +0000", "Mon, 30 Nov -0001 00:00:00 +0000",
     "2150-01-01", "00/00/0000", "2026-13-45", "0", "99999999999999999999", "30 listopada 2026", "01/12/2026 09:00"],
)  # fmt: skip
def test_what_is_no_date_or_has_two_meanings_gives_none(written: str | None) -> None:
    assert parse_time(written) is None


def test_the_language_decides_between_two_meanings() -> None:
    assert parse_time("30 listopada 2026", "pl") == DAY
    assert parse_time("30 listopada 2026", "hr") == datetime(2026, 10, 30, tzinfo=UTC)
    assert parse_time("01/12/2026", "fr") == datetime(2026, 12, 1, tzinfo=UTC)
    assert parse_time("mar. 01 déc. 2026") == parse_time("mar, 01 dic 2026") == datetime(2026, 12, 1, tzinfo=UTC)


@given(st.text(), st.sampled_from([None, "", "de", "pl-PL", "?"]))
def test_no_text_crashes_it(text: str, language: str | None) -> None:
    parse_time(text, language)
    parse_time(f"Mo, 3 {text} 2026", language)


def test_a_crawl_that_meets_no_foreign_date_loads_no_library_for_them() -> None:
    code = (
        "import sys, crawler.discovery.discover as d\n"
        "from crawler.discovery.dates import parse_time\n"
        "parse_time('Mon, 30 Nov 2026 20:15:00 GMT')\n"
        "print([name for name in ('babel.dates', 'dateparser', 'charset_normalizer') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

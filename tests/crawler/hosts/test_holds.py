"""Which responses put a host on hold, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.failures.errors import HostOnHold
from crawler.hosts.holds import Holds, parse_retry_after
from crawler.run.pauses import add_jitter
from storage.frontier.hosts import Hold

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
URL = "https://paper.example/a"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class RecordedHolds:
    """The holds of a crawl, and the changes that they report."""

    def __init__(self, **settings: object) -> None:
        plain = {
            "RETRY_AFTER_MAX": 3600,
            "RETRY_PAUSES": [20, 40],
            "BREAKER_FAILURES": 3,
            "BREAKER_PAUSES": [60, 600],
        }
        self.holds = Holds(Crawler(Spider, Settings(plain | settings)))
        self.changes: dict[str, Hold | None] = {}
        self.holds.on_change = self.changes.__setitem__

    def respond(self, status: int = 200, url: str = URL, **headers: str) -> None:
        lines = {name.replace("_", "-"): value for name, value in headers.items()}
        self.holds.record_response(Request(url), Response(url, status=status, headers=lines))

    def wait(self, url: str = URL) -> timedelta | None:
        """Return how long the host is on hold from now, in whole seconds; None if it is not."""
        try:
            self.holds.check(url)
        except HostOnHold as error:
            return timedelta(seconds=round((error.hold.until - datetime.now(UTC)).total_seconds()))
        return None

    def end_hold(self) -> None:
        """Set the end of the hold into the past."""
        hold = self.changes["paper.example"]
        assert hold is not None
        self.holds.load([Hold(hold.host, datetime.now(UTC) - SECOND, hold.reason, hold.opened)])


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", 120 * SECOND),
        (" 5 ", 5 * SECOND),
        ("0", timedelta()),
        ("Sun, 22 Nov 2026 02:10:00 GMT", 10 * MINUTE),
        ("Sunday, 22-Nov-26 02:10:00 GMT", 10 * MINUTE),
        ("Sun Nov 22 02:10:00 2026", 10 * MINUTE),
        ("Sun, 22 Nov 2026 01:00:00 GMT", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        ("Sun, 99 Nov 2026 99:99:99 GMT", None),
    ],
)
def test_a_retry_after_is_seconds_or_a_future_date(value: str, wait: timedelta | None) -> None:
    assert parse_retry_after(value, NOW) == wait


@pytest.mark.parametrize("value", ["9" * 15, "9" * 10_000, "Sun, 22 Nov 9999 02:10:00 GMT"])
def test_the_longest_wait_is_cut(value: str) -> None:
    holds = RecordedHolds()
    holds.respond(503, Retry_After=value)
    assert holds.wait() == 60 * MINUTE


def test_a_retry_after_holds_the_host_for_both_schemes_and_no_other() -> None:
    holds = RecordedHolds()
    holds.respond(429, Retry_After="30")
    assert holds.wait() == holds.wait("http://paper.example/") == 30 * SECOND
    assert holds.wait("https://paper.example:8443/") is holds.wait("https://www.paper.example/") is None


def test_a_hold_is_never_shortened() -> None:
    holds = RecordedHolds()
    holds.respond(503, Retry_After="900")
    holds.respond(503, Retry_After="30")
    holds.respond()  # the response to a request that was under way
    assert holds.wait() == 900 * SECOND


def test_a_429_without_retry_after_holds_longer_each_time_in_a_row() -> None:
    holds = RecordedHolds(BREAKER_FAILURES=99)
    waits = []
    for _ in range(3):
        holds.respond(429)
        waits.append(holds.wait())
        holds.end_hold()
    assert all(wait is not None for wait in waits)
    assert 20 * SECOND <= waits[0] <= 25 * SECOND  # type: ignore[operator]  # asserted above
    assert all(40 * SECOND <= wait <= 50 * SECOND for wait in waits[1:])  # type: ignore[operator]


@pytest.mark.parametrize("status", [None, 500, 503])
def test_failures_in_a_row_open_the_breaker_and_a_good_answer_closes_it(status: int | None) -> None:
    holds = RecordedHolds()

    def fail() -> None:
        holds.holds.record_no_response(Request(URL)) if status is None else holds.respond(status)

    for _ in range(2):
        fail()
        fail()
        holds.respond(404)  # a good response
    assert holds.wait() is None
    for _ in range(3):
        fail()
    assert holds.wait() == MINUTE
    fail()  # the request was under way
    assert holds.wait() == MINUTE
    holds.end_hold()
    assert holds.wait() is None
    fail()  # the one request on trial
    assert holds.wait() == 10 * MINUTE
    holds.end_hold()
    fail()
    assert holds.wait() == 10 * MINUTE
    holds.end_hold()
    holds.respond(200)
    assert holds.changes["paper.example"] is None
    fail()
    fail()
    assert holds.wait() is None


def test_a_hold_of_an_earlier_run_continues() -> None:
    holds = RecordedHolds()
    holds.holds.load([Hold("paper.example", datetime.now(UTC) - MINUTE, "breaker", 1)])
    assert holds.wait() is None
    assert holds.holds.is_on_trial(URL)
    holds.holds.record_no_response(Request(URL))
    assert holds.wait() == 10 * MINUTE


def test_a_pause_is_up_to_a_quarter_longer_and_never_shorter() -> None:
    waits = [add_jitter(8 * SECOND) for _ in range(300)]
    assert min(waits) >= 8 * SECOND
    assert max(waits) <= 10 * SECOND
    assert max(waits) - min(waits) > SECOND

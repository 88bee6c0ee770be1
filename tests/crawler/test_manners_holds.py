"""What an answer, or none, says of a host."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.holds import Holds, HostHeld, jittered, retry_after
from storage.hosts import Hold

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
URL = "https://paper.example/a"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Watched:
    """The holds of a crawl, with what they gave to be kept."""

    def __init__(self, **settings: object) -> None:
        plain = {
            "RETRY_AFTER_MAX": 3600,
            "RETRY_PAUSES": [20, 40],
            "BREAKER_FAILURES": 3,
            "BREAKER_PAUSES": [60, 600],
        }
        self.holds = Holds(Crawler(Spider, Settings(plain | settings)))
        self.kept: dict[str, Hold | None] = {}
        self.holds.keep = self.kept.__setitem__

    def answer(self, status: int = 200, url: str = URL, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.holds.answered(Request(url), Response(url, status=status, headers=named))

    def wait(self, url: str = URL) -> timedelta | None:
        """How long nothing is asked of the host from now, in whole seconds."""
        try:
            self.holds.check(url)
        except HostHeld as held:
            return timedelta(seconds=round((held.hold.until - datetime.now(UTC)).total_seconds()))
        return None

    def over(self) -> None:
        """Has the hold end."""
        hold = self.kept["paper.example"]
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
def test_a_retry_after_is_seconds_or_a_date_to_come(value: str, wait: timedelta | None) -> None:
    assert retry_after(value, NOW) == wait


@pytest.mark.parametrize("value", ["9" * 15, "9" * 10_000, "Sun, 22 Nov 9999 02:10:00 GMT"])
def test_the_longest_wait_is_cut(value: str) -> None:
    watched = Watched()
    watched.answer(503, Retry_After=value)
    assert watched.wait() == 60 * MINUTE


def test_a_retry_after_holds_the_host_for_both_schemes_and_no_other() -> None:
    watched = Watched()
    watched.answer(429, Retry_After="30")
    assert watched.wait() == watched.wait("http://paper.example/") == 30 * SECOND
    assert watched.wait("https://paper.example:8443/") is watched.wait("https://www.paper.example/") is None


def test_a_hold_is_never_shortened() -> None:
    watched = Watched()
    watched.answer(503, Retry_After="900")
    watched.answer(503, Retry_After="30")
    watched.answer()  # to what was under way
    assert watched.wait() == 900 * SECOND


def test_a_429_that_says_nothing_holds_longer_the_oftener_it_comes() -> None:
    watched = Watched(BREAKER_FAILURES=99)
    waits = []
    for _ in range(3):
        watched.answer(429)
        waits.append(watched.wait())
        watched.over()
    assert all(wait is not None for wait in waits)
    assert 20 * SECOND <= waits[0] <= 25 * SECOND  # type: ignore[operator]  # asserted above
    assert all(40 * SECOND <= wait <= 50 * SECOND for wait in waits[1:])  # type: ignore[operator]


@pytest.mark.parametrize("status", [None, 500, 503])
def test_failures_in_a_row_open_the_breaker_and_a_good_answer_closes_it(status: int | None) -> None:
    watched = Watched()

    def fail() -> None:
        watched.holds.unanswered(Request(URL)) if status is None else watched.answer(status)

    for _ in range(2):
        fail()
        fail()
        watched.answer(404)  # an answer
    assert watched.wait() is None
    for _ in range(3):
        fail()
    assert watched.wait() == MINUTE
    fail()  # it was under way
    assert watched.wait() == MINUTE
    watched.over()
    assert watched.wait() is None
    fail()  # the one that tries
    assert watched.wait() == 10 * MINUTE
    watched.over()
    fail()
    assert watched.wait() == 10 * MINUTE
    watched.over()
    watched.answer(200)
    assert watched.kept["paper.example"] is None
    fail()
    fail()
    assert watched.wait() is None


def test_what_an_earlier_run_noted_goes_on() -> None:
    watched = Watched()
    watched.holds.load([Hold("paper.example", datetime.now(UTC) - MINUTE, "breaker", 1)])
    assert watched.wait() is None
    assert watched.holds.on_trial(URL)
    watched.holds.unanswered(Request(URL))
    assert watched.wait() == 10 * MINUTE


def test_a_pause_is_up_to_a_quarter_longer_and_never_shorter() -> None:
    waits = [jittered(8 * SECOND) for _ in range(300)]
    assert min(waits) >= 8 * SECOND
    assert max(waits) <= 10 * SECOND
    assert max(waits) - min(waits) > SECOND

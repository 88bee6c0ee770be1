"""Hosts on hold: a host that asks for time, and one that does not respond. Other hosts do not wait for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path

import pytest
from crawling import run_scrapy
from manners import link_bare_lists, load_counts, load_rows
from servers.paper import Answer, Paper
from servers.slow import Slow

from storage.models import Address, Host

PATHS = [f"/2025/10/{day:02}/story-of-the-day-{day}" for day in range(1, 7)]
DAY = timedelta(days=1)
# The first response to the request for the third of six articles: status and Retry-After.
ASKS: dict[str, tuple[int, Callable[[], str]]] = {
    "seconds": (503, lambda: "1"),
    "date": (429, lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=2.5), usegmt=True)),
    "past": (503, lambda: "Wed, 21 Oct 2015 07:28:00 GMT"),
    "garbage": (503, lambda: "soon"),
    "negative": (429, lambda: "-5"),
    "88 hours": (503, lambda: str(88 * 3600)),
    "on another status": (500, lambda: str(88 * 3600)),
}
LONG = "88 hours"


class AskingPaper:
    """A paper that asks for time once, when its third article is requested."""

    def __init__(self, host: str, status: int, value: Callable[[], str]) -> None:
        self.paper = Paper(host)
        self.answered_at = 0.0
        self.until = 0.0  # epoch seconds that the value means
        self.after: list[tuple[str, float]] = []  # path and seconds of each request after that
        self.paper.publish(*PATHS)
        link_bare_lists(self.paper)
        for path, answer in list(self.paper.routes.items()):
            assert isinstance(answer, Answer)
            answer.before = self._record_time(path)
        good = self.paper.routes[PATHS[2]]
        assert isinstance(good, Answer)

        def asks() -> Answer:
            if self.answered_at:
                return good
            self.answered_at = time.time()
            self.value = value()
            return Answer("", status, {"Retry-After": self.value})

        self.paper.routes[PATHS[2]] = asks

    def _record_time(self, path: str) -> Callable[[], None]:
        def note() -> None:
            if self.answered_at:
                self.after.append((path, time.time() - self.answered_at))

        return note


class Night:
    """One crawl of all these papers, each with further requests waiting behind the one that asks for time."""

    def __init__(self, stack: ExitStack, data: Path) -> None:
        self.asking = {
            name: AskingPaper(f"127.0.2.{number + 1}", status, value)
            for number, (name, (status, value)) in enumerate(ASKS.items())
        }
        for one in self.asking.values():
            stack.enter_context(one.paper)
        self.data = data
        self.done = self.crawl(*ASKS)
        self.counts = load_counts(data)

    def crawl(self, *names: str) -> str:
        urls = " ".join(self.asking[name].paper.url for name in names)
        # Three leases a site and a pause: some requests wait in Scrapy's queue when the response comes.
        done = run_scrapy(
            "crawl",
            "articles",
            "-a",
            f"url={urls}",
            "-s",
            "LEASES_PER_SITE=3",
            "-s",
            "DOWNLOAD_DELAY=0.05",
            data=self.data,
        )
        self.code = done.returncode
        return done.stdout + done.stderr

    def counted(self, name: str) -> dict[str, int]:
        return self.counts[self.asking[name].paper.name]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    with ExitStack() as stack:
        yield Night(stack, tmp_path_factory.mktemp("waiting") / "data")


def test_no_request_goes_to_a_host_before_the_time_that_it_asks_for(night: Night) -> None:
    # Case 25 of SECURITY.md.
    first = {name: min((wait for _, wait in one.after), default=None) for name, one in night.asking.items()}
    assert first["seconds"] is not None
    assert first["seconds"] >= 1
    assert first["date"] is not None
    assert first["date"] >= 1.4  # 2.5 s, less what a date's whole seconds cut
    assert first[LONG] is None
    for name in ("past", "garbage", "negative", "on another status"):  # no valid Retry-After: the pause of a retry
        assert first[name] is not None
        assert "host/held/retry-after" not in night.counted(name)
    assert {"retry-after", "http-429"} == {
        stat.removeprefix("host/held/") for site in night.counts.values() for stat in site if stat.startswith("host/")
    }
    assert night.counted("negative")["host/held/http-429"] == 1
    assert night.code == 0, night.done  # every site responded


def test_everything_else_is_fetched_and_an_address_on_hold_loses_no_try(night: Night) -> None:
    assert all(night.counted(name)["page/fetched"] == len(PATHS) for name in ASKS if name != LONG)
    host = night.asking[LONG].paper
    tries = {
        row.url.removeprefix(host.url): row.tries for row in load_rows(night.data, Address) if row.site == host.name
    }
    assert tries.pop(PATHS[2]) == 1
    assert set(tries.values()) == {0}
    assert night.counted(LONG)["host/held/retry-after"] == 1


def test_a_wait_is_clamped_and_kept_in_the_store(night: Night) -> None:
    (held,) = load_rows(night.data, Host)
    assert (held.host, held.reason) == (night.asking[LONG].paper.url.removeprefix("http://"), "retry-after")
    asked_at = datetime.fromtimestamp(night.asking[LONG].answered_at, UTC)
    assert DAY <= held.held_until - asked_at < DAY + timedelta(seconds=2)
    (failed,) = [row for row in load_rows(night.data, Address) if row.tries]
    assert failed.due_at >= held.held_until


def test_a_crawl_that_is_started_again_keeps_the_hold(night: Night) -> None:
    before = len(night.asking[LONG].paper.asked)
    said = night.crawl(LONG)
    assert night.code == 6, said
    assert len(night.asking[LONG].paper.asked) == before
    assert "(retry-after)" in said
    said = night.crawl(LONG, "seconds")  # another site is crawled meanwhile
    assert night.code == 1, said
    assert len(night.asking[LONG].paper.asked) == before
    assert "discovery/read" in load_counts(night.data)[night.asking["seconds"].paper.name]


def record_times(paper: Paper) -> list[float]:
    """Return a list that the crawl fills with the times of the requests for articles."""
    times: list[float] = []
    for path in PATHS:
        answer = paper.routes[path]
        assert isinstance(answer, Answer)
        answer.before = lambda: times.append(time.monotonic())
    return times


def test_a_host_that_does_not_answer_is_left_alone_and_slows_no_other(tmp_path: Path) -> None:
    # Case 15 of SECURITY.md. The ailing host recovers; its breaker opens once and closes again.
    with ExitStack() as stack:
        slow = [
            stack.enter_context(Slow(host, PATHS, drips=drips))
            for host, drips in (("127.0.2.51", True), ("127.0.2.52", False))
        ]
        healthy = [stack.enter_context(Paper(f"127.0.2.{number}")) for number in (53, 54)]
        ailing = stack.enter_context(Paper("127.0.2.55"))
        times: dict[str, list[float]] = {}
        for paper in (*healthy, ailing):
            paper.publish(*PATHS)
            link_bare_lists(paper)
            times[paper.name] = record_times(paper)
        errors: list[float] = []
        good = {path: ailing.routes[path] for path in PATHS}

        def respond(path: str) -> Answer:
            if len(errors) < 3:
                errors.append(time.monotonic())
                return Answer("", 500)
            found = good[path]
            assert isinstance(found, Answer)
            return found

        for path in PATHS:
            ailing.routes[path] = partial(respond, path)
        urls = " ".join(server.url for server in (*slow, *healthy, ailing))
        settings = (
            "DOWNLOAD_TIMEOUT=1",
            "RESPONSE_TIMEOUT=1",
            "BREAKER_FAILURES=3",
            "BREAKER_PAUSES=0.8,3600",
            "CONCURRENT_REQUESTS=1",
        )
        data = tmp_path / "data"
        done = run_scrapy(
            "crawl", "articles", "-a", f"url={urls}", *(part for one in settings for part in ("-s", one)), data=data
        )
    counted = load_counts(data)
    assert done.returncode == 0, done.stderr
    for server in slow:
        assert counted[server.name]["host/held/breaker"] == 1
        *failures, trial = [moment for path, moment in server.asked if path in PATHS]
        assert 0.8 < failures[1] - failures[0] < 3  # the whole time for an answer is a second
        # Three failures in a row, and one request after the pause. A busy machine was seen to ask once more before it.
        assert len(failures) in (3, 4)
        assert trial - failures[-1] >= 1.8
    began = min(moment for server in slow for path, moment in server.asked if path in PATHS)
    for paper in healthy:
        assert counted[paper.name]["page/fetched"] == len(PATHS)
        assert max(times[paper.name]) < began + 2  # while the slow ones were at their first articles
    assert counted[ailing.name]["page/fetched"] == len(PATHS)
    assert counted[ailing.name]["host/held/breaker"] == 1
    assert min(times[ailing.name]) - errors[2] >= 0.8
    held = {row.host: (row.reason, row.opened) for row in load_rows(data, Host)}
    assert held == {server.url.removeprefix("http://"): ("breaker", 2) for server in slow}

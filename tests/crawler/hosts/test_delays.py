"""The Crawl-delay of a robots.txt is kept, however it is written and whatever delay AutoThrottle chooses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from statistics import median
from types import SimpleNamespace

import pytest
from crawling import run_scrapy
from manners import link_bare_lists
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.settings import Settings
from servers.paper import Answer, Paper

from crawler.extensions.politeness import Politeness
from crawler.middlewares.redirect import WebRedirectMiddleware

PATHS = [f"/2025/10/{day:02}/story-of-the-day-{day}" for day in range(1, 4)]
MAX_DELAY = 1.2  # CRAWL_DELAY_MAX
# robots.txt -> seconds between any two requests.
DELAYS = {
    "Crawl-delay: 0.7": 0.7,
    "Crawl-delay: 1e9": MAX_DELAY,
    "Crawl-delay: nan": 0,
    "Crawl-delay: -1": 0,
    "User-agent: a\nCrawl-delay: 9\n\nUser-agent: Broadsheet\nCrawl-delay: 0.6\n\nUser-agent: *\nCrawl-delay: 7": 0.6,
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[float]]]:
    """For each robots.txt, the times of the requests to its paper, without that for robots.txt."""
    with ExitStack() as stack:
        times: dict[str, list[float]] = {}
        papers = []
        for number, rule in enumerate(DELAYS):
            paper = stack.enter_context(Paper(f"127.0.3.{number + 1}"))
            paper.publish(*PATHS)
            link_bare_lists(paper)
            times[rule] = record_times(paper)
            text = rule if rule.startswith("User-agent") else f"User-agent: *\n{rule}"
            paper.routes["/robots.txt"] = Answer(f"{text}\n", headers={"Content-Type": "text/plain"})
            papers.append(paper)
        # Several leases a site: requests that wait in Scrapy's queue keep the delay, too.
        done = run_scrapy(
            *("crawl", "articles", "-a", f"url={' '.join(paper.url for paper in papers)}"),
            *("-s", f"CRAWL_DELAY_MAX={MAX_DELAY}", "-s", "LEASES_PER_SITE=3"),
            data=tmp_path_factory.mktemp("delays") / "data",
        )
        assert done.returncode == 0, done.stderr
        assert all(set(PATHS) <= set(paper.asked) for paper in papers)
        yield times


def record_times(paper: Paper) -> list[float]:
    times: list[float] = []
    for answer in paper.routes.values():
        assert isinstance(answer, Answer)
        answer.before = lambda: times.append(time.monotonic())
    return times


@pytest.mark.parametrize("rule", DELAYS)
def test_a_crawl_delay_is_kept_cut_or_ignored(asked: dict[str, list[float]], rule: str) -> None:
    # Case 24 of SECURITY.md.
    gaps = [later - earlier for earlier, later in pairwise(asked[rule])]
    assert len(gaps) >= 5
    # A request that a busy machine hands over late comes as much nearer to the next one as it is farther from the last.
    kept = [gap + max(before - DELAYS[rule], 0) for before, gap in pairwise(gaps)]
    assert min(kept) >= DELAYS[rule] - 0.03
    assert median(gaps) >= DELAYS[rule] - 0.03
    assert sum(gaps) / len(gaps) < DELAYS[rule] + 1


@pytest.mark.parametrize(
    ("written", "kept"),
    [("3", 3.0), ("1e9", 120.0), ("inf", 0.0), ("nan", 0.0), ("-1", 0.0), ("0", 0.0), ("soon", 0.0), ("", 0.0)],
)
def test_the_longest_crawl_delay_is_two_minutes(written: str, kept: float) -> None:
    settings = {"CRAWL_DELAY_MAX": 120, "ROBOTSTXT_USER_AGENT": "Broadsheet", "CONCURRENT_REQUESTS_PER_DOMAIN": 4}
    more = {"RETRY_AFTER_MAX": 1, "BREAKER_FAILURES": 1, "BREAKER_PAUSES": [], "RETRY_PAUSES": []}
    crawler = Crawler(Spider, Settings(settings | more))
    slot = SimpleNamespace(delay=0.0, concurrency=0)
    crawler.engine = SimpleNamespace(downloader=SimpleNamespace(slots={"paper.example": slot}))  # type: ignore[assignment]  # all that Politeness needs
    politeness = Politeness(crawler)
    rules = ProtegoRobotParser(f"User-agent: *\nCrawl-delay: {written}\n".encode(), None)
    request = Request("https://paper.example/a", meta={"download_slot": "paper.example"})
    politeness._on_robots_parsed(rules, request)
    politeness._set_delay(request)
    assert (slot.delay, slot.concurrency) == (kept, 4)


def test_a_redirected_request_waits_for_the_delay_of_its_own_host() -> None:
    crawler = Crawler(Spider)
    request = Request("https://paper.example/a", meta={"download_slot": "paper.example", "site": "paper"})
    answer = Response(request.url, status=301, headers={"Location": "https://www.paper.example/a"})
    followed = WebRedirectMiddleware.from_crawler(crawler).process_response(request, answer)
    assert isinstance(followed, Request)
    assert followed.url == "https://www.paper.example/a"
    assert followed.meta["site"] == "paper"
    assert "download_slot" not in followed.meta

"""Several nights over papers whose dates lie, whose pages fail for a night, and whose stories grow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from crawling import Scrapy, Store
from nights import let_a_night_pass
from servers.paper import Answer, Paper, prose
from servers.real_web.false_dates import ClockPaper

PATH = "/2025/05/07/bridge-opens"


def crawl(scrapy: Scrapy, paper: Paper, *settings: str) -> None:
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/", *settings)
    assert done.returncode in (0, 1), done.stderr


def test_a_paper_that_dates_all_by_the_clock_is_stored_whole_within_its_budget(
    scrapy: Scrapy, store: Store, data: Path
) -> None:
    with ClockPaper(12) as paper:
        for night in range(4):
            begin = len(paper.asked)
            crawl(scrapy, paper, "-s", f"PAGES_PER_HOST={paper.LISTS + 4}", "-s", "TDMREP_ASKED=False")
            assert len(paper.list_asked(begin)) == (4 if night < 3 else 0)
            let_a_night_pass(data)
        assert len(store.texts()) == 12
        assert sorted(paper.list_asked()[:12]) == sorted(paper.articles)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406, 410, 451])
def test_one_bad_night_loses_no_article(scrapy: Scrapy, store: Store, data: Path, paper: Paper, status: int) -> None:
    paper.publish(PATH)
    good = paper.routes[PATH]
    paper.routes[PATH] = Answer("<h1>Not now</h1>", status)
    crawl(scrapy, paper)
    assert store.texts() == {}
    paper.routes[PATH] = good
    let_a_night_pass(data)
    crawl(scrapy, paper)
    assert list(store.texts()) == [PATH]


def test_a_stub_is_whole_the_next_night_and_is_not_asked_for_a_third_time(
    scrapy: Scrapy, store: Store, data: Path, paper: Paper
) -> None:
    begin = datetime.now(UTC) - timedelta(hours=5)
    paper.front(head=f'<link rel="alternate" type="application/rss+xml" href="{paper.url}/feed">')
    for night, seed in enumerate(("stub", "whole", "whole")):
        when = begin - night * timedelta(days=1)  # as the clock goes on, the story grows older
        paper.article(PATH, "Bridge opens", text=prose(seed, 6 if night else 1), when=when.isoformat())
        paper.feed("/feed", (PATH, format_datetime(when)))
        crawl(scrapy, paper)
        let_a_night_pass(data)
    assert prose("whole")[-1] in store.texts()[PATH]
    assert paper.asked.count(PATH) == 2

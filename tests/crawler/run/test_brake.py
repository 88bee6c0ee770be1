"""The brake is the part in which most of the pages under way were."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.test import get_crawler

from crawler.run.brake import WINDOW, Brake, CrawlPart


@pytest.fixture
def crawler() -> Any:
    return SimpleNamespace(stats=MemoryStatsCollector(get_crawler()))


def test_it_is_where_most_pages_are(crawler: Any) -> None:
    brake = Brake(crawler)
    assert brake.find() is None
    brake.look(requests=3)
    assert brake.find() is CrawlPart.FETCHING
    with brake.passing(CrawlPart.CLEANING), brake.passing(CrawlPart.CLEANING), brake.passing(CrawlPart.STORING):
        for _ in range(5):
            brake.look(requests=1)
    assert brake.find() is CrawlPart.CLEANING
    assert crawler.stats.get_stats() == {"brake/fetching": 3, "brake/cleaning": 3}


def test_a_later_part_holds_back_an_earlier_one(crawler: Any) -> None:
    brake = Brake(crawler)
    with brake.passing(CrawlPart.CLEANING), brake.passing(CrawlPart.STORING):
        brake.look(requests=1)
    assert brake.find() is CrawlPart.STORING


def test_what_is_long_past_does_not_count(crawler: Any) -> None:
    brake = Brake(crawler)
    brake.look(requests=100)
    for _ in range(WINDOW):
        brake.look(requests=0)
    assert brake.find() is None

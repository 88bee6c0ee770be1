"""Tells whether a crawl has begun to end: Scrapy has no signal for that."""

from __future__ import annotations

from scrapy.crawler import Crawler


def is_closing(crawler: Crawler) -> bool:
    """Return whether no new request is sent any more. Those under way are finished."""
    engine = crawler.engine
    assert engine is not None  # noqa: S101 (the components that ask work for it)
    return engine._slot is None or engine._slot.closing is not None

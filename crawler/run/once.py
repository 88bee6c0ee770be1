"""Makes an object once per crawler, so that the components of a crawl can share it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

T = TypeVar("T")


def once_per_crawler(make: Callable[[Crawler], T]) -> Callable[[Crawler], T]:
    """Return a function that returns the crawler's object, made by `make` at the first call.

    The object lives as long as its crawler.
    """
    made: WeakKeyDictionary[Crawler, T] = WeakKeyDictionary()

    def get(crawler: Crawler) -> T:
        if crawler not in made:
            made[crawler] = make(crawler)
        return made[crawler]

    return get

"""Makes an object once per crawler, so that the components of a crawl can share it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from scrapy.crawler import Crawler

T = TypeVar("T")


def once_per_crawler(make: Callable[[Crawler], T]) -> Callable[[Crawler], T]:
    """Return a function that returns the crawler's object, made by `make` at the first call.

    The object lives as long as its crawler: it is kept in an attribute of it, because what a component makes refers to
    the crawler, and would keep it alive as the value of a weak dictionary.
    """

    def get(crawler: Crawler) -> T:
        made: dict[Callable[[Crawler], T], T] = vars(crawler).setdefault("_made_once", {})
        if make not in made:
            made[make] = make(crawler)
        return made[make]

    return get

"""Finds our articles spider among the spiders of users, whose attributes may have the same names and mean anything."""

from __future__ import annotations

from typing import Any

from scrapy.crawler import Crawler


def find_articles_spider(crawler: Crawler) -> Any:
    """Return the spider of the crawl if its requests come from the frontier; None for any other spider.

    Components read its `sites` and other attributes here alone: `getattr(find_articles_spider(crawler), "sites", ())`.
    """
    return crawler.spider if getattr(crawler.spidercls, "uses_frontier", False) else None

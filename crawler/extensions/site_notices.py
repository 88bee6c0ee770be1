"""Warns of sites that yield no address, and logs every notice of the crawl when it ends."""

from __future__ import annotations

import logging
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler.failures.refusals import REFUSAL_ADVICE
from crawler.run.counts import counts_of
from crawler.run.notices import NoticeKind, notices_of
from crawler.run.session import session_of
from crawler.terminal.numbers import count_things

logger = logging.getLogger(__name__)

_FOUND = ("address/new", "address/again", "address/known")
_REFUSED = "address/refused/http-"
_HELD = "host/held/"  # a hold is told by the table; nothing was asked, so nothing is wrong with the entry


class SiteNotices:
    """Adds the notice `no-address`; other components add theirs when they meet the cause."""

    def __init__(self, crawler: Crawler) -> None:
        if crawler.spidercls.name != "articles":
            raise NotConfigured  # only a crawl of sites reads lists; with a message, Scrapy would log a warning
        self._crawler = crawler
        self._counts = counts_of(crawler)
        self._notices = notices_of(crawler)
        crawler.signals.connect(self._on_spider_closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SiteNotices:
        return cls(crawler)

    def _on_spider_closed(self, spider: Any, reason: str) -> None:
        if reason == "finished" and not spider.is_list_closed:  # a crawl that was stopped may not have read its lists
            by_site = self._counts.by_site()
            for site in spider.sites:
                if session_of(self._crawler).has_earlier_part(site.name):
                    continue
                self._check(site.name, site.url, by_site.get(site.name, {}))
        for notice in self._notices.list_all():
            logger.warning("%s: %s", notice.site, notice.text, extra={"site": notice.site})

    def _check(self, name: str, url: str, stats: dict[str, int]) -> None:
        has_any = any(stats.get(stat) for stat in _FOUND) or any(stat.startswith(_HELD) for stat in stats)
        if not has_any and not self._notices.has(name, NoticeKind.MOVED):
            self._notices.add(name, NoticeKind.NO_ADDRESS, _describe_silence(url, stats))


def _describe_silence(url: str, stats: dict[str, int]) -> str:
    """Return the notice of a site that yields no address, with what may be done about it."""
    read = stats.get("discovery/read", 0)
    if not read and stats.get("address/refused/robots"):
        return f"no article was found: robots.txt forbids its front page {url}"
    refused = sum(number for stat, number in stats.items() if stat.startswith(_REFUSED))
    if not read and refused:
        addresses = count_things(refused, "address", "addresses")
        return f"no article was found: its server refuses us ({addresses}); {REFUSAL_ADVICE}"
    lists = count_things(read, "list was", "lists were")
    return (
        f"no article was found: neither its front page {url} nor a feed or sitemap names one ({lists} read); "
        f"check its url, or write feeds = [...] or sitemaps = [...] into its entry of sites.toml"
    )

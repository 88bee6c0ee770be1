"""Warn where the sites cannot reach the operator."""

from __future__ import annotations

import logging
import os

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler import settings as defaults

logger = logging.getLogger(__name__)


class ContactCheck:
    """Warns at the start of a crawl that asks sites without an address of its operator in the user agent.

    Of the crawls of a process, which have one user agent, the first warns.
    """

    _has_warned = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ContactCheck:
        settings = crawler.settings
        has_contact = os.environ.get("BROADSHEET_CONTACT") or settings["USER_AGENT"] != defaults.USER_AGENT
        is_crawl = settings.getbool("STORE_ENABLED") and getattr(crawler.spidercls, "asks_sites", True)
        if has_contact or not is_crawl:
            raise NotConfigured  # with a message, Scrapy would log a warning
        check = cls()
        crawler.signals.connect(check._warn, signals.spider_opened)
        return check

    def _warn(self) -> None:
        if not ContactCheck._has_warned:
            ContactCheck._has_warned = True
            logger.warning(
                "no newspaper can reach you: set BROADSHEET_CONTACT to your e-mail address or URL"
                " (in a crontab: above its lines)"
            )

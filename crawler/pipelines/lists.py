"""Reads the links of pages that were fetched as articles and are lists of stories, so that their stories are found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from scrapy.crawler import Crawler

from cleaning.metadata.robots_tags import NOFOLLOW
from cleaning.page.paragraphs import is_body
from cleaning.records.article import Article
from cleaning.records.block import LEFT_OUT
from crawler.discovery.addresses import classify_address
from crawler.discovery.discover import discover
from crawler.discovery.offer_collector import Discovery
from crawler.items import FetchedPage, ListedPage
from crawler.run.articles_spider import find_articles_spider
from crawler.run.session import Session, session_of
from crawler.sites.site import Site
from storage.frontier.addresses import AddressKind

SECTION = "section"  # rejected as a list of stories
# Rejected for want of text. If the page has no sentence but links to articles, and stands at an address as sections
# have them, it is a list, too.
_WITHOUT_TEXT = frozenset(("too-short", "no-text"))


class ListsPipeline:
    """Sets `item.listed` for a page that is a list. The store pipeline offers what it names, and settles the lease."""

    def __init__(self, session: Session, crawler: Crawler) -> None:
        self._session = session
        self._crawler = crawler
        self._obeys_nofollow = NOFOLLOW in crawler.settings.getlist("ROBOTS_TAGS_OBEYED")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ListsPipeline:
        return cls(session_of(crawler), crawler)

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, FetchedPage):  # of a spider that collects something else beside pages
            return item
        article, site = item.article, self._find_site(item.site)
        if site is None or article is None or item.lease is None or not _may_be_list(article, site):
            return item
        may_follow = not (self._obeys_nofollow and NOFOLLOW in article.robots)
        found = await asyncio.to_thread(
            discover,
            site,
            AddressKind.SECTION,
            item.lease.depth,
            article.url,
            item.page.html.encode("utf-8", "replace"),
            content_type="text/html; charset=utf-8",
            may_follow=lambda _: may_follow,
        )
        if article.rejected == SECTION or _lists_articles(found):
            is_section = classify_address(article.url, site).kind is AddressKind.SECTION
            item.listed = ListedPage(tuple(found.offers), is_section)
            self._session.counts.add(item.site, "page/listed")
            for reason, number in sorted(found.refused.items()):
                self._session.counts.add(item.site, f"link/refused/{reason}", number)
        return item

    def _find_site(self, name: str) -> Site | None:
        spider = find_articles_spider(self._crawler)
        if getattr(spider, "is_list_closed", False):
            return None  # nothing but the articles that were named is asked for
        sites: Sequence[Site] = getattr(spider, "sites", ())
        return next((site for site in sites if site.name == name), None)


def _may_be_list(article: Article, site: Site) -> bool:
    if article.rejected == SECTION:
        return True
    if article.rejected not in _WITHOUT_TEXT or any(
        is_body(block) and block.rule != LEFT_OUT for block in article.blocks
    ):
        return False
    return classify_address(article.url, site).kind is AddressKind.SECTION


def _lists_articles(found: Discovery) -> bool:
    return any(offer.kind is AddressKind.ARTICLE and offer.headline is not None for offer in found.offers)

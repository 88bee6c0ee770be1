"""Stores what a page became, its standing among duplicates and the end of its address in ONE transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from scrapy.crawler import Crawler
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from cleaning.article import Article
from cleaning.errors import StorageLost
from crawler.items import FetchedPage
from crawler.pipelines.deduplicate import Deduplicated, deduplicate
from crawler.session import Session, now
from crawler.sight import keep_sight
from storage import articles, frontier, offering
from storage.addresses import AddressState
from storage.articles import Kept
from storage.sanitising import sanitised

BEFORE_SINCE = "before-since"
# Articles all the same: behind a paywall, withheld by a tag, or too much for the cleaner.
NO_FAULT = ("paywall", "robots-", "cleaner-")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the store said of one page."""

    kept: Kept | None  # none: it was older than what was asked for, and is left for another run
    standing: Deduplicated = field(default_factory=Deduplicated)
    limited: tuple[str, ...] = ()  # the limits that it hit, in cleaning or before it was stored


class StorePipeline:
    """The last pipeline: after it the page, its verdict and its address are on disk, or none of them is."""

    def __init__(self, session: Session, crawler: Crawler) -> None:
        self._session = session
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        return cls(Session.of(crawler), crawler)

    async def process_item(self, item: FetchedPage) -> FetchedPage:
        article = item.article
        assert article is not None  # noqa: S101 (the clean pipeline comes before)
        since: datetime | None = getattr(self._crawler.spider, "since", None)
        with self._session.unless_lost(item.lease):
            try:
                outcome = await self._session.do(
                    lambda connection: self._store(connection, item, article, since), changes=[item.site]
                )
            except (SQLAlchemyError, StorageLost):
                self._session.tally.count(item.site, "page/failed")
                raise
            if item.lease is not None:
                self._session.unsettled.pop(item.lease.id, None)
            self._count(item.site, article, outcome)
            self._learn(item, article, outcome)
        return item

    def _store(self, connection: Connection, item: FetchedPage, article: Article, since: datetime | None) -> Outcome:
        run = self._session.run
        fetched_at = item.page.fetched_at or now()
        article = sanitised(article, fetched_at)  # here, too: by these dates it is decided, and its limits are counted
        if item.lease is not None and since and article.published_at and article.published_at < since:
            # Not what was asked for, but nothing wrong with it: a run without that bound shall find it.
            frontier.postpone(connection, item.lease.id, published_at=article.published_at)
            return Outcome(None)
        kept = articles.keep(connection, article, site=item.site, run=run, fetched_at=fetched_at, place=item.place)
        if kept not in (Kept.OLDER, Kept.STANDS):
            keep_sight(connection, item.site, article, fetched_at)
        if item.lease is None or item.lease.url != article.url:
            offering.know(connection, item.site, article.url, status=item.page.status, run=run, fetched_at=fetched_at)
        standing = deduplicate(connection, articles.article_id(article.url))
        if item.lease is not None:
            frontier.settle(connection, item.lease.id, AddressState.DONE, status=item.page.status, now=fetched_at)
        return Outcome(kept, standing, article.limited)

    def _learn(self, item: FetchedPage, article: Article, outcome: Outcome) -> None:
        """Tells the traps what came of an address; one that is stored as it was says nothing."""
        if item.lease is None or outcome.kept not in (Kept.NEW, Kept.UPDATED):
            return
        rejected = article.rejected or ""
        if not rejected.startswith(NO_FAULT):
            self._session.traps.came_of(item.lease.url, is_barren=bool(rejected) or outcome.standing.is_known)

    def _count(self, site: str, article: Article, outcome: Outcome) -> None:
        count = self._session.tally.count
        for name in outcome.limited:
            count(site, f"page/limited/{name}")
        for turn in outcome.standing.turns:
            if turn.run == self._session.run:
                count(turn.site, "article/duplicate", 1 if turn.is_duplicate else -1)
                count(turn.site, "article/stored", -1 if turn.is_duplicate else 1)
        match outcome.kept:
            case None:
                count(site, f"article/rejected/{BEFORE_SINCE}")
                return
            case Kept.UPDATED:
                count(site, "article/updated")
            case Kept.UNCHANGED:
                count(site, "article/unchanged")
                return
            case Kept.OLDER:
                count(site, "article/older")
                return
            case Kept.STANDS:
                count(site, "article/stands")
                return
        if article.rejected:
            count(site, f"article/rejected/{article.rejected}")
        else:
            count(site, "article/duplicate" if outcome.standing.is_duplicate else "article/stored")

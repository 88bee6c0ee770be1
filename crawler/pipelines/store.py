"""Stores what a page became, its standing among duplicates and the end of its address in ONE transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from scrapy.crawler import Crawler
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from cleaning.article import Article
from crawler.items import FetchedPage
from crawler.pipelines.deduplicate import Turn, deduplicate
from crawler.session import Session, now
from crawler.sight import keep_sight
from storage import articles, frontier, offering
from storage.addresses import AddressState
from storage.articles import Kept

BEFORE_SINCE = "before-since"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the store said of one page."""

    kept: Kept | None  # none: it was older than what was asked for, and is left for another run
    is_duplicate: bool = False
    turns: list[Turn] = field(default_factory=list)


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
        try:
            outcome = await self._session.do(
                lambda connection: self._store(connection, item, article, since), changes=[item.site]
            )
        except SQLAlchemyError:
            self._session.tally.count(item.site, "page/failed")
            raise
        if item.lease is not None:
            self._session.unsettled.pop(item.lease.id, None)
        self._count(item.site, article, outcome)
        return item

    def _store(self, connection: Connection, item: FetchedPage, article: Article, since: datetime | None) -> Outcome:
        run = self._session.run
        fetched_at = item.page.fetched_at or now()
        if item.lease is not None and since and article.published_at and article.published_at < since:
            # Not what was asked for, but nothing wrong with it: a run without that bound shall find it.
            frontier.postpone(connection, item.lease.id, published_at=article.published_at)
            return Outcome(None)
        kept = articles.keep(connection, article, site=item.site, run=run, fetched_at=fetched_at, place=item.place)
        if kept not in (Kept.OLDER, Kept.STANDS):
            keep_sight(connection, item.site, article, fetched_at)
        if item.lease is None or item.lease.url != article.url:
            offering.know(connection, item.site, article.url, status=item.page.status, run=run, fetched_at=fetched_at)
        is_duplicate, turns = deduplicate(connection, articles.article_id(article.url))
        if item.lease is not None:
            frontier.settle(connection, item.lease.id, AddressState.DONE, status=item.page.status, now=fetched_at)
        return Outcome(kept, is_duplicate, turns)

    def _count(self, site: str, article: Article, outcome: Outcome) -> None:
        count = self._session.tally.count
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
            count(site, "article/duplicate" if outcome.is_duplicate else "article/stored")
        for turn in outcome.turns:
            if turn.run == self._session.run:
                count(turn.site, "article/duplicate", 1 if turn.is_duplicate else -1)
                count(turn.site, "article/stored", -1 if turn.is_duplicate else 1)

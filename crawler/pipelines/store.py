"""Stores an article, its duplicate verdict and the settled lease of its address in ONE transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from scrapy.crawler import Crawler
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from cleaning.article import Article
from cleaning.errors import StorageLost
from crawler.frontier.traps import traps_of
from crawler.items import FetchedPage
from crawler.run.session import Session, now, session_of
from crawler.storing.deduplicate import DeduplicationResult, deduplicate
from crawler.storing.observations import store_page_observation
from crawler.storing.same_pages import learn_same_pages
from storage.articles import saving
from storage.articles.sanitise import sanitise_article
from storage.articles.saving import SaveResult
from storage.frontier import leasing, offering
from storage.frontier.addresses import TWIN, AddressState
from storage.frontier.validators import save_validators

BEFORE_SINCE = "before-since"
# Rejected pages that are articles all the same: behind a paywall, withheld by a tag, or too much for the cleaner.
_STILL_ARTICLES = ("paywall", "robots-", "cleaner-")


@dataclass(frozen=True, slots=True)
class StoreOutcome:
    """The result of storing one page."""

    saved: SaveResult | None  # None: the article is older than `since`, and is left for another run
    duplicates: DeduplicationResult = field(default_factory=DeduplicationResult)
    limits_hit: tuple[str, ...] = ()  # in cleaning, or before it was stored
    set_aside: int = 0  # addresses that wait no more, because they were found to be twins


class StorePipeline:
    """The last pipeline. After it the article, its verdict and its settled lease are committed, or none of them is."""

    def __init__(self, session: Session, crawler: Crawler) -> None:
        self._session = session
        self._crawler = crawler
        self._traps = traps_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        return cls(session_of(crawler), crawler)

    async def process_item(self, item: FetchedPage) -> FetchedPage:
        article = item.article
        assert article is not None  # noqa: S101 (the clean pipeline comes before)
        since: datetime | None = getattr(self._crawler.spider, "since", None)
        with self._session.suppress_storage_lost(item.lease):
            try:
                outcome = await self._session.run_in_transaction(
                    lambda connection: self._store(connection, item, article, since), changed_sites=[item.site]
                )
            except (SQLAlchemyError, StorageLost):
                self._session.counts.add(item.site, "page/failed")
                raise
            if item.lease is not None:
                self._session.unsettled_leases.pop(item.lease.id, None)
            self._count(item.site, article, outcome)
            self._record_for_traps(item, article, outcome)
        return item

    def _store(
        self, connection: Connection, item: FetchedPage, article: Article, since: datetime | None
    ) -> StoreOutcome:
        run = self._session.run
        fetched_at = item.page.fetched_at or now()
        # Saving does this, too. Here it is needed for the date that is compared below, and for the limits to count.
        article = sanitise_article(article, fetched_at)
        if item.lease is not None and since and article.published_at and article.published_at < since:
            # Nothing is wrong with the article: a run without `since` shall fetch it.
            leasing.return_outdated(connection, item.lease.id, published_at=article.published_at)
            return StoreOutcome(None)
        saved = saving.save_article(
            connection, article, site=item.site, run=run, fetched_at=fetched_at, location=item.location
        )
        if saved not in (SaveResult.OLDER, SaveResult.KEPT_STORED):
            store_page_observation(connection, item.site, article, fetched_at)
        if item.lease is None or item.lease.url != article.url:
            offering.record_fetched(
                connection, item.site, article.url, status=item.page.status, run=run, fetched_at=fetched_at
            )
        duplicates = deduplicate(connection, saving.make_article_id(article.url))
        set_aside = learn_same_pages(connection, item.site, article, item.lease, fetched_at)
        if item.lease is not None:
            save_validators(connection, item.lease.id, None if article.rejected else item.validators)
            leasing.settle(connection, item.lease.id, AddressState.DONE, status=item.page.status, now=fetched_at)
        return StoreOutcome(saved, duplicates, article.limits_hit, set_aside)

    def _record_for_traps(self, item: FetchedPage, article: Article, outcome: StoreOutcome) -> None:
        """Record whether the address gave a new article. An unchanged article says nothing about its pattern."""
        if item.lease is None or outcome.saved not in (SaveResult.NEW, SaveResult.UPDATED):
            return
        rejected = article.rejected or ""
        if not rejected.startswith(_STILL_ARTICLES):
            self._traps.record_outcome(item.lease.url, is_useful=not (rejected or outcome.duplicates.is_known_to_site))

    def _count(self, site: str, article: Article, outcome: StoreOutcome) -> None:
        count = self._session.counts.add
        count(site, f"address/refused/{TWIN}", outcome.set_aside)
        for limit in outcome.limits_hit:
            count(site, f"page/limited/{limit}")
        for change in outcome.duplicates.status_changes:
            if change.run == self._session.run:
                count(change.site, "article/duplicate", 1 if change.is_duplicate else -1)
                count(change.site, "article/stored", -1 if change.is_duplicate else 1)
        match outcome.saved:
            case None:
                count(site, f"article/rejected/{BEFORE_SINCE}")
                return
            case SaveResult.UPDATED:
                count(site, "article/updated")
            case SaveResult.UNCHANGED:
                count(site, "article/unchanged")
                return
            case SaveResult.OLDER:
                count(site, "article/older")
                return
            case SaveResult.KEPT_STORED:
                count(site, "article/stands")
                return
        if article.rejected:
            count(site, f"article/rejected/{article.rejected}")
        else:
            count(site, "article/duplicate" if outcome.duplicates.is_duplicate else "article/stored")

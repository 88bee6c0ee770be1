"""Stores an article, its duplicate verdict and the settled lease of its address in ONE transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from sqlalchemy import Connection, Row
from sqlalchemy.exc import SQLAlchemyError

from cleaning.errors import StorageLost
from cleaning.parts.join import MISSING_PARTS
from cleaning.records.article import Article
from cleaning.verdict import WALL
from crawler.article_item import ArticleItem, began_as_page, make_article_item, make_page_item
from crawler.failures.outcome import classify_error
from crawler.feeds.check import read_items_include
from crawler.frontier.traps import traps_of
from crawler.items import FetchedPage
from crawler.pipelines.store_outcome import StoreOutcome, count_outcome
from crawler.run.articles_spider import find_articles_spider
from crawler.run.brake import CrawlPart, brake_of
from crawler.run.rechecks import recheck_plan_of
from crawler.run.session import Session, now, session_of
from crawler.storing.deduplicate import StatusChange, deduplicate
from crawler.storing.observations import store_page_observation
from crawler.storing.offer_lists import keep_section, offer_listed
from crawler.storing.parts import PART, offer_first_page, reject_known_part, settle_parts
from crawler.storing.recheck_results import SeenPage, record_seen_page
from crawler.storing.rechecks import plan_recheck
from crawler.storing.removed import refuse_removed_page
from crawler.storing.same_pages import learn_same_pages
from crawler.walls.judge import WallVerdict
from crawler.walls.watch import Examined, WallWatch, watch_of
from storage.articles import saving
from storage.articles.sanitise import sanitise_article
from storage.articles.saving import SaveResult
from storage.articles.story_lock import lock_stories
from storage.articles.tombstones import REMOVED
from storage.database.writer import Late
from storage.frontier import offering, settling
from storage.frontier.addresses import TWIN, AddressState
from storage.frontier.validators import save_validators

_STORED = (SaveResult.NEW, SaveResult.UPDATED, SaveResult.UNCHANGED)
IsBefore = Callable[[str, datetime], bool]  # (the name of a site, a time): whether `since` leaves it for another run
# Rejected pages that are articles all the same: behind a paywall, withheld by a tag, too much for the cleaner, or a
# further part.
_STILL_ARTICLES = ("paywall", "robots-", "cleaner-", "part")


@dataclass(frozen=True, slots=True)
class _Found:
    """A page that is to be stored, and what the store has at its address."""

    item: FetchedPage
    article: Article
    walls: WallVerdict
    stored: Row[Any] | None
    has_withheld: bool  # whether leases were returned whose pages are stored with it


class StorePipeline:
    """Our last pipeline. After it the article, its verdict and its settled lease are committed, or none of them is.

    A page that is stored becomes an `ArticleItem`. What is no article, or repeats one, is dropped: later pipelines and
    `item_scraped` see articles only.
    """

    def __init__(self, session: Session, crawler: Crawler, walls: WallWatch) -> None:
        self._session = session
        self._crawler = crawler
        self._brake = brake_of(crawler)
        self._include = read_items_include(crawler.settings)
        self._traps = traps_of(crawler)
        self._walls = walls
        # Pages of other spiders are theirs to look at again.
        uses_frontier = getattr(crawler.spidercls, "uses_frontier", False)
        self._recheck_plan = recheck_plan_of(crawler) if uses_frontier else None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        return cls(session_of(crawler), crawler, watch_of(crawler))

    async def open_spider(self) -> None:
        await self._walls.load()

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, FetchedPage):  # of a spider that collects something else beside pages
            began_as_page.set(False)
            return item
        began_as_page.set(True)
        with self._brake.passing(CrawlPart.STORING):
            outcome = await self._store_page(item)
        if outcome is None:
            raise DropItem("the storage is lost", log_level="DEBUG")
        return self._make_item(item, outcome)

    async def _store_page(self, item: FetchedPage) -> StoreOutcome | None:
        """Store a page and count what becomes of it; None if the storage is lost."""
        item.has_reached_store = True
        examined = self._walls.examine(item)
        is_before = getattr(find_articles_spider(self._crawler), "is_before_since", None)
        ended = {item.site} if item.lease is None else {item.site, item.lease.site}
        withheld = self._session.withhold(_list_other_addresses(item, examined))
        outcome: StoreOutcome | None = None
        with self._session.suppress_storage_lost(item.lease):
            try:
                outcome = await self._session.run_in_transaction(
                    lambda connection: self._store(connection, item, examined, is_before, withheld),
                    ended_sites=ended,
                    can_wait=True,
                    records=[
                        *([] if item.location is None else [item.location]),
                        *(one.location for one in item.parts),
                    ],
                )
            except (SQLAlchemyError, StorageLost) as error:
                self._session.counts.add(item.site, "page/failed")
                has_lost_page = item.lease is None and not isinstance(error, StorageLost)
                if has_lost_page:  # else the failure of the lease is counted, or the crawl ends
                    self._session.counts.add(item.site, f"address/failed/{classify_error(error).reason}")
                raise
            if item.lease is not None:
                self._session.unsettled_leases.pop(item.lease.id, None)
            if outcome.is_reordered:
                for site in ended:
                    self._session.report_reorder(site, has_twins=outcome.has_twins)
            if outcome.walls is not None:
                self._walls.record_verdict(examined, outcome.walls)
            url = item.page.url if item.lease is None else item.lease.url
            is_recheck = item.lease is not None and item.lease.is_recheck
            count_outcome(self._session.counts, item.site, url, outcome, run=self._session.run, is_recheck=is_recheck)
            self._session.counts.add_offered(item.site, outcome.offered)
            self._record_for_traps(item, outcome)
        return outcome

    def _make_item(self, item: FetchedPage, outcome: StoreOutcome) -> ArticleItem:
        """Return what later pipelines see; drop a page that is no article, unless ITEMS_INCLUDE asks for its kind.

        Further parts of an article are always dropped: they are no pages of their own.
        """
        article = outcome.article
        if article is None or outcome.saved not in _STORED or article.rejected == PART:
            raise DropItem("nothing was stored of this page", log_level="DEBUG")
        if article.rejected is not None and "rejected" not in self._include:
            raise DropItem(f"no article: {article.rejected}", log_level="DEBUG")
        if outcome.duplicates.is_duplicate and "duplicates" not in self._include:
            raise DropItem("a duplicate", log_level="DEBUG")
        make = make_page_item if "rejected" in self._include else make_article_item
        made = make(article, item.site, item.fetched_at)
        if (verdict := outcome.duplicates.verdict) is not None:
            made.story = made.duplicate_of = verdict.duplicate_of
            made.duplicate_rule, made.duplicate_kind, made.duplicate_via = verdict.rule, verdict.kind, verdict.via
            made.duplicate_likeness, made.duplicate_share = verdict.likeness, verdict.share
        return made

    def _store(
        self,
        connection: Connection,
        item: FetchedPage,
        examined: Examined,
        is_before: IsBefore | None,
        withheld: Sequence[int] = (),
    ) -> StoreOutcome | Late[StoreOutcome]:
        """Store a page. What judges its duplicates is left to the end of the transaction, as `Late`.

        So is all of a page that is stored already: other crawls change the verdict on it.
        """
        settling.return_leases(connection, withheld)
        fetched_at = item.fetched_at
        article = sanitise_article(examined.article, fetched_at)
        if refuse_removed_page(connection, article, item.site, item.lease, item.location, now=fetched_at):
            return StoreOutcome(None, rejected=REMOVED, is_reordered=True)
        published_at = article.published_at
        if item.lease is not None and is_before and published_at and is_before(item.lease.site, published_at):
            # Nothing is wrong with the article: a run without `since` shall fetch it.
            settling.return_outdated(connection, item.lease.id, published_at=published_at)
            return StoreOutcome(None)
        walls = examined.judge(connection, article, fetched_at)
        article = reject_known_part(connection, walls.article)
        name = saving.make_article_id(article.url)
        stored = walls.stored if walls.has_looked_up else saving.load_stored_page(connection, name)
        found = _Found(item, article, walls, stored, has_withheld=bool(withheld))
        if stored is not None:
            return Late(partial(self._replace, found))
        return self._save(connection, found)

    def _replace(self, found: _Found, connection: Connection) -> StoreOutcome:
        lock_stories(connection)
        # Another operation of this transaction may have replaced the page meanwhile.
        stored = saving.load_stored_page(connection, saving.make_article_id(found.article.url))
        return self._save(connection, replace(found, stored=stored)).finish(connection)

    def _save(self, connection: Connection, found: _Found) -> Late[StoreOutcome]:
        """Store the page with all that hangs on it, and settle its lease."""
        item, article, stored, run = found.item, found.article, found.stored, self._session.run
        fetched_at = item.fetched_at
        saved = saving.save_sanitised(
            connection,
            article,
            stored,
            site=item.site,
            run=run,
            fetched_at=fetched_at,
            location=item.location,
            parts=item.parts,
        )
        kept = 0
        if saved not in (SaveResult.OLDER, SaveResult.KEPT_STORED):
            store_page_observation(connection, item.site, article, fetched_at, is_new=saved is SaveResult.NEW)
            if not item.parts:
                kept = self._session.readings.keep(item.page, item.location, article.reading)
        # What a wall shows at the target of a redirect says nothing of that address.
        is_target_waiting, target = False, None
        if item.lease is None or (item.lease.url != article.url and article.rejected != WALL):
            is_target_waiting = item.lease is not None and offering.is_waiting(connection, article.url)
            target = offering.record_fetched(
                connection, item.site, article.url, status=item.page.status, run=run, fetched_at=fetched_at
            )
        set_aside = learn_same_pages(connection, item.site, article, item.lease, fetched_at)
        offered = self._offer_listed(connection, item, article)
        has_twins = bool(set_aside or offered.set_aside)
        counts, changes = settle_parts(connection, item.site, item.parts, run=run, fetched_at=fetched_at)
        counts[f"address/refused/{TWIN}"] += set_aside
        counts[f"address/done/{TWIN}"] += is_target_waiting
        counts["reading/kept"] += kept > 0
        counts["reading/bytes"] += kept
        is_first = article.rejected is None and (stored is None or stored.rejected is not None)
        seen = SeenPage(article, saved, is_first, fetched_at, target)
        recheck, is_back = record_seen_page(connection, self._recheck_plan, item.lease, seen, run=run)
        counts["recheck/back"] += is_back
        if item.lease is not None:
            offer_first_page(connection, article, item.lease, run, now())
            is_whole = article.rejected is None and MISSING_PARTS not in article.limits_hit
            save_validators(connection, item.lease.id, item.validators if is_whole else None)
            outlook = plan_recheck(article, saved, vain=item.lease.vain, fetched_at=fetched_at)
            settling.settle(
                connection,
                item.lease.id,
                AddressState.DONE,
                status=item.page.status,
                reason=article.rejected,
                outlook=outlook._replace(is_recheck=item.lease.is_recheck, recheck=recheck),
                now=fetched_at,
            )
        is_part = article.rejected == PART
        stored_so = StoreOutcome(
            saved,
            offered=offered,
            limits_hit=article.limits_hit,
            walls=found.walls,
            article=article,
            rejected=article.rejected,
            counts=counts,
            has_twins=has_twins,
            is_reordered=bool(has_twins or item.listed or item.parts or found.has_withheld or is_part),
        )
        return Late(partial(_judge, stored_so, changes))

    def _offer_listed(self, connection: Connection, item: FetchedPage, article: Article) -> offering.OfferCounts:
        """Offer the stories of a page that is a list, and keep its address, if it is the page's own, as a section.

        A list that is shown in place of many pages is a wall, and names nothing.
        """
        listed, lease = item.listed, item.lease
        if listed is None or lease is None or article.rejected != (item.article and item.article.rejected):
            return offering.OfferCounts()
        if article.url == lease.url:
            reason = article.rejected or ""
            keep_section(connection, lease, reason=reason, has_section_address=listed.has_section_address)
        return offer_listed(connection, item.site, listed.offers, run=self._session.run, now=now())

    def _record_for_traps(self, item: FetchedPage, outcome: StoreOutcome) -> None:
        """Record whether the address gave a new article. An unchanged article says nothing about its pattern."""
        if item.lease is None or item.lease.is_recheck or outcome.saved not in (SaveResult.NEW, SaveResult.UPDATED):
            return
        rejected = outcome.rejected or ""
        if not rejected.startswith(_STILL_ARTICLES):
            is_useful = not (rejected or outcome.duplicates.is_known_to_site)
            self._traps.record_outcome(item.lease.url, is_useful=is_useful or outcome.offered.new > 0)


def _judge(outcome: StoreOutcome, changes: list[StatusChange], connection: Connection) -> StoreOutcome:
    """Return the outcome of a page that is stored, with its duplicates and the status changes of before."""
    article = outcome.article
    assert article is not None  # noqa: S101 (it is stored)
    duplicates = deduplicate(connection, saving.make_article_id(article.url), article.sketch)
    duplicates.status_changes.extend(changes)
    return replace(outcome, duplicates=duplicates)


def _list_other_addresses(item: FetchedPage, examined: Examined) -> set[str]:
    """Return the addresses beside the leased one whose pages are stored with this one."""
    own = set() if item.lease is None else {item.lease.url}
    return {examined.article.url, *(part.url for part in item.parts)} - own

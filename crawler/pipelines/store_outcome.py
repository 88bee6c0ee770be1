"""What became of a page that was given to the store, and how that is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from cleaning.records.article import Article
from crawler.run.counts import CrawlCounts, log_outcome
from crawler.storing.deduplicate import DeduplicationResult
from crawler.storing.recheck_results import name_recheck_result
from crawler.walls.judge import WallVerdict
from storage.articles.saving import SaveResult
from storage.frontier import offering
from storage.frontier.waiting import BEFORE_SINCE


@dataclass(frozen=True, slots=True)
class StoreOutcome:
    """The result of storing one page."""

    saved: SaveResult | None  # None: nothing is stored; it is older than `since`, or was taken down
    duplicates: DeduplicationResult = field(default_factory=DeduplicationResult)
    offered: offering.OfferCounts = field(default_factory=offering.OfferCounts)  # of a page that is a list
    limits_hit: tuple[str, ...] = ()  # in cleaning, or before it was stored
    walls: WallVerdict | None = None
    article: Article | None = None  # as it was stored
    rejected: str | None = None  # the reason, as it was stored; REMOVED for an article that was taken down
    counts: Counter[str] = field(default_factory=Counter)  # of other pages that this one changes
    has_twins: bool = False  # whether addresses that waited were set aside as twins
    is_reordered: bool = False  # whether it may have changed which addresses of the site are due next


def count_outcome(
    counts: CrawlCounts, site: str, url: str, outcome: StoreOutcome, *, run: int, is_recheck: bool = False
) -> None:
    """Count what became of a page, and of the other pages of this run that it has changed."""
    for limit in outcome.limits_hit:
        counts.add(site, f"page/limited/{limit}")
    _count_changes(counts, site, outcome, run)
    if outcome.saved is SaveResult.UPDATED:
        counts.add(site, "article/updated")
    if is_recheck:
        what = name_recheck_result(outcome.saved, outcome.rejected)
        counts.add_recheck(site, what)
        log_outcome(site, f"recheck/{what}", url)
        if outcome.saved is not SaveResult.NEW:
            return
    what = _name_outcome(outcome)
    counts.add_page(site, what)
    log_outcome(site, what, url)


def _count_changes(counts: CrawlCounts, site: str, outcome: StoreOutcome, run: int) -> None:
    for stat, number in outcome.counts.items():
        counts.add(site, stat, number)
    for change in (*(outcome.walls.status_changes if outcome.walls else ()), *outcome.duplicates.status_changes):
        if change.run == run:
            counts.add(change.site, "article/duplicate", 1 if change.is_duplicate else -1)
            counts.add(change.site, "article/stored", -1 if change.is_duplicate else 1)
            log_outcome(change.site, "duplicate" if change.is_duplicate else "stored", change.url)


def _name_outcome(outcome: StoreOutcome) -> str:
    """Return the rest of the `article/` stat that counts a page."""
    match outcome.saved:
        case None:
            return f"rejected/{outcome.rejected or BEFORE_SINCE}"
        case SaveResult.UNCHANGED | SaveResult.OLDER | SaveResult.KEPT_STORED:
            return outcome.saved
        case _ if outcome.rejected:
            return f"rejected/{outcome.rejected}"
        case _:
            return "duplicate" if outcome.duplicates.is_duplicate else "stored"

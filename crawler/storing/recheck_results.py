"""Plan and count the looks at an article because of its age, in the transaction that stores its page.

A look is due so long after the first fetch as RECHECK_AFTER says. Every answer counts for the one that is due: also
that to a request which a source caused.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from cleaning.records.article import Article
from storage.articles.saving import SaveResult, make_article_id
from storage.completeness.change_rates import count_recheck, is_edited
from storage.frontier.addresses import Lease
from storage.frontier.missing import record_return
from storage.frontier.recheck_leases import plan_target
from storage.frontier.rechecks import NO_RECHECK, Recheck, RecheckPlan


def plan_first_recheck(plan: RecheckPlan, article: Article, fetched_at: datetime) -> Recheck:
    """Return the re-checks of an article that is stored for the first time; there are none if it is too old."""
    is_young = plan.is_young(article.published_at, fetched_at)
    return Recheck(fetched_at, plan.find_next(fetched_at, fetched_at) if is_young else None)


def plan_next_recheck(plan: RecheckPlan, lease: Lease, fetched_at: datetime) -> Recheck:
    """Return the re-checks of a known article whose page was seen again: none if none was planned any more."""
    first = lease.first_fetched_at
    if first is None or lease.recheck_at is None:
        return Recheck(first, None)
    return Recheck(first, plan.find_next(first, fetched_at))


class SeenPage(NamedTuple):
    """A page that was stored, and how."""

    article: Article
    saved: SaveResult
    is_first: bool  # it is stored as an article, and was none before
    fetched_at: datetime
    target: int | None = None  # the id of its address, if that is another than the leased one


def record_seen_page(
    connection: Connection, plan: RecheckPlan | None, lease: Lease | None, page: SeenPage, *, run: int
) -> tuple[Recheck | None, bool]:
    """Record that the page of an article was seen: plan its next look, count the one that was due, end its absence.

    Return the looks to come at the leased address, None if they stay as they are: the page says nothing of the article
    there. And return whether the article was marked as gone until now. Without a plan no looks are planned.
    """
    article, is_article = page.article, page.article.rejected is None
    is_own = lease is not None and lease.url == article.url
    is_known = is_article and not page.is_first and page.saved in (SaveResult.UPDATED, SaveResult.UNCHANGED)
    name = make_article_id(article.url)
    if is_known and is_own and lease is not None and plan is not None:
        is_changed = page.saved is SaveResult.UPDATED
        complete_recheck(connection, plan, lease, name, run=run, now=page.fetched_at, is_changed=is_changed)
    may_be_gone = is_known and (not is_own or (lease is not None and lease.missing_at is not None))
    is_back = may_be_gone and record_return(connection, name, fetched_at=page.fetched_at)
    if lease is None or plan is None:
        return None, is_back
    if page.target is not None and page.is_first:
        plan_target(connection, page.target, plan_first_recheck(plan, article, page.fetched_at))
    return _plan_leased(plan, lease, page), is_back


def _plan_leased(plan: RecheckPlan, lease: Lease, page: SeenPage) -> Recheck | None:
    if page.saved in (SaveResult.KEPT_STORED, SaveResult.OLDER):
        return None
    is_own = page.article.url == lease.url
    if page.article.rejected is not None:
        return NO_RECHECK if is_own else None
    if not is_own:
        return NO_RECHECK  # the address of the article has them
    if page.is_first:
        return plan_first_recheck(plan, page.article, page.fetched_at)
    return plan_next_recheck(plan, lease, page.fetched_at)


def complete_recheck(
    connection: Connection,
    plan: RecheckPlan,
    lease: Lease,
    name: str,
    *,
    run: int,
    now: datetime,
    is_changed: bool = False,
    is_gone: bool = False,
) -> None:
    """Count the re-check of the article with the id `name`, if one was due: whatever the address was asked for.

    `is_changed`: this answer has another text than the one before.
    """
    first, due_at = lease.first_fetched_at, lease.recheck_at
    if first is None or due_at is None or due_at > now or now > first + plan.latest:
        return
    after = plan.find_passed(first, now)
    if after is not None:
        is_changed = (is_changed or lease.changes > 0) and is_edited(connection, name)
        count_recheck(connection, lease.site, run, after, is_changed=is_changed, is_gone=is_gone)


def name_recheck_result(saved: SaveResult | None, rejected: str | None) -> str:
    """Return the rest of the stat `recheck/` that counts a page which was looked at again because of its age."""
    if saved is SaveResult.NEW:
        return "moved"  # it is the page of an address that was not known
    if rejected is not None or saved is None:
        return f"failed/{rejected}"
    return "changed" if saved is SaveResult.UPDATED else "unchanged"

"""When an address is asked again: after a night in vain, when its page was young, and when its source says it changed.

For all of these the source must still list it: an address is asked again only when it is offered. A night in vain (an
error, a refusal, a wall) costs 1, 2, 4, 8 and then 30 nights of rest, and so does a page that was fetched again for
nothing. A page that is young or short has its second look planned: its row is DONE and due later than it was fetched.

A re-check needs no source: an article is looked at again so long after its first fetch, as `RecheckPlan` says. Every
fetch of its page counts for the re-check that is due, whatever it was made for (storage.frontier.recheck_leases).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from storage.frontier.addresses import TRAP, UNCONDITIONAL, AddressState

if TYPE_CHECKING:
    from sqlalchemy import Row

    from storage.frontier.addresses import Offer

# Between the starts of two nightly runs there may be less than a day: a night that ran late, another hour of cron.
NIGHT = timedelta(hours=20)
_RESTS = (1, 2, 4, 8, 30)  # nights, after the first, second, ... night in vain
MAX_VAIN = len(_RESTS)  # after more nights in vain the rest grows no longer
# A guess that found nothing rests as long at once: nobody says that it exists.
GUESS_REST = timedelta(days=30)

# Ranks order the articles of a site: what was never fetched, then what was tried in vain, then what is fetched already;
# the newest first within each. A rank counts minutes: in seconds it would not fit an INTEGER of PostgreSQL.
_CLASS_SIZE = 100_000_000  # minutes: 190 years
# The rank of an address that is leased for a re-check, and keeps it if the lease is returned: the last of all.
RECHECK_RANK = 3 * _CLASS_SIZE
# A re-check may come so much earlier, since nights may be closer than a day; of a short time, a part of it.
_TOLERANCE, _TOLERATED_PART = timedelta(days=1) - NIGHT, 6
# One that was not made for so long is dropped, in units of the longest time.
_MAX_LATENESS = 2


class Recheck(NamedTuple):
    """The re-checks of an article."""

    first_fetched_at: datetime | None  # None: it is none, or an older version of Broadsheet fetched it first
    at: datetime | None  # of the next one; None: there is none


NO_RECHECK = Recheck(None, None)


class Outlook(NamedTuple):
    """What a fetched page says of the next fetch of its address."""

    is_in_vain: bool = False  # it is no article, or unchanged since the last fetch
    is_changed: bool = False  # its text is another than at the last fetch
    again_after: timedelta = timedelta(0)  # a second look is planned; without one, the address waits for a newer date
    # It was fetched without a source that asks for it, so an unchanged page speaks against none.
    is_recheck: bool = False
    recheck: Recheck | None = None  # None: its page was not seen, and is still to be looked at again


@dataclass(frozen=True, slots=True)
class RecheckPlan:
    """The times after its first fetch when an article is looked at again, ascending; none: never.

    When a re-check is due depends on times alone. One that was missed is made once, and counts for the last time that
    has passed by then.
    """

    after: tuple[timedelta, ...] = ()

    @property
    def latest(self) -> timedelta:
        """How late a re-check may be made: later, it is dropped."""
        return _MAX_LATENESS * max(self.after, default=timedelta(0))

    def is_young(self, published_at: datetime | None, first_fetched_at: datetime) -> bool:
        """Return whether an article is worth a re-check: it was no older than the longest time when first fetched."""
        age = timedelta(0) if published_at is None else first_fetched_at - published_at
        return age <= max(self.after, default=timedelta(0))

    def find_next(self, first_fetched_at: datetime, now: datetime) -> datetime | None:
        """Return when an article that is fetched now is due again; None after the last re-check."""
        times = (first_fetched_at + _shorten(after) for after in self.after)
        return min((moment for moment in times if moment > now), default=None)

    def find_passed(self, first_fetched_at: datetime, now: datetime) -> timedelta | None:
        """Return for which of the times a fetch counts now, the last one that has passed; None before the first."""
        passed = [after for after in self.after if first_fetched_at + _shorten(after) <= now]
        return max(passed, default=None)


NO_OUTLOOK = Outlook()


def find_rest(vain: int) -> timedelta:
    """Return how long an address rests after so many nights in vain in a row; not at all after none."""
    if vain < 1:
        return timedelta(0)
    return (_RESTS[min(vain, len(_RESTS)) - 1] - 1) * timedelta(days=1) + NIGHT


def find_rest_after(reason: str | None, vain: int) -> timedelta:
    """Return the rest of an address that ended for this reason, after so many nights in vain.

    The rest stays short for a trap, which may have been an hour of "back soon" with status 200, and for a name that
    resolved to a private address, which may have been a mistake of a name server.
    """
    return NIGHT if reason and reason.startswith((TRAP, "address-")) else find_rest(vain)


def _shorten(after: timedelta) -> timedelta:
    return after - min(_TOLERANCE, after / _TOLERATED_PART)


def compute_rank(changed_at: datetime | None, row: Row[Any] | None = None) -> int:
    """Return the rank of an article that its source dates so; `row` is its address, None if it is new."""
    newness = 0 if changed_at is None else -int(changed_at.timestamp() // 60)
    return newness + _find_class(row) * _CLASS_SIZE


def _find_class(row: Row[Any] | None) -> int:
    if row is None:
        return 0
    if row.fetched_at is not None and row.reason is None:
        return 2
    return 1 if row.vain or row.fetched_at is not None else 0


def is_article_due(row: Row[Any], offer: Offer, claims_change: bool, now: datetime) -> bool:
    """Return whether an article that is known is to be fetched again, now that a source lists it.

    `claims_change`: whether the source dates it so, and is believed (storage.frontier.dates).
    """
    if offer.source in UNCONDITIONAL:
        return True  # the operator wants to compare it with its release, or names it
    match row.state:
        case AddressState.PENDING | AddressState.LEASED:
            return False
        case AddressState.DONE:
            is_planned = row.fetched_at is not None and row.due_at > row.fetched_at
            if is_planned and row.due_at <= now:
                return True
            is_rested = row.fetched_at is None or row.fetched_at + max(NIGHT, find_rest(row.vain)) <= now
            return claims_change and is_rested
        case _:
            return row.due_at <= now or (claims_change and _is_worth_reviving(row, now))


def _is_worth_reviving(row: Row[Any], now: datetime) -> bool:
    """Return whether a newer date ends the rest of an address that answered with an error, a night ago or earlier."""
    ended_at = row.due_at - find_rest_after(row.reason, row.vain)
    return bool((row.reason or "").startswith("http-") and ended_at + NIGHT <= now)

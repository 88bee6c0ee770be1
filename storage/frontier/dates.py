"""Decide which dates of a list are believed. Some sitemaps and feeds date every entry by the clock.

Two lists are doubted. One dates nearly all of its entries in the same minute: at that time the list was made, or the
site was moved, so these dates say nothing. The other says of nearly all the articles in it that they have changed since
they were fetched: a few of them are fetched to see whether that is true. Once half of the articles that were fetched
again had really changed, such a list is believed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from storage.frontier.addresses import AddressKind, AddressState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

    from storage.frontier.addresses import Offer

_MIN_DATES = 5  # entries of a list with fewer dates may well be of one minute
_SAME_SHARE = 0.9  # of the dates of a list
_CLAIMING_SHARE = 0.75  # of the fetched articles that a list names
_PROBES = 3  # articles that a doubted list may have fetched again in one reading

# How much the date of a source says of when an article is from: a feed dates the article, a sitemap its last change.
_AUTHORITY = {"news-sitemap": 2, "feed": 2}


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of the dates of one list."""

    offers: list[Offer]  # without the dates that say nothing
    claims: frozenset[str] = field(default_factory=frozenset)  # known addresses that are believed to have changed
    is_doubted: bool = False


def weigh_dates(offers: Sequence[Offer], known: Mapping[str, Row[Any]]) -> Belief:
    """Decide what to believe of the dates of these offers, which come from one list. `known`: their rows, by URL."""
    same_minute = _find_same_minute([offer for offer in offers if offer.kind is AddressKind.ARTICLE])
    if same_minute is not None:
        offers = [_drop_date(offer, same_minute) for offer in offers]
    fetched = [known[offer.url] for offer in offers if _is_fetched(known.get(offer.url))]
    claiming = [offer for offer in offers if claims_change(offer, known.get(offer.url))]
    of_fetched = [offer for offer in claiming if _is_fetched(known[offer.url])]
    is_doubted = (
        len(fetched) >= _MIN_DATES
        and len(of_fetched) >= _CLAIMING_SHARE * len(fetched)
        and not _has_proved_right([known[offer.url] for offer in of_fetched])
    )
    if is_doubted:
        by_trust = sorted(of_fetched, key=lambda offer: (known[offer.url].vain, known[offer.url].fetched_at, offer.url))
        doubted = {offer.url for offer in by_trust[_PROBES:]}
        claiming = [offer for offer in claiming if offer.url not in doubted]
    claims = frozenset(offer.url for offer in claiming)
    return Belief(list(offers), claims, is_doubted or same_minute is not None)


def claims_change(offer: Offer, row: Row[Any] | None) -> bool:
    """Return whether a source dates a known article later than it was fetched or, if it never was, than before."""
    if row is None or offer.changed_at is None or offer.kind is not AddressKind.ARTICLE:
        return False
    before = row.fetched_at if row.state == AddressState.DONE else row.changed_at
    return bool(before is not None and offer.changed_at > before)


def is_better_date(offer: Offer, row: Row[Any]) -> bool:
    """Return whether the date of this offer replaces the date that the address has: it says more, or is newer."""
    if offer.changed_at is None:
        return False
    if row.changed_at is None:
        return True
    authority, stored = _AUTHORITY.get(offer.source, 1), _AUTHORITY.get(row.changed_by, 1)
    if row.fetched_at is None and authority != stored:
        return bool(authority > stored)
    return bool(offer.changed_at > row.changed_at)


def _find_same_minute(offers: Sequence[Offer]) -> datetime | None:
    """Return the minute in which nearly all of these dates are; None if there is none, or if they are days."""
    minutes = Counter(
        offer.changed_at.replace(second=0, microsecond=0)
        for offer in offers
        if offer.changed_at is not None and offer.changed_at.time() != time.min
    )
    if minutes.total() < _MIN_DATES:
        return None
    minute, number = minutes.most_common(1)[0]
    return minute if number >= _SAME_SHARE * minutes.total() else None


def _drop_date(offer: Offer, minute: datetime) -> Offer:
    if offer.changed_at is None or offer.changed_at.replace(second=0, microsecond=0) != minute:
        return offer
    return replace(offer, changed_at=None)


def _is_fetched(row: Row[Any] | None) -> bool:
    return bool(row is not None and row.state == AddressState.DONE and row.fetched_at is not None)


def _has_proved_right(rows: Sequence[Row[Any]]) -> bool:
    """Return whether at least half of the articles that were fetched again, and one at least, had changed."""
    changed = sum(row.changes > 0 for row in rows)
    in_vain = sum(row.changes == 0 and row.vain > 0 for row in rows)
    return bool(changed > 0 and changed >= in_vain)

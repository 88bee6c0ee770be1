"""Puts addresses into the frontier: those that discovery offers, and those that were fetched without a lease."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from storage.articles.tombstones import find_removed_urls
from storage.frontier.addresses import (
    GUESS,
    UNCONDITIONAL,
    AddressKind,
    AddressState,
    Headline,
    Offer,
    choose_headline,
)
from storage.frontier.dates import is_better_date, weigh_dates
from storage.frontier.hosts import host_of
from storage.frontier.listings import add_listings, find_listing
from storage.frontier.rechecks import compute_rank, is_article_due
from storage.frontier.same_pages.twins import TwinMerger
from storage.frontier.sections import is_known_section, is_resting
from storage.frontier.settling import settle
from storage.models import Address

# Sources that overrule the stored kind of an address: a feed knows its articles, sites.toml knows its lists.
_SOURCES_THAT_KNOW = {kind: {"entry"} for kind in AddressKind} | {
    AddressKind.ARTICLE: {"feed", "news-sitemap", *UNCONDITIONAL}
}

_OPEN = (AddressState.PENDING, AddressState.LEASED)
_QUERY_SIZE = 500  # addresses per query: SQLite allows 32,766 variables, older builds 999
# Built once, because building a statement takes as long as running it.
_INSERT, _UPDATE = insert(Address), update(Address).where(Address.id == bindparam("address"))
_OF_URLS = select(Address.__table__).where(Address.url.in_(bindparam("urls", expanding=True)))
_WAITS = select(Address.id).where(
    Address.url == bindparam("url"), Address.state == AddressState.PENDING, Address.kind == AddressKind.ARTICLE
)
_RESTED = (
    select(Address.id)
    .where(
        Address.site == bindparam("site"),
        Address.reason.is_not(None),
        Address.due_at <= bindparam("now"),
        Address.due_at > bindparam("first"),
        Address.kind == AddressKind.ARTICLE,
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class OfferCounts:
    """How many articles of a list of offers were new, and how many were known."""

    new: int = 0  # never offered before
    again: int = 0  # known, and to be fetched again
    known: int = 0  # known, and not to be fetched again
    fresh: int = 0  # of all three: first offered in this run
    merged: int = 0  # of all three: offered as the known address of the same page
    set_aside: int = 0  # known, waited, and gave way to another address of the same page
    doubted: bool = False  # whether the dates of the list are not believed (storage.frontier.dates)
    # The ids of the known ones: those that this run has not to fetch, and those that it fetches again.
    not_due: tuple[int, ...] = field(default=(), compare=False)
    due_again: tuple[int, ...] = field(default=(), compare=False)


class _Rested:
    """The addresses of a site whose rest after a night in vain is over. A list that did not change may still name them.

    One that is over for more than two nights does not count: it was not listed in the nights that followed.
    """

    def __init__(self, connection: Connection, site: str, now: datetime) -> None:
        self.site = site
        self.now = now
        self._connection = connection

    @cached_property
    def exist(self) -> bool:
        binds = {"site": self.site, "now": self.now, "first": self.now - 2 * timedelta(days=1)}
        return self._connection.execute(_RESTED, binds).first() is not None


def offer(connection: Connection, site: str, offers: Iterable[Offer], *, run: int, now: datetime) -> OfferCounts:
    """Put the addresses of one list into the frontier; make known ones pending again if they are due again."""
    twins = TwinMerger(connection, site, now)
    offers = [_correct_date(offer, now) for offer in _merge_offers(twins.merge(offers))]
    removed = find_removed_urls(connection, site, [offer.url for offer in offers])
    counts = Counter[str](known=sum(offer.url in removed and offer.kind is AddressKind.ARTICLE for offer in offers))
    offers = [offer for offer in offers if offer.url not in removed]
    known = _load_known(connection, [offer.url for offer in offers])
    belief = weigh_dates(offers, known)
    offers = belief.offers
    rested = _Rested(connection, site, now)
    new = [offer for offer in offers if offer.url not in known]
    if new:
        connection.execute(_INSERT, [_build_row(offer, site, run, now) for offer in new])
    twins.record_groups()
    add_listings(connection, offers, known)
    not_due, due_again = [], []
    changes: defaultdict[frozenset[str], list[dict[str, object]]] = defaultdict(list)  # by the columns that change
    for offer in offers:
        row = known.get(offer.url)
        due = False
        if row is not None:
            values, due = _find_all_changes(row, offer, offer.url in belief.claims, rested, run)
            if values:
                changes[frozenset(values)].append({"address": row.id, **values})
        if offer.kind is AddressKind.ARTICLE:
            counts["new" if row is None else "again" if due else "known"] += 1
            counts["fresh"] += row is None or row.first_run == run
            if due and row is not None:
                due_again.append(row.id)
            elif row is not None and row.last_run != run and row.state not in _OPEN:
                not_due.append(row.id)
    for rows in changes.values():
        connection.execute(_UPDATE, rows)
    return OfferCounts(
        **counts,
        merged=twins.merged,
        set_aside=twins.set_aside,
        doubted=belief.is_doubted,
        not_due=tuple(not_due),
        due_again=tuple(due_again),
    )


def is_waiting(connection: Connection, url: str) -> bool:
    """Return whether the address waits to be leased as an article."""
    return connection.execute(_WAITS, {"url": url}).first() is not None


def record_fetched(connection: Connection, site: str, url: str, *, status: int, run: int, fetched_at: datetime) -> int:
    """Record that the article at `url` was fetched without a lease; return the id of its address.

    It comes out of an archive, or is the target of a redirect. If it is pending, settle it as DONE.
    """
    known = connection.execute(select(Address.id, Address.state).where(Address.url == url)).one_or_none()
    if known is not None:
        if known.state == AddressState.PENDING:
            settle(connection, known.id, AddressState.DONE, status=status, now=fetched_at)
        return int(known.id)
    row = _build_row(Offer(url, AddressKind.ARTICLE, source="archive"), site, run, fetched_at)
    row |= {"state": AddressState.DONE, "fetched_at": fetched_at, "status": status}
    return connection.execute(insert(Address).values(row).returning(Address.id)).scalar_one()


def _merge_offers(offers: Iterable[Offer]) -> list[Offer]:
    """Return the first offer of each address, with the best headline of all its offers."""
    first: dict[str, Offer] = {}
    for offer in offers:
        known = first.setdefault(offer.url, offer)
        headline = choose_headline(known.headline, offer.headline)
        if headline != known.headline:
            first[offer.url] = replace(known, headline=headline)
    return list(first.values())


def _correct_date(offer: Offer, now: datetime) -> Offer:
    """Replace a date in the future: with now, if a fast clock or another zone explains it (one day), else with None."""
    if offer.changed_at is None or offer.changed_at <= now:
        return offer
    return replace(offer, changed_at=now if offer.changed_at <= now + timedelta(days=1) else None)


def _load_known(connection: Connection, urls: list[str]) -> dict[str, Row[Any]]:
    known: dict[str, Row[Any]] = {}
    for start in range(0, len(urls), _QUERY_SIZE):
        rows = connection.execute(_OF_URLS, {"urls": urls[start : start + _QUERY_SIZE]})
        known.update({row.url: row for row in rows})
    return known


def _build_row(offer: Offer, site: str, run: int, now: datetime) -> dict[str, object]:
    return {
        "url": offer.url,
        "host": host_of(offer.url),
        "site": site,
        "kind": offer.kind,
        "state": AddressState.PENDING,
        "source": offer.source,
        "depth": offer.depth,
        "changed_at": offer.changed_at,
        "changed_by": None if offer.changed_at is None else offer.source,
        "rank": compute_rank(offer.changed_at),
        "published_at": None,
        "listed_by": find_listing(offer),
        "offered_at": now,
        "first_run": run,
        "last_run": run,
        "due_at": now,
        "tries": 0,
        "fetched_at": None,
        "status": None,
        "reason": None,
        **_build_headline_columns(offer.headline),
    }


def _build_headline_columns(headline: Headline | None) -> dict[str, object]:
    key, source = headline or (None, None)
    return {"headline_key": key, "headline_source": source}


def _find_all_changes(
    row: Row[Any], offer: Offer, claims_change: bool, rested: _Rested, run: int
) -> tuple[dict[str, object], bool]:
    """Return the changed columns of a known address, its headline among them, and whether it is to be fetched again."""
    values, due = (
        ({}, False) if row.state == AddressState.LEASED else _find_changes(row, offer, claims_change, rested, run)
    )
    stored = Headline(row.headline_key, row.headline_source) if row.headline_key else None
    headline = choose_headline(stored, offer.headline)
    if headline != stored:
        values |= _build_headline_columns(headline)
    return values, due


def _find_changes(
    row: Row[Any], offer: Offer, claims_change: bool, rested: _Rested, run: int
) -> tuple[dict[str, object], bool]:
    """Return the changed columns of a known address, and whether it is to be fetched again."""
    site, now = rested.site, rested.now
    values: dict[str, object] = {}
    changed_at = row.changed_at
    if row.site != site:
        values["site"] = site  # the site was renamed, or the entry of another site covers this address now
    if is_better_date(offer, row):
        changed_at = offer.changed_at
        values |= {"changed_at": changed_at, "changed_by": offer.source}
    is_section = is_known_section(row, offer)
    if offer.kind != row.kind and offer.source in _SOURCES_THAT_KNOW[offer.kind] and not is_section:
        values["kind"] = offer.kind
        due = True
    elif is_section and is_resting(row, offer, now):
        due = False
    elif row.kind == AddressKind.ARTICLE:
        due = is_article_due(row, offer, claims_change, now)
    else:
        due = _discovery_is_due(row, offer, run, rested)
    if due:
        values |= {"state": AddressState.PENDING, "due_at": now, "tries": 0, "last_run": run, "depth": offer.depth}
    if due or changed_at != row.changed_at:
        values["rank"] = compute_rank(changed_at, row)
    return values, due


def _discovery_is_due(row: Row[Any], offer: Offer, run: int, rested: _Rested) -> bool:
    if row.last_run == run:
        return False  # fetched, or to be fetched, in this run
    if offer.source == "entry":
        return True  # the operator names it: the cause of the last refusal may be fixed
    if row.state == AddressState.REFUSED or (row.state == AddressState.GONE and offer.source == GUESS):
        return bool(row.due_at <= rested.now)
    if offer.changed_at is None or row.fetched_at is None or row.state != AddressState.DONE:
        return True
    # A date without a time is stored as midnight, and stands for the whole day.
    is_day = offer.changed_at.time() == time.min
    is_changed = offer.changed_at + (timedelta(days=1) if is_day else timedelta()) > row.fetched_at
    return bool(is_changed or rested.exist)

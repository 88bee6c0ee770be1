"""How addresses come into the frontier: offered by discovery, and entered when they were fetched without a lease."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from storage.addresses import GUESS, RELEASE, TRAP, AddressKind, AddressState, Headline, Offer, best_headline
from storage.frontier import settle
from storage.hosts import host_of
from storage.models import Address

# An article whose source says that it changed is fetched again, but not twice within a night.
RECHECK_AFTER = timedelta(hours=20)
# A guessed address that led nowhere, and an address that robots.txt refused, are tried again after this long.
FORGIVEN_AFTER = timedelta(days=30)
# Whose word on what stands behind an address overrules what was thought of it: a feed knows an article, and an entry of
# sites.toml its own lists.
_KNOWS = {kind: {"entry"} for kind in AddressKind} | {AddressKind.ARTICLE: {"feed", "news-sitemap", RELEASE}}

_LOOKUP = 500  # addresses a query: SQLite allows 32,766 variables, older builds 999


@dataclass(frozen=True, slots=True)
class Offered:
    """What became of the articles among a list of offers."""

    new: int = 0  # never seen before
    again: int = 0  # known, and to be asked again
    known: int = 0  # known, and not due
    fresh: int = 0  # of all these: first offered in this run


def offer(connection: Connection, site: str, offers: Iterable[Offer], *, run: int, now: datetime) -> Offered:
    """Puts addresses into the frontier; known ones stop here unless they are due again."""
    offers = [_dated(offer, now) for offer in _once(offers)]
    known = _known(connection, [offer.url for offer in offers])
    new = [offer for offer in offers if offer.url not in known]
    if new:
        connection.execute(insert(Address), [_row(offer, site, run, now) for offer in new])
    counts = Counter[str]()
    for offer in offers:
        row = known.get(offer.url)
        due = row is not None and _offer_again(connection, row, offer, site, run, now)
        if offer.kind is AddressKind.ARTICLE:
            counts["new" if row is None else "again" if due else "known"] += 1
            counts["fresh"] += row is None or row.first_run == run
    return Offered(**counts)


def know(connection: Connection, site: str, url: str, *, status: int, run: int, fetched_at: datetime) -> int:
    """The id of the article address `url`, which nobody leased: out of an archive, or the target of a redirect.

    It is entered as fetched at that time; if it was waiting, it waits no more.
    """
    known = connection.execute(select(Address.id, Address.state).where(Address.url == url)).one_or_none()
    if known is not None:
        if known.state == AddressState.PENDING:
            settle(connection, known.id, AddressState.DONE, status=status, now=fetched_at)
        return int(known.id)
    row = _row(Offer(url, AddressKind.ARTICLE, source="archive"), site, run, fetched_at)
    row |= {"state": AddressState.DONE, "fetched_at": fetched_at, "status": status}
    return connection.execute(insert(Address).values(row).returning(Address.id)).scalar_one()


def _once(offers: Iterable[Offer]) -> list[Offer]:
    """The first offer of each address, under the best headline of all of them."""
    first: dict[str, Offer] = {}
    for offer in offers:
        known = first.setdefault(offer.url, offer)
        headline = best_headline(known.headline, offer.headline)
        if headline != known.headline:
            first[offer.url] = replace(known, headline=headline)
    return list(first.values())


def _dated(offer: Offer, now: datetime) -> Offer:
    """A date in the future says nothing; one of a clock that runs ahead, or of another zone, says now."""
    if offer.changed_at is None or offer.changed_at <= now:
        return offer
    return replace(offer, changed_at=now if offer.changed_at <= now + timedelta(days=1) else None)


def _known(connection: Connection, urls: list[str]) -> dict[str, Row[Any]]:
    known: dict[str, Row[Any]] = {}
    for start in range(0, len(urls), _LOOKUP):
        rows = connection.execute(select(Address.__table__).where(Address.url.in_(urls[start : start + _LOOKUP])))
        known.update({row.url: row for row in rows})
    return known


def _row(offer: Offer, site: str, run: int, now: datetime) -> dict[str, object]:
    return {
        "url": offer.url,
        "host": host_of(offer.url),
        "site": site,
        "kind": offer.kind,
        "state": AddressState.PENDING,
        "source": offer.source,
        "depth": offer.depth,
        "changed_at": offer.changed_at,
        "rank": _rank(offer.changed_at),
        "published_at": None,
        "offered_at": now,
        "first_run": run,
        "last_run": run,
        "due_at": now,
        "tries": 0,
        "fetched_at": None,
        "status": None,
        "reason": None,
        **_headline(offer.headline),
    }


def _headline(headline: Headline | None) -> dict[str, object]:
    key, source = headline or (None, None)
    return {"headline_key": key, "headline_source": source}


def _offer_again(connection: Connection, row: Row[Any], offer: Offer, site: str, run: int, now: datetime) -> bool:
    """Whether a known address is to be asked again because of this offer, whose news of it is stored."""
    values, due = ({}, False) if row.state == AddressState.LEASED else _changes(row, offer, site, run, now)
    stored = Headline(row.headline_key, row.headline_source) if row.headline_key else None
    headline = best_headline(stored, offer.headline)
    if headline != stored:
        values |= _headline(headline)
    if values:
        connection.execute(update(Address).where(Address.id == row.id).values(**values))
    return due


def _changes(row: Row[Any], offer: Offer, site: str, run: int, now: datetime) -> tuple[dict[str, object], bool]:
    """What changes of a known address, and whether it is to be asked again."""
    values: dict[str, object] = {}
    if row.site != site:
        values["site"] = site  # the site was renamed, or another one's entry covers this address now
    if offer.changed_at is not None and (row.changed_at is None or offer.changed_at > row.changed_at):
        values |= {"changed_at": offer.changed_at, "rank": _rank(offer.changed_at)}
    if offer.kind != row.kind and offer.source in _KNOWS[offer.kind]:
        values["kind"] = offer.kind
        due = True
    elif row.kind == AddressKind.ARTICLE:
        due = _article_is_due(row, offer, now)
    else:
        due = _discovery_is_due(row, offer, run, now)
    if due:
        values |= {"state": AddressState.PENDING, "due_at": now, "tries": 0, "last_run": run, "depth": offer.depth}
    return values, due


def _article_is_due(row: Row[Any], offer: Offer, now: datetime) -> bool:
    if offer.source == RELEASE:
        return True  # the operator names it, to see what has become of it
    match row.state:
        case AddressState.PENDING | AddressState.LEASED:
            return False
        case AddressState.DONE:
            changed_since = offer.changed_at is not None and offer.changed_at > row.fetched_at
            return bool(changed_since and row.fetched_at <= now - RECHECK_AFTER)
        case _:
            return bool(row.due_at <= now - _rest(row.reason))


def _rest(reason: str | None) -> timedelta:
    """How long an address rests that was refused, is gone or failed.

    What stood for a trap may have been an hour of "back soon" with status 200, and a name may have led into our own
    network by a name server's mistake.
    """
    return RECHECK_AFTER if reason and reason.startswith((TRAP, "address-")) else FORGIVEN_AFTER


def _discovery_is_due(row: Row[Any], offer: Offer, run: int, now: datetime) -> bool:
    if row.last_run == run:
        return False  # asked, or to be asked, in this run
    if offer.source == "entry":
        return True  # the operator names it: what stood against it the last time may have been mended
    if row.state == AddressState.REFUSED or (row.state == AddressState.GONE and offer.source == GUESS):
        return bool(row.due_at <= now - _rest(row.reason))
    if offer.changed_at is None or row.fetched_at is None or row.state != AddressState.DONE:
        return True
    # A date without a time comes as midnight, and means the whole day.
    is_day = offer.changed_at.time() == time.min
    return bool(offer.changed_at + (timedelta(days=1) if is_day else timedelta()) > row.fetched_at)


def _rank(changed_at: datetime | None) -> int:
    return 0 if changed_at is None else -int(changed_at.timestamp())

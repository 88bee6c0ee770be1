"""What the frontier hands out to a run: to each site as much as it has room for, and nothing that is a trap."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from crawler.session import now
from crawler.traps import Traps
from storage import frontier
from storage.addresses import TRAP, AddressKind, Lease

_AHEAD = timedelta(days=1)  # how far a run looks for what comes due while it goes on; as long as any hold
_MOST_AT_ONCE = 500  # addresses that are looked through at once for one that is no trap
_MOST_REFUSED = 2_000  # of a site in one transaction, for which all that is to be stored waits


class Room(NamedTuple):
    """What a site may be given now."""

    site: str
    most: int  # addresses
    articles: int | None  # of them, at most; none: no bound
    lists: int  # and of feeds, sitemaps, sections


class Leased(NamedTuple):
    """What is handed out, what is refused instead, and when there may be more for a site that got neither."""

    leases: list[Lease]
    refused: list[Lease]
    due_at: datetime | None


def lease_rooms(
    connection: Connection,
    *,
    rooms: Iterable[Room],
    run: int,
    since: datetime | None,
    named: bool = False,
    traps: Traps,
) -> Leased:
    """Leases for these sites; what the traps have closed is refused, and the next one looked at.

    A site of which something was refused and nothing handed out may have more that is due: a trap may hold 100,000.
    `named`: nothing but what was offered in this run.
    """
    moment = now()
    leases: list[Lease] = []
    refused: list[Lease] = []
    dry = []
    for room in rooms:
        good, trapped = _lease(connection, room, run, since, named, traps, moment)
        leases += good
        refused += trapped
        if not good and not trapped and room.articles != 0:
            dry.append(room.site)
    if not dry:
        return Leased(leases, refused, None)
    due_at = frontier.next_due(connection, dry, since=since, named=named, run=run, now=moment, within=_AHEAD)
    return Leased(leases, refused, due_at)


def _lease(
    connection: Connection, room: Room, run: int, since: datetime | None, named: bool, traps: Traps, moment: datetime
) -> tuple[list[Lease], list[Lease]]:
    refused: list[Lease] = []
    most = room.most
    while True:
        found = frontier.lease(
            connection,
            room.site,
            most=most,
            articles=room.articles,
            lists=room.lists,
            since=since,
            named=named,
            run=run,
            now=moment,
        )
        good: list[Lease] = []
        trapped: list[Lease] = []
        for lease in found:
            is_trap = lease.kind is AddressKind.ARTICLE and traps.closed(lease.url)
            (trapped if is_trap else good).append(lease)
        frontier.refuse(connection, [lease.id for lease in trapped], reason=TRAP, now=moment)
        refused += trapped
        if good or not trapped or len(refused) >= _MOST_REFUSED:
            frontier.release(connection, [lease.id for lease in good[room.most :]])
            return good[: room.most], refused
        most = min(2 * most, _MOST_AT_ONCE)

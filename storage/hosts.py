"""Hosts that are on hold: nothing is asked of them before a moment. Outlives the run that found out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection, Select, and_, delete, insert, select, update

from storage.addresses import AddressState
from storage.models import Address, Host

PLAIN = ":80"  # plain http has a server of its own, and the one of https may answer where that is silent


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is asked of `host` before `until`; once that is past, `opened` is what is remembered of it.

    `opened` is how often in a row its circuit breaker opened: the host gave no good answer in between.
    """

    host: str
    until: datetime  # aware
    reason: str  # a word to count it by: "retry-after", "breaker", "robots-http-503"
    opened: int = 0


def host_of(url: str) -> str:
    """The host of a canonical address, as holds know it: "paper.example", with its port where that is not https's.

    An address that is none has the host "".
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    return f"{parts.netloc}{PLAIN}" if parts.scheme == "http" and parts.netloc and port is None else parts.netloc


def twin(host: str) -> str | None:
    """The same host with the other scheme on its own port; None where its port is another."""
    if host.endswith(PLAIN):
        return host.removesuffix(PLAIN)
    return None if not host or host.rpartition("]")[2].count(":") else f"{host}{PLAIN}"


def hold(connection: Connection, hold: Hold) -> None:
    """Notes a hold, in place of what was noted of its host."""
    values = {"held_until": hold.until, "reason": hold.reason, "opened": hold.opened}
    if not connection.execute(update(Host).where(Host.host == hold.host).values(values)).rowcount:
        connection.execute(insert(Host).values(host=hold.host, **values))


def release(connection: Connection, host: str) -> None:
    """Forgets what was noted of a host: it answers again."""
    connection.execute(delete(Host).where(Host.host == host))


def noted(connection: Connection) -> list[Hold]:
    """Every host of which a hold is noted: those that last, and those that are over and had no good answer since."""
    return [
        Hold(row.host, row.held_until, row.reason, row.opened) for row in connection.execute(select(Host.__table__))
    ]


def held(connection: Connection, sites: Iterable[str], now: datetime) -> list[tuple[str, Hold]]:
    """The holds that keep something of these sites from being asked, each with its site, the first to end first."""
    waiting = and_(Address.site.in_(list(sites)), Address.state == AddressState.PENDING)
    rows = connection.execute(
        select(Host.__table__, Address.site)
        .join(Address, Address.host == Host.host)
        .where(Host.held_until > now, waiting)
        .distinct()
        .order_by(Host.held_until, Host.host, Address.site)
    )
    return [(row.site, Hold(row.host, row.held_until, row.reason, row.opened)) for row in rows]


def on_hold(now: datetime) -> Select[str]:
    """The hosts of which nothing is to be asked now."""
    return select(Host.host).where(Host.held_until > now)

"""Stores hosts on hold, of which nothing is requested before a given time. A hold outlives its run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import BindParameter, Connection, Select, and_, delete, func, select, update

from storage.frontier.addresses import AddressState
from storage.models import Address, Host

HTTP_PORT = ":80"  # http may be another server than https: one may answer while the other is silent


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is requested of `host` before `until`; after that, `opened` is still remembered.

    `opened` counts how often in a row its circuit breaker opened, without a good answer in between.
    """

    host: str
    until: datetime  # aware
    reason: str  # the word in its stat: "retry-after", "breaker", "robots-http-503"
    opened: int = 0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def host_of(url: str) -> str:
    """Return the host of a canonical URL, as holds name it: "paper.example", with any port but that of https.

    Return "" for a string that is no URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    return f"{parts.netloc}{HTTP_PORT}" if parts.scheme == "http" and parts.netloc and port is None else parts.netloc


def switch_scheme(host: str) -> str | None:
    """Return the host of the same name with the other scheme on its default port; None if the port is another."""
    if host.endswith(HTTP_PORT):
        return host.removesuffix(HTTP_PORT)
    return None if not host or host.rpartition("]")[2].count(":") else f"{host}{HTTP_PORT}"


def put_on_hold(connection: Connection, hold: Hold) -> None:
    """Store a hold, in place of the previous hold of its host."""
    insert = import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert
    values = {"held_until": hold.until, "reason": hold.reason, "opened": hold.opened}
    new = insert(Host).values(host=hold.host, **values)  # another crawl may store a hold of the same host
    connection.execute(new.on_conflict_do_update(index_elements=["host"], set_=values))


def end_hold(connection: Connection, host: str) -> None:
    """Delete the hold of a host, because it answers again."""
    connection.execute(delete(Host).where(Host.host == host))


def release_host(connection: Connection, hold: Hold, now: datetime) -> int:
    """End a hold before its time, and let the addresses be due that wait for its end; return how many are due.

    The caller sees to it that no crawl runs: a crawl has the holds in memory.
    """
    end_hold(connection, hold.host)
    waiting = and_(Address.host == hold.host, Address.state == AddressState.PENDING)
    postponed = and_(waiting, Address.due_at > now, Address.due_at <= hold.until)
    connection.execute(update(Address).where(postponed).values(due_at=now))
    due = select(func.count()).select_from(Address).where(waiting, Address.due_at <= now)
    return connection.execute(due).scalar_one()


def count_waiting_for(connection: Connection, hosts: Collection[str]) -> dict[str, int]:
    """Return how many pending addresses each of these hosts has. Hosts without any are left out."""
    if not hosts:
        return {}
    waiting = and_(Address.host.in_(hosts), Address.state == AddressState.PENDING)
    rows = connection.execute(select(Address.host, func.count()).where(waiting).group_by(Address.host))
    return {row[0]: int(row[1]) for row in rows}


def load_holds(connection: Connection) -> list[Hold]:
    """Return all holds: those that last, and those that are over without a good answer of the host since."""
    return [
        Hold(row.host, row.held_until, row.reason, row.opened) for row in connection.execute(select(Host.__table__))
    ]


def find_waiting_holds(connection: Connection, sites: Iterable[str], now: datetime) -> list[tuple[str, Hold]]:
    """Return the holds that keep pending addresses of these sites waiting, as (site, hold), the first to end first."""
    waiting = and_(Address.site.in_(list(sites)), Address.state == AddressState.PENDING)
    rows = connection.execute(
        select(Host.__table__, Address.site)
        .join(Address, Address.host == Host.host)
        .where(Host.held_until > now, waiting)
        .distinct()
        .order_by(Host.held_until, Host.host, Address.site)
    )
    return [(row.site, Hold(row.host, row.held_until, row.reason, row.opened)) for row in rows]


def select_hosts_on_hold(now: datetime | BindParameter[datetime]) -> Select[str]:
    """Return a query for the hosts that are on hold now."""
    return select(Host.host).where(Host.held_until > now)

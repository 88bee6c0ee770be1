"""Writes the row of each crawl: inserted when it begins, completed when it ends.

A run may be shared by several crawls, each of other sites: who begins it also ends it, and each crawl adds its counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, insert, select, update

from storage.models import Run

# Beginnings of the names of stats that say how many there are in the store when they are counted.
GAUGES = ("address/waiting/", "discovery/waiting", "recheck/waiting", "listed/")


class StoredRun(NamedTuple):
    """One crawl. `outcome` is Scrapy's finish reason; None, as `ended_at`, while it runs and if it was killed."""

    id: int
    spider: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    exit_code: int | None
    counts: dict[str, dict[str, int]]  # site -> stat -> number


def begin(connection: Connection, *, spider: str, now: datetime) -> int:
    """Insert a new run and return its id."""
    statement = insert(Run).values(spider=spider, started_at=now, counts={}).returning(Run.id)
    return connection.execute(statement).scalar_one()


def end(
    connection: Connection, run: int, *, outcome: str | None, exit_code: int, counts: dict[str, Any], now: datetime
) -> None:
    """Record how a run ended. A run that is killed keeps a row without an end."""
    connection.execute(
        update(Run).where(Run.id == run).values(ended_at=now, outcome=outcome, exit_code=exit_code, counts=counts)
    )


def begin_shared(connection: Connection, *, spider: str, now: datetime) -> int:
    """Insert a run that several crawls will join (setting JOIN_RUN), and return its id."""
    return begin(connection, spider=spider, now=now)


def merge_counts(connection: Connection, run: int, counts: Mapping[str, Mapping[str, int]]) -> None:
    """Add the counts of one crawl to those of the run that it has joined, by site and name of the stat.

    What is counted in the store, not in the crawl (GAUGES), replaces the number of before. Several may do so at once.
    """
    stored = connection.execute(select(Run.counts).where(Run.id == run).with_for_update(key_share=True)).scalar_one()
    merged = {site: dict(stats) for site, stats in stored.items()}
    for site, stats in counts.items():
        known = merged.setdefault(site, {})
        for stat, number in stats.items():
            known[stat] = number if stat.startswith(GAUGES) else known.get(stat, 0) + number
    connection.execute(update(Run).where(Run.id == run).values(counts=merged))


def end_shared(connection: Connection, run: int, *, outcome: str | None, exit_code: int, now: datetime) -> None:
    """Record how a shared run ended; its counts are what its crawls have merged."""
    connection.execute(update(Run).where(Run.id == run).values(ended_at=now, outcome=outcome, exit_code=exit_code))


def record_night_facts(
    connection: Connection, run: int, *, is_night: bool, notices: Iterable[tuple[str, str, str]]
) -> None:
    """Record whether a run crawled all that its sites list, and its notices: the site, the kind, the text of each."""
    told = [list(notice) for notice in notices]
    connection.execute(update(Run).where(Run.id == run).values(is_night=is_night, notices=told))


def load_last_runs(connection: Connection, limit: int) -> list[Row[Any]]:
    """Return id, start and counts of the last runs of the spider `articles`, the newest first."""
    question = select(Run.id, Run.started_at, Run.counts).where(Run.spider == "articles")
    return list(connection.execute(question.order_by(Run.id.desc()).limit(limit)))


def load_runs(connection: Connection) -> Iterator[StoredRun]:
    """Yield all crawls, the newest first."""
    question = select(*(getattr(Run, name) for name in StoredRun._fields)).order_by(Run.id.desc())
    return (StoredRun(*row) for row in connection.execute(question))


def load_newest_runs(connection: Connection) -> list[StoredRun]:
    """Return the newest crawl of each spider that has ended, by the name of the spider."""
    newest = select(func.max(Run.id)).where(Run.ended_at.is_not(None)).group_by(Run.spider)
    question = select(*(getattr(Run, name) for name in StoredRun._fields)).where(Run.id.in_(newest))
    return [StoredRun(*row) for row in connection.execute(question.order_by(Run.spider))]


def load_run(connection: Connection, run: int) -> StoredRun | None:
    """Return the crawl with this id; None if there is none."""
    question = select(*(getattr(Run, name) for name in StoredRun._fields)).where(Run.id == run)
    row = connection.execute(question).one_or_none()
    return None if row is None else StoredRun(*row)

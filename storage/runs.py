"""Writes the row of each crawl: inserted when it begins, completed when it ends.

A run may be shared by several crawls, each of other sites: who begins it also ends it (storage/run_parts.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, insert, select, update

from storage.models import Run
from storage.run_parts import forget_parts, load_merged_counts


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
    """Insert a new run and return its id. Several crawls may join it (setting JOIN_RUN)."""
    statement = insert(Run).values(spider=spider, started_at=now, counts={}).returning(Run.id)
    return connection.execute(statement).scalar_one()


def end(
    connection: Connection, run: int, *, outcome: str | None, exit_code: int, counts: dict[str, Any], now: datetime
) -> None:
    """Record how a run ended. A run that is killed keeps a row without an end."""
    connection.execute(
        update(Run).where(Run.id == run).values(ended_at=now, outcome=outcome, exit_code=exit_code, counts=counts)
    )


def end_shared(connection: Connection, run: int, *, outcome: str | None, exit_code: int, now: datetime) -> None:
    """Record how a shared run ended, with all that its crawls have counted. Ending it again replaces how it ended."""
    values: dict[str, Any] = {"ended_at": now, "outcome": outcome, "exit_code": exit_code}
    if counts := load_merged_counts(connection, run):
        values["counts"] = counts
        forget_parts(connection, run)
    connection.execute(update(Run).where(Run.id == run).values(**values))


def record_night_facts(
    connection: Connection, run: int, *, is_night: bool, notices: Iterable[tuple[str, str, str]]
) -> None:
    """Record whether a run crawled all that its sites list, and its notices: the site, the kind, the text of each."""
    told = [list(notice) for notice in notices]
    connection.execute(update(Run).where(Run.id == run).values(is_night=is_night, notices=told))


def add_notices(connection: Connection, run: int, notices: Iterable[tuple[str, str, str]]) -> None:
    """Add the notices of one crawl to those of the run that it has joined: of each site and kind, the first stays."""
    stored = connection.execute(select(Run.notices).where(Run.id == run).with_for_update(key_share=True)).scalar_one()
    known = {(site, kind): text for site, kind, text in stored or ()}
    for site, kind, text in notices:
        known.setdefault((site, kind), text)
    told = [[site, kind, text] for (site, kind), text in sorted(known.items())]
    connection.execute(update(Run).where(Run.id == run).values(notices=told))


def load_notices(connection: Connection, run: int) -> list[tuple[str, str, str]]:
    """Return the notices of a run: the site, the kind, the text of each."""
    stored = connection.execute(select(Run.notices).where(Run.id == run)).scalar_one()
    return [(site, kind, text) for site, kind, text in stored or ()]


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
    """Return the crawl with this id; None if there is none. One that several share has what they counted by now."""
    question = select(*(getattr(Run, name) for name in StoredRun._fields)).where(Run.id == run)
    row = connection.execute(question).one_or_none()
    if row is None:
        return None
    stored = StoredRun(*row)
    if stored.ended_at is None and (counts := load_merged_counts(connection, run)):
        return stored._replace(counts=counts)
    return stored

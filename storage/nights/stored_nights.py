"""Records the nights of `scrapy nightly`, step by step: a night that was killed goes on at the step where it was.

Each function is one short transaction of its caller, so that what a step has done is never recorded before it is done.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from storage.models import DeskNight


class StoredNight(NamedTuple):
    """One night of `scrapy nightly`; storage/models/night_desk.py says what each column means."""

    id: int
    started_at: datetime
    ends_at: datetime | None
    ended_at: datetime | None
    step: str | None
    exit_status: int | None
    run_id: int | None
    options: dict[str, Any]
    steps: dict[str, dict[str, Any]]


_COLUMNS = tuple(getattr(DeskNight, name) for name in StoredNight._fields)


def begin_night(
    connection: Connection, *, options: dict[str, Any], ends_at: datetime | None, now: datetime
) -> StoredNight:
    """Insert a new night and return it."""
    values = {"started_at": now, "ends_at": ends_at, "options": options, "steps": {}}
    return StoredNight(*connection.execute(insert(DeskNight).values(values).returning(*_COLUMNS)).one())


def change_night(connection: Connection, night: StoredNight, **values: Any) -> StoredNight:
    """Set these columns of a night and return it as it is now."""
    connection.execute(update(DeskNight).where(DeskNight.id == night.id).values(values))
    return night._replace(**values)


def find_open_night(connection: Connection) -> StoredNight | None:
    """Return the last night that has no end; None if there is none."""
    question = select(*_COLUMNS).where(DeskNight.ended_at.is_(None)).order_by(DeskNight.id.desc()).limit(1)
    row = connection.execute(question).one_or_none()
    return None if row is None else StoredNight(*row)


def load_stored_nights(connection: Connection, *, last: int) -> list[StoredNight]:
    """Return the last nights, the newest first."""
    question = select(*_COLUMNS).order_by(DeskNight.id.desc()).limit(last)
    return [StoredNight(*row) for row in connection.execute(question)]

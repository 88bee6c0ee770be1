"""Lets nights pass in a store: all times in it move into the past, as if the clock had gone on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, select, update

from storage.database.engine import make_database_url, open_database
from storage.models import (
    Address,
    Base,
    Host,
    Revision,
    Run,
    StoredArticle,
    StoredEntry,
    StoredFinding,
    StoredObservation,
    StoredSiteNight,
)

NIGHT = timedelta(days=1)
_TIMES = {
    Address: (
        "changed_at",
        "offered_at",
        "due_at",
        "fetched_at",
        "ended_at",
        "first_fetched_at",
        "recheck_at",
        "missing_at",
    ),
    Host: ("held_until",),
    Revision: ("fetched_at",),
    Run: ("started_at", "ended_at"),
    StoredArticle: ("fetched_at", "gone_at"),
    StoredEntry: ("first_fetched_at", "last_fetched_at"),
    StoredFinding: ("first_seen", "last_seen", "healed_at"),
    StoredObservation: ("fetched_at",),
    StoredSiteNight: ("started_at",),
}


def let_a_night_pass(data: Path, span: timedelta = NIGHT) -> None:
    """Move all times at which something was done or is due back, in the store of this data folder."""
    engine = open_database(make_database_url(data, None), create=False)
    with engine.begin() as connection:
        for model, names in _TIMES.items():
            _move_back(connection, model, names, span)
    engine.dispose()


def _move_back(connection: Connection, model: type[Base], names: tuple[str, ...], span: timedelta) -> None:
    table = model.__table__
    key = table.primary_key.columns.values()
    for row in connection.execute(select(table)).mappings().all():
        moved = {name: row[name] - span for name in names if row[name] is not None}
        if moved:
            here = [column == row[column.name] for column in key]
            connection.execute(update(table).where(*here).values(moved))

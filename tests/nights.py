"""Lets nights pass in a store: all times in it move into the past, as if the clock had gone on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from crawling import locate_database
from sqlalchemy import Connection, bindparam, select, update

from storage.database.engine import open_database
from storage.models import (
    Address,
    Base,
    DeskNight,
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
_TIMES: tuple[tuple[type[Base], tuple[str, ...]], ...] = (
    (
        Address,
        (
            "changed_at",
            "offered_at",
            "due_at",
            "fetched_at",
            "ended_at",
            "first_fetched_at",
            "recheck_at",
            "missing_at",
        ),
    ),
    (Host, ("held_until",)),
    (DeskNight, ("started_at", "ends_at", "ended_at")),
    (Run, ("started_at", "ended_at")),
    (StoredArticle, ("gone_at",)),
    (StoredFinding, ("first_seen", "last_seen", "healed_at")),
    (StoredSiteNight, ("started_at",)),
)
_OF_PAGES: tuple[tuple[type[Base], tuple[str, ...]], ...] = (
    (Revision, ("fetched_at",)),
    (StoredArticle, ("fetched_at",)),
    (StoredEntry, ("first_fetched_at", "last_fetched_at")),
    (StoredObservation, ("fetched_at",)),
)


def let_a_night_pass(data: Path, span: timedelta = NIGHT, *, pages: bool = True) -> None:
    """Move all times at which something was done or is due back, in the store of this data folder.

    Stored pages whose times are moved cannot be cleaned again: their archive records have the true ones. Without
    `pages` they keep theirs.
    """
    engine = open_database(locate_database(data), create=False)
    with engine.begin() as connection:
        for model, names in (*_TIMES, *_OF_PAGES) if pages else _TIMES:
            _move_back(connection, model, names, span)
    engine.dispose()


def _move_back(connection: Connection, model: type[Base], names: tuple[str, ...], span: timedelta) -> None:
    table = Base.metadata.tables[model.__tablename__]
    key = list(table.primary_key.columns)
    columns = [table.c[name] for name in names]
    rows = connection.execute(select(*key, *columns)).mappings().all()
    moved = [
        {f"key_{column.name}": row[column.name] for column in key}
        | {name: None if row[name] is None else row[name] - span for name in names}
        for row in rows
    ]
    if moved:
        here = [column == bindparam(f"key_{column.name}") for column in key]
        connection.execute(update(table).where(*here).values({name: bindparam(name) for name in names}), moved)

"""The reading room: a Datasette over one store, with our pages for people and its own for tables.

Imports Datasette, of the extra `browse`: only what runs after `check_browse` imports this module.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from datasette.app import Datasette
from datasette.plugins import pm
from sqlalchemy import Engine

from crawler.reading_room import plugin
from crawler.reading_room.overview import KeptOverview
from storage.archive.place import ArchivePlace
from storage.database.engine import open_for_reading

T = TypeVar("T")
_HERE = Path(__file__).parent
_SETTINGS = {
    "allow_download": False,  # of the database as a file
    "suggest_facets": False,  # it would read whole tables for each page
    "default_page_size": 50,
    "sql_time_limit_ms": 2_000,
    "num_sql_threads": 2,
}


class ReadingRoom(Datasette):  # type: ignore[misc]  # Datasette has no types
    """Shows one store; the tables of a store in SQLite, too.

    `archive` holds the raw pages. `overview` is what the front page tells.
    """

    def __init__(self, engine: Engine, archive: ArchivePlace) -> None:
        self.engine = engine
        self.archive = archive
        self.overview = KeptOverview(engine)
        # The name of its tables in Datasette; None if it has none to show.
        self.database_name = Path(str(engine.url.database)).stem if engine.dialect.name == "sqlite" else None
        super().__init__(
            files=[str(engine.url.database)] if self.database_name else [],
            template_dir=str(_HERE / "templates"),
            static_mounts=[("room", str(_HERE / "static"))],
            settings=_SETTINGS,
            metadata={"title": "Broadsheet"},
        )
        if not pm.is_registered(plugin):
            pm.register(plugin)

    async def read(self, work: Callable[..., T], *arguments: Any) -> T:
        """Return what `work(connection, *arguments)` reads. It runs in a thread, and sees one state of the store."""

        def run() -> T:
            with open_for_reading(self.engine) as connection:
                return work(connection, *arguments)

        return await asyncio.to_thread(run)

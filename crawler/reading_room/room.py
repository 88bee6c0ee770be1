"""The reading room: a Datasette over one store or release, with our pages for people and its own for tables.

Imports Datasette, of the extra `browse`: only what runs after `check_browse` imports this module.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from datasette.app import Datasette
from datasette.plugins import pm
from sqlalchemy import Engine, inspect, select, table

from crawler.reading_room import plugin
from crawler.reading_room.changes import ChangeList
from crawler.reading_room.overview import KeptOverview
from crawler.reading_room.sources import SourceReader
from storage.archive.place import ArchivePlace
from storage.database.engine import open_for_reading
from storage.reading.releases.open_release import OpenedRelease

T = TypeVar("T")
_OWN_TABLES = ("search_", "alembic_")
_HERE = Path(__file__).parent
_SETTINGS = {
    "allow_download": False,  # of the database as a file
    "suggest_facets": False,  # it would read whole tables for each page
    "default_page_size": 50,
    "sql_time_limit_ms": 2_000,
    "num_sql_threads": 2,
    "truncate_cells_html": 100,  # characters of a value in a list of rows; the page of a row has all
}


class ReadingRoom(Datasette):  # type: ignore[misc]  # Datasette has no types
    """Shows one store, or `release`, of which `engine` has the store; the tables of a store in SQLite, too.

    `archive` holds the raw pages; a release has none. `overview` is what the front page tells. `changes` are those
    against an older release, if there is one to compare with. `sources` says where in a page the metadata stand.
    """

    def __init__(
        self,
        engine: Engine,
        archive: ArchivePlace | None,
        release: OpenedRelease | None = None,
        changes: ChangeList | None = None,
        sources: SourceReader | None = None,
    ) -> None:
        self.engine = engine
        self.archive = archive
        self.release = release
        self.changes = changes
        self.sources = sources
        self.overview = KeptOverview(engine)
        # The name of its tables in Datasette; None if it has none to show.
        self.database_name = Path(str(engine.url.database)).stem if engine.dialect.name == "sqlite" else None
        super().__init__(
            files=[str(engine.url.database)] if self.database_name else [],
            template_dir=str(_HERE / "templates"),
            static_mounts=[("room", str(_HERE / "static"))],
            settings=_SETTINGS,
            metadata={"title": "Broadsheet", "databases": {str(self.database_name): {"tables": self._list_hidden()}}},
        )
        if not pm.is_registered(plugin):
            pm.register(plugin)
        if self.database_name is None:
            self.remove_database("_memory")  # where Datasette answers SQL if it has no file

    def _list_hidden(self) -> dict[str, dict[str, bool]]:
        """Return what Datasette is told of tables that say nothing: of the search, and empty ones of a release."""
        with open_for_reading(self.engine) as connection:
            names = inspect(connection).get_table_names()
            hidden = [name for name in names if name.startswith(_OWN_TABLES)]
            if self.release is not None:
                hidden += [name for name in names if not connection.scalar(select(1).select_from(table(name)).limit(1))]
        return {name: {"hidden": True} for name in hidden}

    async def read(self, work: Callable[..., T], *arguments: Any) -> T:
        """Return what `work(connection, *arguments)` reads. It runs in a thread, and sees one state of the store."""

        def run() -> T:
            with open_for_reading(self.engine) as connection:
                return work(connection, *arguments)

        return await asyncio.to_thread(run)

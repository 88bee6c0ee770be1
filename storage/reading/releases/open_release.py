"""Checks a release, and opens a store that was made of it.

The store of a release that is as its manifest states is kept under its release id, so that it is made once; nothing of
the release itself is changed. That of a damaged one is made anew each time, and removed in the end.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import Engine

from storage.database.engine import make_database_url, open_database
from storage.database.schema import find_newest_version
from storage.export.checking.read_manifest import open_release, read_manifest
from storage.export.checking.read_table import TableReader
from storage.export.checking.verify import check_release
from storage.export.schema import ARTICLES
from storage.export.tables import EXTRA_TABLES
from storage.reading.releases.fill_store import Report, fill_store

_FORM = 1  # of the stores that are kept; raise it when fill_store fills otherwise


@dataclass(frozen=True, slots=True)
class OpenedRelease:
    """A release that is read as a store. `tables` are its tables beside that of the articles.

    `faults` tell what is not as its manifest states. Without `has_texts` it holds addresses and no texts.
    """

    folder: Path
    release_id: str
    name: str | None
    tables: frozenset[str]
    has_texts: bool
    faults: tuple[str, ...]
    engine: Engine


@contextmanager
def open_release_store(folder: Path, kept: Path, report: Report) -> Iterator[OpenedRelease]:
    """Open the release in `folder` as a store. `kept` is the folder of the stores that are kept.

    Raise `ExportRefused` if it is no release, or if its articles cannot be read. Nothing may be written to the store.
    """
    found = check_release(folder)
    articles = TableReader(folder, ARTICLES.name)
    with open_release(folder) as place:
        content = read_manifest(place).content
    tables = [name for name in EXTRA_TABLES if name in content["schema"]]
    tables = [name for name in tables if any(file["table"] == name for file in content["files"])]
    name = f"{found.release_id}-{find_newest_version()}-{_FORM}"
    with _provide_store(folder, kept / name, tables, report, is_kept=not found.differences) as engine:
        yield OpenedRelease(
            folder=folder,
            release_id=str(found.release_id),
            name=content["name"],
            tables=frozenset(tables),
            has_texts=articles.format != "urls",
            faults=found.differences,
            engine=engine,
        )


def find_kept_folder() -> Path:
    """Return the folder for the stores of releases: below XDG_CACHE_HOME, or ~/.cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    return cache.expanduser() / "broadsheet" / "releases"


@contextmanager
def _provide_store(folder: Path, place: Path, tables: list[str], report: Report, *, is_kept: bool) -> Iterator[Engine]:
    if is_kept and (place / "broadsheet.db").is_file():
        with _open(place) as engine:
            yield engine
        return
    draft = _make_draft(place.parent) if is_kept else Path(mkdtemp(prefix="broadsheet-release-"))
    try:
        engine = open_database(make_database_url(draft, None))
        try:
            fill_store(engine, folder, tables, report)
        finally:
            engine.dispose()
        if is_kept and draft.parent == place.parent:
            try:
                draft.rename(place)
            except OSError:  # another program was faster
                pass
            else:
                draft = place
        with _open(draft) as engine:
            yield engine
    finally:
        if draft != place:
            shutil.rmtree(draft, ignore_errors=True)


def _make_draft(parent: Path) -> Path:
    """Return a new folder beside those that are kept, or a temporary one where none can be made."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return Path(mkdtemp(prefix=".draft-", dir=parent))
    except OSError:
        return Path(mkdtemp(prefix="broadsheet-release-"))


@contextmanager
def _open(place: Path) -> Iterator[Engine]:
    engine = open_database(make_database_url(place, None), create=False)
    try:
        yield engine
    finally:
        engine.dispose()

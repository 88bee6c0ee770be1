"""What a machine does to a crawl that no test can do from outside: Python imports this at its start, from PYTHONPATH.

KILL_AT       "N": kills the process before the Nth thing that its database does after the first INSERT of an article
MOST_PAGES    a file that says how many pages SQLite's file may have: its disk is full then (empty: no bound)
READ_ONLY     "UPDATE run": after the first statement that begins so, SQLite's file cannot be written
FREE_BYTES    a file that says how much space every disk has left
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any


def kill_at(number: int) -> None:
    from sqlalchemy import Engine, event

    seen: list[str] = []

    def happened(what: str) -> None:
        if seen or what.startswith("INSERT INTO article "):
            seen.append(what)
        if len(seen) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "before_cursor_execute")
    def _(_c: object, _cursor: object, statement: str, *_: object) -> None:
        happened(statement)

    for name in ("release_savepoint", "commit"):
        event.listen(Engine, name, lambda *_, what=name: happened(what))  # type: ignore[misc]


def _most_pages(file: Path) -> None:
    from sqlalchemy import Pool, event

    @event.listens_for(Pool, "checkout")
    def _(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {file.read_text() or 1 << 30}")


def _read_only_after(beginning: str) -> None:
    from sqlalchemy import Engine, Pool, event

    seen: list[str] = []

    @event.listens_for(Engine, "after_cursor_execute")
    def _(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(beginning):
            seen.append(statement)

    @event.listens_for(Pool, "checkout")
    def _(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA query_only = {len(seen)}")


def _free_bytes(file: Path) -> None:
    true = shutil.disk_usage
    usage = type(true("/"))
    shutil.disk_usage = lambda path: usage(*true(path)[:2], int(file.read_text()))


if "--multiprocessing-fork" not in sys.argv:  # the cleaners are children of the crawl, and have no database
    if "KILL_AT" in os.environ:
        kill_at(int(os.environ["KILL_AT"]))
    if "MOST_PAGES" in os.environ:
        _most_pages(Path(os.environ["MOST_PAGES"]))
    if "READ_ONLY" in os.environ:
        _read_only_after(os.environ["READ_ONLY"])
    if "FREE_BYTES" in os.environ:
        _free_bytes(Path(os.environ["FREE_BYTES"]))

"""Faults of a machine that no test can cause from outside. Python imports this at its start, from PYTHONPATH.

KILL_AT       "N": kill the process before the Nth database event, counted from the first INSERT of an article
KILL_NIGHT_AT "N": kill the process before the Nth statement that changes the table `night`
KILL_AT_DRAFT "1": kill the process when it would rename the finished draft of a release
INTERRUPT_AT_DRAFT "1": send it SIGTERM then
MOST_PAGES    a file with the number of pages that SQLite's file may have before its disk is full (empty: no bound)
READ_ONLY     "UPDATE run": SQLite's file is read-only after the first statement with this beginning
CLAIM_SECONDS "2": so long a claim on a server counts as fresh after it was confirmed
FREE_BYTES    a file with the number of bytes that every disk has left
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

    def count_event(what: str) -> None:
        if seen or what.startswith("INSERT INTO article "):
            seen.append(what)
        if len(seen) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "before_cursor_execute")
    def _(_c: object, _cursor: object, statement: str, *_: object) -> None:
        count_event(statement)

    for name in ("release_savepoint", "commit"):
        event.listen(Engine, name, lambda *_, what=name: count_event(what))  # type: ignore[misc]


def _kill_night_at(number: int) -> None:
    from sqlalchemy import Engine, event

    seen: list[str] = []

    @event.listens_for(Engine, "before_cursor_execute")
    def _(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("INSERT INTO night ", "UPDATE night ")):
            seen.append(statement)
            if len(seen) == number:
                os.kill(os.getpid(), signal.SIGKILL)


def _kill_at_draft(number: int) -> None:
    rename = os.rename

    def kill_or_rename(source: Any, target: Any, **options: Any) -> None:
        if ".partial-" in os.fspath(source) and Path(source).is_dir():
            os.kill(os.getpid(), number)
        rename(source, target, **options)

    os.rename = kill_or_rename


def _limit_pages(file: Path) -> None:
    from sqlalchemy import Pool, event

    @event.listens_for(Pool, "checkout")
    def _(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {file.read_text() or 1 << 30}")


def _make_read_only_after(beginning: str) -> None:
    from sqlalchemy import Engine, Pool, event

    seen: list[str] = []

    @event.listens_for(Engine, "after_cursor_execute")
    def _(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(beginning):
            seen.append(statement)

    @event.listens_for(Pool, "checkout")
    def _(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA query_only = {len(seen)}")


def _fake_free_bytes(file: Path) -> None:
    get_true_usage = shutil.disk_usage
    usage = type(get_true_usage("/"))
    shutil.disk_usage = lambda path: usage(*get_true_usage(path)[:2], int(file.read_text()))


def _set_claim_seconds(seconds: float) -> None:
    from storage.database import server_claim

    server_claim.CLAIM_FRESH, server_claim.CLAIM_BEAT = seconds, seconds / 5


if "--multiprocessing-fork" not in sys.argv:  # the cleaner processes of the crawl have no database
    if "KILL_AT" in os.environ:
        kill_at(int(os.environ["KILL_AT"]))
    if "KILL_NIGHT_AT" in os.environ:
        _kill_night_at(int(os.environ["KILL_NIGHT_AT"]))
    if "KILL_AT_DRAFT" in os.environ:
        _kill_at_draft(signal.SIGKILL)
    if "INTERRUPT_AT_DRAFT" in os.environ:
        _kill_at_draft(signal.SIGTERM)
    if "MOST_PAGES" in os.environ:
        _limit_pages(Path(os.environ["MOST_PAGES"]))
    if "READ_ONLY" in os.environ:
        _make_read_only_after(os.environ["READ_ONLY"])
    if "FREE_BYTES" in os.environ:
        _fake_free_bytes(Path(os.environ["FREE_BYTES"]))
    if "CLAIM_SECONDS" in os.environ:
        _set_claim_seconds(float(os.environ["CLAIM_SECONDS"]))

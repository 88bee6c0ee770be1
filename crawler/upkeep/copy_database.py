"""Copies the store into another database, shows how far it is, and says what was copied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from cleaning.errors import BroadsheetError
from crawler.terminal.numbers import count_things
from crawler.terminal.progress import show_progress
from storage.database.engine import make_database_url
from storage.database.faults import classify_fault
from storage.upkeep.copy_store import copy_store


def copy_database(source: str, target: str, *, every: float) -> str:
    """Copy a store, and return the lines that tell it. Each of the two is a database URL, a file or a data folder.

    `every`: seconds between two log lines, where there is no terminal for a bar.
    """
    from_url, to_url = _make_url(source), _make_url(target)
    if to_url.get_backend_name() == "sqlite":
        Path(to_url.database or "").absolute().parent.mkdir(parents=True, exist_ok=True)
    with _explain_faults(), _show_each(every) as report:
        copied = copy_store(from_url, to_url, report)
    rows = sum(digest.rows for digest in copied.digests.values())
    held = f"all {count_things(rows, 'row')} of {len(copied.digests)} tables"
    lines = [
        f"{to_url.render_as_string()} holds {held}, each of the same digest",
        *(
            f"{count_things(number, 'row')} of {table} lost characters that no database may hold, such as NUL"
            for table, number in copied.changed.items()
        ),
        "The archive stays where it is: DATABASE_URL names the copy, DATA_DIR the data folder.",
    ]
    return "".join(f"{line}\n" for line in lines)


def _make_url(name: str) -> URL:
    if "://" in name:
        return make_database_url(Path(), name)
    path = Path(name)
    is_file = path.is_file() or (path.suffix != "" and not path.is_dir())
    return make_database_url(path, None) if not is_file else URL.create("sqlite", database=name)


@contextmanager
def _explain_faults() -> Iterator[None]:
    """Turn a fault of one of the databases into one line: what is copied stays."""
    try:
        yield
    except DBAPIError as error:
        if classify_fault(error) is None:
            raise
        reason = str(error.orig).strip().splitlines()[0]
        raise BroadsheetError(f"the copy was interrupted: {reason}; the same command goes on with it") from error


@contextmanager
def _show_each(every: float) -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function that shows what is done, how much of it is done, and of how much."""
    with show_progress("copying the store", "rows", every=every) as report:
        yield lambda doing, done, total: report(done, total, doing)

"""From the store to a finished release."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from cleaning.errors import ExportFailed, ExportRefused
from storage.database import reading
from storage.export import card, manifest
from storage.export.folder import built_whole, check_free
from storage.export.formats import Format, format_named
from storage.export.manifest import ReleasedFile, described
from storage.export.schema import record
from storage.export.selection import LeftOut, Selection, batches, check, count, left_out
from storage.export.tally import Tally

DATA = "data"
Progress = Callable[[int, int], None]  # records written, records in all


@dataclass(frozen=True, slots=True)
class Release:
    """A release that stands in `folder`. `files` are all but the manifest, which cannot hold its own checksum."""

    folder: Path
    tally: Tally
    left_out: LeftOut
    files: tuple[ReleasedFile, ...]


def export(
    engine: Engine, folder: Path, selection: Selection, formats: Sequence[str] = ("jsonl",), *, progress: Progress
) -> Release:
    """Writes what `selection` asks for to the new folder `folder`, in each of `formats`.

    The folder appears when all of it is on the disk; whatever goes wrong before leaves nothing. The same store and the
    same question give the same bytes. `ExportRefused` for an unknown format, a folder that is not free, and a selection
    that nothing matches; `BadArgument` for a site or a language that the store does not hold; `ExportFailed` where
    the disk or the database fails on the way.
    """
    chosen = [format_named(name) for name in dict.fromkeys(formats)]
    check_free(folder)
    try:
        with reading(engine) as connection:
            check(connection, selection)
            missing = left_out(connection, selection)
            total = count(connection, selection)
            if not total:
                raise ExportRefused(_nothing(selection, missing))
            with built_whole(folder) as draft:
                tally = _write(connection, selection, chosen, draft, lambda done: progress(done, total))
                files = tuple(described(draft, _path(one), tally.rows) for one in chosen)
                text = card.card(selection, tally, missing, files, chosen)
                (draft / card.FILE).write_text(text, encoding="utf-8", newline="\n")
                files = (*files, described(draft, card.FILE))
                manifest.write_manifest(draft, manifest.manifest(selection, tally, missing, files))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ExportFailed(f"stopped, and nothing was kept: writing beside {folder} failed: {reason}") from error
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise ExportFailed(f"stopped, and nothing was kept: the database failed: {reason}") from error
    return Release(folder.resolve(), tally, missing, files)


def _write(
    connection: Connection,
    selection: Selection,
    formats: Sequence[Format],
    draft: Path,
    progress: Callable[[int], None],
) -> Tally:
    tally = Tally()
    (draft / DATA).mkdir()
    with ExitStack() as stack:
        writers = [stack.enter_context(one.writing(draft / _path(one))) for one in formats]
        for rows in batches(connection, selection):
            for row in rows:
                tally.add(row)
            records = [record(row) for row in rows]
            for write in writers:
                write(records)
            progress(tally.rows)
    return tally


def _path(one: Format) -> str:
    return f"{DATA}/articles{one.suffix}"


def _nothing(selection: Selection, missing: LeftOut) -> str:
    asked = {name: value for name, value in selection.filters.items() if value and name != "include_duplicates"}
    left = f"{sum(missing.duplicates.values())} duplicates and {sum(missing.rejected.values())} rejected pages"
    what = "no article of the store matches the filters" if asked else "the store holds no article"
    return f"nothing to export: {what} ({left} left out)"

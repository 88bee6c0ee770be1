"""From the store to a finished release."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from cleaning.errors import BadArgument, ExportFailed, ExportRefused
from storage.database import reading
from storage.export import card, citation, croissant, manifest, plots
from storage.export.batch import Batch
from storage.export.facts import Facts, ReleasedFile
from storage.export.folder import built_whole, check_free
from storage.export.formats import FORMAT_NAMES, Format, format_named
from storage.export.manifest import described
from storage.export.placing import Placing, placing
from storage.export.reading import articles
from storage.export.schema import ARTICLES, Table
from storage.export.selection import LeftOut, Selection, chosen, left_out
from storage.export.shards import Place, Shards
from storage.export.splits import Splits
from storage.export.tables import EXTRAS, Extra
from storage.export.tally import Tally

SHARD_SIZE = 100_000  # rows of a file
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Progress = Callable[[int, int], None]  # rows written, rows in all


@dataclass(frozen=True, slots=True)
class Form:
    """How a release is written: in which formats, in which parts, under which name.

    `BadArgument` where that cannot be meant, `ExportRefused` for a format that there is none of.
    """

    formats: tuple[str, ...] = ("jsonl",)
    name: str | None = None
    splits: Splits | None = None
    shard_size: int = SHARD_SIZE

    def __post_init__(self) -> None:
        for name in self.formats:
            format_named(name)
        if self.name is not None and not NAME.fullmatch(self.name):
            raise BadArgument(
                f"--name takes up to 64 of a-z A-Z 0-9 . _ -, the first a letter or a digit, not {self.name!r}"
            )
        if self.shard_size < 1:
            raise BadArgument(f"--shard-size takes a number from 1 on, not {self.shard_size}")


@dataclass(frozen=True, slots=True)
class Release:
    """A release that stands in `folder`. `files` are all but the manifest, which cannot hold its own checksum.

    `notes` are what whoever asked should be told of it, each one line.
    """

    folder: Path
    release_id: str
    tally: Tally
    left_out: LeftOut
    files: tuple[ReleasedFile, ...]
    notes: tuple[str, ...]


def export(
    engine: Engine, folder: Path, selection: Selection, form: Form | None = None, *, progress: Progress
) -> Release:
    """Writes what `selection` asks for to the new folder `folder`, as `form` says.

    The folder appears when all of it is on the disk; whatever goes wrong before leaves nothing. The same store and the
    same question give the same bytes. `ExportRefused` for a folder that is not free and a selection that nothing
    matches; `BadArgument` for a site, language, section or licence that the store does not hold; `ExportFailed` where
    the disk or the database fails on the way.
    """
    form = form or Form()
    # Asked for in another order, or twice, it is the same release.
    formats = tuple(format_named(name) for name in FORMAT_NAMES if name in form.formats)
    extras = _extras(selection, formats)
    check_free(folder)
    try:
        with reading(engine) as connection:
            by_firsts = form.splits is not None and form.splits.way != "story"
            total = chosen(connection, selection, firsts=by_firsts)
            missing = left_out(connection, selection)
            if not total:
                raise ExportRefused(_nothing(selection, missing))
            with built_whole(folder) as draft:
                writing = _Writing(connection, draft, formats, form, total, progress)
                writing.write_articles()
                for extra in extras:
                    writing.write_extra(extra, selection)
                facts = Facts(
                    name=form.name,
                    release_id="",
                    selection=selection,
                    tally=writing.tally,
                    left_out=missing,
                    formats=formats,
                    tables=(ARTICLES, *(extra.table for extra in extras)),
                    splits=form.splits,
                    files=tuple(writing.files),
                )
                facts = replace(facts, release_id=manifest.release_id(manifest.manifest(facts, facts.files)))
                files = (*facts.files, *_described_by(facts, draft))
                manifest.write_manifest(draft, manifest.manifest(facts, files))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ExportFailed(f"stopped, and nothing was kept: writing beside {folder} failed: {reason}") from error
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise ExportFailed(f"stopped, and nothing was kept: the database failed: {reason}") from error
    return Release(folder.resolve(), facts.release_id, facts.tally, missing, files, tuple(writing.notes))


class _Writing:
    """Writes the tables of a release into its draft."""

    def __init__(
        self,
        connection: Connection,
        draft: Path,
        formats: Sequence[Format],
        form: Form,
        total: int,
        progress: Progress,
    ) -> None:
        self._connection = connection
        self._draft = draft
        self._formats = formats
        self._form = form
        self._total = total
        self._progress = progress
        self._done = 0
        self.tally = Tally()
        self.files: list[ReleasedFile] = []
        self.notes: list[str] = []

    def write_articles(self) -> None:
        splits = self._form.splits
        names: tuple[str | None, ...] = splits.names if splits else (None,)
        where = placing(self._connection, splits) if splits else Placing((), lambda _batch, _columns: ())
        with ExitStack() as stack:
            shards = {name: self._shards(stack, ARTICLES, name) for name in names}
            for batch, beside in articles(self._connection, *where.beside):
                self.tally.add(batch)
                if splits is None:
                    self._write(shards[None], batch)
                    continue
                placed = where.split_of(batch, beside)
                self.tally.splits.update(placed)
                for name in splits.names:
                    rows = [row for row, split in enumerate(placed) if split == name]
                    if rows:
                        self._write(shards[name], batch.taken(rows))
        self._name(one for several in shards.values() for one in several)
        empty = [name for name in names if name and not self.tally.splits[name]]
        if empty:
            self.notes.append(f"no article fell into: {', '.join(empty)}; there is no file for it")

    def write_extra(self, extra: Extra, selection: Selection) -> None:
        rows = extra.count(self._connection, selection)
        if not rows:
            self.notes.append(f"nothing stands in the table {extra.table.name}: there is no file for it")
            return
        self._total += rows
        with ExitStack() as stack:
            shards = self._shards(stack, extra.table, None)
            for batch in extra.batches(self._connection, selection):
                self._write(shards, batch)
        self._name(shards)

    def _shards(self, stack: ExitStack, table: Table, split: str | None) -> list[Shards]:
        return [
            stack.enter_context(Shards(self._draft, Place(table, one, split), self._form.shard_size))
            for one in self._formats
            if one.writes(table)
        ]

    def _write(self, shards: Sequence[Shards], batch: Batch) -> None:
        for one in shards:
            one.write(batch)
        self._done += len(batch)
        self._progress(self._done, self._total)

    def _name(self, shards: Iterable[Shards]) -> None:
        self.files.extend(file for one in shards for file in one.named())


def _extras(selection: Selection, formats: Sequence[Format]) -> list[Extra]:
    asked = []
    for name in selection.include:
        if name not in EXTRAS:
            raise BadArgument(f"--include: there is no {name!r}; there are: {', '.join(EXTRAS)}")
        asked.append(EXTRAS[name])
        if not any(one.writes(EXTRAS[name].table) for one in formats):
            raise BadArgument(
                f"--include {name}: {' and '.join(one.name for one in formats)} cannot hold it; add jsonl"
            )
    return asked


def _described_by(facts: Facts, draft: Path) -> list[ReleasedFile]:
    """Writes what is made from the facts, for persons and for other programs."""
    texts = {
        card.FILE: card.card(facts),
        citation.FILE: citation.citation(facts),
        croissant.FILE: croissant.croissant(facts),
        **plots.plots(facts),
    }
    for path, text in texts.items():
        (draft / path).parent.mkdir(exist_ok=True)
        (draft / path).write_text(text, encoding="utf-8", newline="\n")
    return [described(draft, path) for path in sorted(texts)]


def _nothing(selection: Selection, missing: LeftOut) -> str:
    ways = {"include_duplicates", "one_per_story", "include"}
    asked = {name: value for name, value in selection.filters.items() if value and name not in ways}
    left = f"{sum(missing.duplicates.values())} duplicates and {sum(missing.rejected.values())} rejected pages"
    what = "no article of the store matches the filters" if asked else "the store holds no article"
    return f"nothing to export: {what} ({left} left out)"

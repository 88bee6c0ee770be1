"""Writes a release, from the store to the finished folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from cleaning.errors import BadArgument, ExportFailed, ExportRefused
from storage.database.engine import open_for_reading
from storage.export.batch import Batch
from storage.export.description import card, citation, croissant, manifest, plots
from storage.export.description.counts import ReleaseCounts
from storage.export.description.facts import ReleaseFacts
from storage.export.folder import build_folder, check_free
from storage.export.formats import FORMAT_NAMES, Format, load_format
from storage.export.option_words import SHARD_SIZE
from storage.export.released_file import ReleasedFile, describe_file
from storage.export.rows.assign_splits import SplitAssigner, make_split_assigner
from storage.export.rows.read import read_articles, read_pieces
from storage.export.rows.shards import ShardTarget, ShardWriter
from storage.export.rows.splits import Splits
from storage.export.schema import ARTICLES, Table
from storage.export.selection.choose import LeftOutCounts, choose_articles, count_left_out
from storage.export.selection.selection import Selection
from storage.export.tables import EXTRA_TABLES, ExtraTable

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Progress = Callable[[int, int], None]  # called with rows written and rows in total


@dataclass(frozen=True, slots=True)
class ReleaseOptions:
    """How a release is written: formats, name, splits, size of the files.

    Raise `BadArgument` for an invalid option and `ExportRefused` for an unknown format.
    """

    formats: tuple[str, ...] = ("jsonl",)
    name: str | None = None
    splits: Splits | None = None
    shard_size: int = SHARD_SIZE

    def __post_init__(self) -> None:
        for name in self.formats:
            load_format(name)
        if self.name is not None and not NAME.fullmatch(self.name):
            raise BadArgument(
                f"--name must be up to 64 of a-z A-Z 0-9 . _ -, beginning with a letter or a digit, got {self.name!r}"
            )
        if self.shard_size < 1:
            raise BadArgument(f"--shard-size must be a whole number of at least 1, got {self.shard_size}")


@dataclass(frozen=True, slots=True)
class ExportResult:
    """A written release. `files` are all files except the manifest, which cannot hold its own checksum.

    `notes` are remarks for the user, one line each.
    """

    folder: Path
    release_id: str
    counts: ReleaseCounts
    left_out: LeftOutCounts
    files: tuple[ReleasedFile, ...]
    notes: tuple[str, ...]


def export_release(
    engine: Engine, folder: Path, selection: Selection, options: ReleaseOptions | None = None, *, progress: Progress
) -> ExportResult:
    """Write the selected articles to the new folder `folder`.

    The folder appears when all its files are on the disk; an error before that leaves nothing behind. The same store,
    selection and options give the same bytes. Raise `ExportRefused` for a folder that is not free or a selection
    without articles, `BadArgument` for a site, language, section or licence without an article in the store, and
    `ExportFailed` if the disk or the database fails.
    """
    options = options or ReleaseOptions()
    # The same formats in another order, or given twice, must give the same release.
    formats = tuple(load_format(name) for name in FORMAT_NAMES if name in options.formats)
    extras = _select_extra_tables(selection, formats)
    check_free(folder)
    try:
        with open_for_reading(engine) as connection:
            needs_first = options.splits is not None and options.splits.method != "story"
            total = choose_articles(connection, selection, with_first=needs_first)
            missing = count_left_out(connection, selection)
            if not total:
                raise ExportRefused(_explain_empty(selection, missing))
            with build_folder(folder) as draft:
                writer = _ReleaseWriter(connection, draft, formats, options, total, progress)
                writer.write_articles()
                for extra in extras:
                    writer.write_extra(extra, selection)
                facts = ReleaseFacts(
                    name=options.name,
                    release_id="",
                    selection=selection,
                    counts=writer.counts,
                    left_out=missing,
                    formats=formats,
                    tables=(ARTICLES, *(extra.table for extra in extras)),
                    splits=options.splits,
                    files=tuple(writer.files),
                )
                facts = replace(
                    facts, release_id=manifest.compute_release_id(manifest.build_manifest(facts, facts.files))
                )
                files = (*facts.files, *_write_descriptions(facts, draft))
                manifest.write_manifest(draft, manifest.build_manifest(facts, files))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ExportFailed(f"stopped, and nothing was kept: writing beside {folder} failed: {reason}") from error
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise ExportFailed(f"stopped, and nothing was kept: the database failed: {reason}") from error
    return ExportResult(folder.resolve(), facts.release_id, facts.counts, missing, files, tuple(writer.notes))


class _ReleaseWriter:
    """Writes the tables of a release into its draft."""

    def __init__(
        self,
        connection: Connection,
        draft: Path,
        formats: Sequence[Format],
        options: ReleaseOptions,
        total: int,
        progress: Progress,
    ) -> None:
        self._connection = connection
        self._draft = draft
        self._formats = formats
        self._options = options
        self._total = total
        self._progress = progress
        self._done = 0
        self.counts = ReleaseCounts()
        self.files: list[ReleasedFile] = []
        self.notes: list[str] = []

    def write_articles(self) -> None:
        splits = self._options.splits
        names: tuple[str | None, ...] = splits.names if splits else (None,)
        assigner = (
            make_split_assigner(self._connection, splits) if splits else SplitAssigner((), lambda _batch, _columns: ())
        )
        with ExitStack() as stack:
            shards = {name: self._open_shards(stack, ARTICLES, name) for name in names}
            for batch, extra_columns in read_articles(self._connection, *assigner.extra_columns):
                if any(one.needs_blocks for one in self._formats):
                    batch.pieces = read_pieces(self._connection, batch.column("id"))
                self.counts.add(batch)
                if splits is None:
                    self._write(shards[None], batch)
                    continue
                assigned = assigner.assign(batch, extra_columns)
                self.counts.splits.update(assigned)
                for name in splits.names:
                    rows = [row for row, split in enumerate(assigned) if split == name]
                    if rows:
                        self._write(shards[name], batch.take(rows))
        self._finish(one for several in shards.values() for one in several)
        empty = [name for name in names if name and not self.counts.splits[name]]
        if empty:
            self.notes.append(f"no article is in the split: {', '.join(empty)}; no file is written for it")

    def write_extra(self, extra: ExtraTable, selection: Selection) -> None:
        rows = extra.count_rows(self._connection, selection)
        if not rows:
            self.notes.append(f"the table {extra.table.name} is empty; no file is written for it")
            return
        self._total += rows
        with ExitStack() as stack:
            shards = self._open_shards(stack, extra.table, None)
            for batch in extra.stream_batches(self._connection, selection):
                self._write(shards, batch)
        self._finish(shards)

    def _open_shards(self, stack: ExitStack, table: Table, split: str | None) -> list[ShardWriter]:
        return [
            stack.enter_context(ShardWriter(self._draft, ShardTarget(table, one, split), self._options.shard_size))
            for one in self._formats
            if one.can_write(table)
        ]

    def _write(self, shards: Sequence[ShardWriter], batch: Batch) -> None:
        for one in shards:
            one.write(batch)
        self._done += len(batch)
        self._progress(self._done, self._total)

    def _finish(self, shards: Iterable[ShardWriter]) -> None:
        self.files.extend(file for one in shards for file in one.rename_files())


def _select_extra_tables(selection: Selection, formats: Sequence[Format]) -> list[ExtraTable]:
    selected = []
    for name in selection.include:
        if name not in EXTRA_TABLES:
            raise BadArgument(f"--include: unknown value {name!r}; choose from: {', '.join(EXTRA_TABLES)}")
        selected.append(EXTRA_TABLES[name])
        if not any(one.can_write(EXTRA_TABLES[name].table) for one in formats):
            raise BadArgument(
                f"--include {name}: {' and '.join(one.name for one in formats)} cannot hold this table; "
                "add --format jsonl"
            )
    return selected


def _write_descriptions(facts: ReleaseFacts, draft: Path) -> list[ReleasedFile]:
    """Write all descriptions except the manifest into the draft, and return their files."""
    texts = {
        card.CARD_FILE: card.build_card(facts),
        citation.CITATION_FILE: citation.build_citation(facts),
        croissant.CROISSANT_FILE: croissant.build_croissant(facts),
        **plots.draw_plots(facts),
    }
    for path, text in texts.items():
        (draft / path).parent.mkdir(exist_ok=True)
        (draft / path).write_text(text, encoding="utf-8", newline="\n")
    return [describe_file(draft, path) for path in sorted(texts)]


def _explain_empty(selection: Selection, missing: LeftOutCounts) -> str:
    not_filters = {"include_duplicates", "one_per_story", "include"}
    filters = {name: value for name, value in selection.filters.items() if value and name not in not_filters}
    left_out = f"{sum(missing.duplicates.values())} duplicates and {sum(missing.rejected.values())} rejected pages"
    reason = "no article of the store matches the filters" if filters else "the store holds no article"
    return f"nothing to export: {reason} ({left_out} left out)"

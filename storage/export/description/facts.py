"""The facts of a release once its data files are written. The card and the other descriptions are made from them."""

from __future__ import annotations

from dataclasses import dataclass

from storage.export.description.counts import ReleaseCounts
from storage.export.formats import Format
from storage.export.released_file import ReleasedFile
from storage.export.rows.splits import Splits
from storage.export.schema import Table
from storage.export.selection.choose import LeftOutCounts
from storage.export.selection.selection import Selection


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """A release: its selection, its counts and its data files.

    `tables` begins with the articles. `files` are in the order of table, format, split and number. `counts.splits` has
    the articles of each split. The module `manifest` explains `release_id`.
    """

    name: str | None
    release_id: str
    selection: Selection
    counts: ReleaseCounts
    left_out: LeftOutCounts
    formats: tuple[Format, ...]
    tables: tuple[Table, ...]
    splits: Splits | None
    files: tuple[ReleasedFile, ...]

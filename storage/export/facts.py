"""What is known of a release when its data files stand: all that its card and its other descriptions are made from."""

from __future__ import annotations

from dataclasses import dataclass

from storage.export.formats import Format
from storage.export.schema import Table
from storage.export.selection import LeftOut, Selection
from storage.export.splits import Splits
from storage.export.tally import Tally


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """One file of a release; `path` is relative to its folder, with "/".

    `rows` is none where it holds no records. A data file says of which `table`, in which `format` and, of the articles
    where there are splits, of which `split` it is.
    """

    path: str
    bytes: int
    rows: int | None
    sha256: str
    table: str | None = None
    format: str | None = None
    split: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """A release: what was asked for, what was found, what was written.

    `tables` are those that it holds, the articles first; `files` its data files, by table, format, split and number.
    `splits` is none where there are none; `tally.splits` says how many articles each holds. `release_id` is the SHA-256
    that the manifest explains.
    """

    name: str | None
    release_id: str
    selection: Selection
    tally: Tally
    left_out: LeftOut
    formats: tuple[Format, ...]
    tables: tuple[Table, ...]
    splits: Splits | None
    files: tuple[ReleasedFile, ...]

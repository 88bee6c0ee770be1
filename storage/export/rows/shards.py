"""Writes the files (shards) of one table in one format.

A new file begins when the last one is full. The files get their names at the end, when their number is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.export.batch import Batch
from storage.export.formats import Format, WriteBatch
from storage.export.released_file import ReleasedFile, describe_file
from storage.export.schema import Table


@dataclass(frozen=True, slots=True)
class ShardTarget:
    """The table, format and split that a file belongs to."""

    table: Table
    format: Format
    split: str | None = None

    @property
    def stem(self) -> str:
        return self.split or self.table.name


class ShardWriter:
    """Writes batches to files of at most `size` rows each. A file is created with its first row."""

    def __init__(self, draft: Path, target: ShardTarget, size: int) -> None:
        self._draft = draft
        self._target = target
        self._size = size
        self._rows: list[int] = []  # of each file
        self._open = ExitStack()
        self._write: WriteBatch | None = None

    def write(self, batch: Batch) -> None:
        start = 0
        while start < len(batch):
            if self._write is None or self._rows[-1] == self._size:
                self._write = self._open_next()
            end = min(len(batch), start + self._size - self._rows[-1])
            self._write(batch if end - start == len(batch) else batch.slice(start, end))
            self._rows[-1] += end - start
            start = end

    def rename_files(self) -> Iterator[ReleasedFile]:
        """Give the complete files their final names, and yield them. Call this after the context has ended."""
        target = self._target
        for number, rows in enumerate(self._rows, 1):
            several = f"-{number:05d}-of-{len(self._rows):05d}" if len(self._rows) > 1 else ""
            path = f"{target.table.folder}/{target.stem}{several}{target.format.suffix}"
            self._get_draft_path(number).rename(self._draft / path)
            file = describe_file(self._draft, path)
            yield replace(file, rows=rows, table=target.table.name, format=target.format.name, split=target.split)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)  # completes the last file, or closes it after an error

    def _open_next(self) -> WriteBatch:
        self._open.close()
        self._rows.append(0)
        path = self._get_draft_path(len(self._rows))
        path.parent.mkdir(exist_ok=True)
        return self._open.enter_context(self._target.format.open_writer(path, self._target.table))

    def _get_draft_path(self, number: int) -> Path:
        target = self._target
        return self._draft / target.table.folder / f".{target.stem}-{number}{target.format.suffix}"

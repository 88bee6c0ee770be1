"""The files of one table in one format: a new one when the last is full, named when it is known how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.export.batch import Batch
from storage.export.facts import ReleasedFile
from storage.export.formats import Format, Write
from storage.export.manifest import described
from storage.export.schema import Table


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows go: to the table's files in that format, of that split."""

    table: Table
    format: Format
    split: str | None = None

    @property
    def stem(self) -> str:
        return self.split or self.table.name


class Shards:
    """Writes batches to files of at most `size` rows each; a file is made when its first row comes."""

    def __init__(self, draft: Path, place: Place, size: int) -> None:
        self._draft = draft
        self._place = place
        self._size = size
        self._rows: list[int] = []  # of each file
        self._open = ExitStack()
        self._write: Write | None = None

    def write(self, batch: Batch) -> None:
        start = 0
        while start < len(batch):
            if self._write is None or self._rows[-1] == self._size:
                self._write = self._next()
            end = min(len(batch), start + self._size - self._rows[-1])
            self._write(batch if end - start == len(batch) else batch.part(start, end))
            self._rows[-1] += end - start
            start = end

    def named(self) -> Iterator[ReleasedFile]:
        """Gives the files, which are complete now, their names."""
        place = self._place
        for number, rows in enumerate(self._rows, 1):
            several = f"-{number:05d}-of-{len(self._rows):05d}" if len(self._rows) > 1 else ""
            path = f"{place.table.folder}/{place.stem}{several}{place.format.suffix}"
            self._path(number).rename(self._draft / path)
            file = described(self._draft, path)
            yield replace(file, rows=rows, table=place.table.name, format=place.format.name, split=place.split)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)  # the last file is completed, or let go of

    def _next(self) -> Write:
        self._open.close()
        self._rows.append(0)
        path = self._path(len(self._rows))
        path.parent.mkdir(exist_ok=True)
        return self._open.enter_context(self._place.format.writing(path, self._place.table))

    def _path(self, number: int) -> Path:
        place = self._place
        return self._draft / place.table.folder / f".{place.stem}-{number}{place.format.suffix}"

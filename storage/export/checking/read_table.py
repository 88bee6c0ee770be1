"""Reads one table of a release that anybody may have made, from the first of its formats that can be read back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cleaning.errors import ExportRefused
from storage.export.checking.read_back import RECORD_READERS, Row, read_records
from storage.export.checking.read_manifest import open_release, read_manifest
from storage.export.checking.safe_open import open_safely

_SPLIT = "split"


class TableReader:
    """Reads the records of the table `name`.

    `format` is the one that is read. With `with_texts` the records have their text, otherwise its SHA-256. Raise
    `ExportRefused` if the folder is no release, or has no such table in a format that can be read back.
    """

    def __init__(self, folder: Path, name: str, *, with_texts: bool = False) -> None:
        self._folder = folder
        self._with_texts = with_texts
        with open_release(folder) as place:
            manifest = read_manifest(place)
        if manifest.faults:
            raise ExportRefused(f"{folder}: {manifest.faults[0]}")
        files = [file for file in manifest.files if file.table == name]
        found = next((one for one in RECORD_READERS if any(file.format == one for file in files)), None)
        if found is None:
            raise ExportRefused(
                f"{folder} has no {name} in a format that can be read back: {', '.join(RECORD_READERS)}"
            )
        self.format: str = found
        self._files = [file for file in files if file.format == found]
        self._is_split = any(file.split is not None for file in self._files)

    @property
    def rows(self) -> int:
        """Number of the records, as the manifest states it."""
        return sum(file.rows or 0 for file in self._files)

    def read_fields(self) -> tuple[str, ...]:
        """Return the names of the fields of the first record; () without a record."""
        return tuple(next(self.read_rows(), {}))

    def read_rows(self) -> Iterator[Row]:
        """Yield the records, with the split as a field if there are splits.

        Raise `ExportRefused` if a file is not as the manifest states.
        """
        with open_release(self._folder) as place:
            for file in self._files:
                try:
                    with open_safely(place, file.path) as stream:
                        for row in read_records(stream, self.format, with_texts=self._with_texts):
                            yield row | {_SPLIT: file.split} if self._is_split else row
                except (OSError, ValueError) as error:
                    why = " ".join(str(error).split())
                    raise ExportRefused(
                        f"cannot read {self._folder}/{file.path}: {why:.200}; check it with --verify"
                    ) from error

"""Reads the records of the files of a release, in the formats that lose nothing."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BufferedReader, TextIOWrapper
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from storage.export.checking.read_columns import MAX_CELL_CHARACTERS, read_csv, read_sqlite
from storage.export.formats import require_library
from storage.export.formats.jsonl import format_time
from storage.export.text_hashes import hash_text

Row = dict[str, Any]  # a record as in JSON Lines

_CHUNK_BYTES = 1 << 20


def count_file_rows(stream: BinaryIO, format_name: str | None) -> int | None:
    """Return the number of rows of a file, None for a format whose rows cannot be counted.

    Raise `ValueError` if the file is not in this format. The stream may be closed afterwards.
    """
    require_library(format_name)
    count = _ROW_COUNTERS.get(format_name or "")
    return None if count is None else count(stream)


def read_records(stream: BinaryIO, format_name: str, *, with_texts: bool = False) -> Iterator[Row]:
    """Yield the records of a file, with the SHA-256 of the text in place of the text.

    `with_texts` leaves the text; the records of "urls" have none then.

    `format_name` is a key of RECORD_READERS. Raise `ValueError` if the file is not in this format.
    """
    require_library(format_name)
    for row in RECORD_READERS[format_name](stream):
        if format_name == "urls":
            digest = row.pop("sha256", None)
            row["text"] = None if with_texts else digest
            row.pop("lines", None)
        elif not with_texts and isinstance(row.get("text"), str):
            row["text"] = hash_text(row["text"])
        for name in ("id", "url"):
            str(row.get(name)).encode()  # a lone surrogate raises UnicodeEncodeError, a ValueError
        yield row


def _read_lines(stream: BinaryIO) -> Iterator[Row]:
    for number, line in enumerate(stream, 1):
        try:
            row = json.loads(line.decode())
        except RecursionError as error:
            raise ValueError(f"line {number} is nested too deeply") from error
        if not isinstance(row, dict):
            raise ValueError(f"line {number} is not an object")  # noqa: TRY004 (the type is that of the file, not of an argument)
        yield row


def _read_compressed_lines(stream: BinaryIO) -> Iterator[Row]:
    import pyarrow as pa  # noqa: PLC0415 (takes longer to load than a small release to read)

    with BufferedReader(pa.CompressedInputStream(stream, "zstd")) as plain:
        yield from _read_lines(plain)


def _read_parquet(stream: BinaryIO) -> Iterator[Row]:
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415 (as above)

    with ParquetFile(stream) as file:
        for batch in file.iter_batches(batch_size=500):
            try:
                rows = [{name: _to_json_value(value) for name, value in row.items()} for row in batch.to_pylist()]
            except (OverflowError, LookupError) as error:  # a time out of range, an unknown time zone
                raise ValueError(str(error)) from error
            yield from rows


def _to_json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_time(value.astimezone(UTC))
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    raise ValueError(f"{type(value).__name__} is not a type of a release")


def _count_lines(stream: BinaryIO) -> int:
    return sum(piece.count(b"\n") for piece in iter(lambda: stream.read(_CHUNK_BYTES), b""))


def _count_compressed_lines(stream: BinaryIO) -> int:
    import pyarrow as pa  # noqa: PLC0415 (as above)

    with pa.CompressedInputStream(stream, "zstd") as plain:
        return _count_lines(plain)


def _count_parquet_rows(stream: BinaryIO) -> int:
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415 (as above)

    with ParquetFile(stream) as file:
        return int(file.metadata.num_rows)


def _count_csv_rows(stream: BinaryIO) -> int:
    before = csv.field_size_limit(MAX_CELL_CHARACTERS)
    try:
        with TextIOWrapper(stream, encoding="utf-8", newline="") as text:
            return max(0, sum(1 for _row in csv.reader(text)) - 1)
    except csv.Error as error:
        raise ValueError(str(error)) from error
    finally:
        csv.field_size_limit(before)


def _count_entries(stream: BinaryIO) -> int:
    try:
        with ZipFile(stream) as archive:
            return len(archive.infolist())
    except (BadZipFile, NotImplementedError) as error:
        raise ValueError(str(error)) from error


RECORD_READERS: dict[str, Callable[[BinaryIO], Iterator[Row]]] = {  # fastest first
    "parquet": _read_parquet,
    "jsonl": _read_lines,
    "jsonl.zst": _read_compressed_lines,
    "sqlite": read_sqlite,
    "csv": read_csv,
    "urls": _read_lines,
}
_ROW_COUNTERS: dict[str, Callable[[BinaryIO], int]] = {
    "parquet": _count_parquet_rows,
    "jsonl": _count_lines,
    "jsonl.zst": _count_compressed_lines,
    "urls": _count_lines,
    "csv": _count_csv_rows,
    "text": _count_entries,
    "markdown": _count_entries,
}

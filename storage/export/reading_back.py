"""Reads the files of a release again, in the formats from which nothing is lost."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BufferedReader, TextIOWrapper
from typing import Any, BinaryIO

from storage.export.formats.jsonl import moment
from storage.export.hashes import text_sha256

Row = dict[str, Any]  # a record as JSON Lines has it

_LARGEST_CELL = 1 << 30  # characters; of csv's own limit a long article has more
_PIECE = 1 << 20


def rows_of(stream: BinaryIO, format_name: str | None) -> int | None:
    """How many rows the file holds; None for a file or a format whose rows cannot be counted. `ValueError` where it
    is not what its format says. The stream may be closed then."""
    count = _COUNTED.get(format_name or "")
    return None if count is None else count(stream)


def records(stream: BinaryIO, format_name: str) -> Iterator[Row]:
    """The records of a file in one of READABLE, with the SHA-256 of the text in place of the text.

    `ValueError` where the file is not what its format says.
    """
    for row in READABLE[format_name](stream):
        if format_name == "urls":
            row["text"] = row.pop("sha256", None)
            row.pop("lines", None)
        elif isinstance(row.get("text"), str):
            row["text"] = text_sha256(row["text"])
        for name in ("id", "url"):
            str(row.get(name)).encode()  # UnicodeEncodeError is a ValueError: half a character can be noted nowhere
        yield row


def _from_lines(stream: BinaryIO) -> Iterator[Row]:
    for number, line in enumerate(stream, 1):
        try:
            row = json.loads(line.decode())
        except RecursionError as error:
            raise ValueError(f"line {number} is too deep") from error
        if not isinstance(row, dict):
            raise ValueError(f"line {number} holds no object")  # noqa: TRY004 (of the file, not of an argument)
        yield row


def _from_frame(stream: BinaryIO) -> Iterator[Row]:
    import pyarrow as pa  # noqa: PLC0415 (takes longer to load than a small release to read)

    with BufferedReader(pa.CompressedInputStream(stream, "zstd")) as plain:
        yield from _from_lines(plain)


def _from_parquet(stream: BinaryIO) -> Iterator[Row]:
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415 (as above)

    with ParquetFile(stream) as file:
        for batch in file.iter_batches(batch_size=500):
            try:
                rows = [{name: _as_in_json(value) for name, value in row.items()} for row in batch.to_pylist()]
            except (OverflowError, LookupError) as error:  # a time beyond all, a zone that there is none of
                raise ValueError(str(error)) from error
            yield from rows


def _as_in_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value.astimezone(UTC))
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    raise ValueError(f"{type(value).__name__} is none of a release's types")


def _lines(stream: BinaryIO) -> int:
    return sum(piece.count(b"\n") for piece in iter(lambda: stream.read(_PIECE), b""))


def _frame_lines(stream: BinaryIO) -> int:
    import pyarrow as pa  # noqa: PLC0415 (as above)

    with pa.CompressedInputStream(stream, "zstd") as plain:
        return _lines(plain)


def _parquet_rows(stream: BinaryIO) -> int:
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415 (as above)

    with ParquetFile(stream) as file:
        return int(file.metadata.num_rows)


def _csv_rows(stream: BinaryIO) -> int:
    before = csv.field_size_limit(_LARGEST_CELL)
    try:
        with TextIOWrapper(stream, encoding="utf-8", newline="") as text:
            return max(0, sum(1 for _row in csv.reader(text)) - 1)
    except csv.Error as error:
        raise ValueError(str(error)) from error
    finally:
        csv.field_size_limit(before)


READABLE: dict[str, Callable[[BinaryIO], Iterator[Row]]] = {  # the quickest first
    "parquet": _from_parquet,
    "jsonl": _from_lines,
    "jsonl.zst": _from_frame,
    "urls": _from_lines,
}
_COUNTED: dict[str, Callable[[BinaryIO], int]] = {
    "parquet": _parquet_rows,
    "jsonl": _lines,
    "jsonl.zst": _frame_lines,
    "urls": _lines,
    "csv": _csv_rows,
}

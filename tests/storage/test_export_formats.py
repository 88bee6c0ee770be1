from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from storage.export.batch import Batch
from storage.export.formats import FORMAT_NAMES, format_named
from storage.export.formats.parquet import ROW_GROUP
from storage.export.schema import ARTICLES, FIELDS, Kind
from storage.models import StoredArticle

START = datetime(2026, 11, 1, tzinfo=UTC)


def record(number: int) -> tuple[Any, ...]:
    values = {
        Kind.TEXT: f"text {number}",
        Kind.TEXTS: [f"one {number}", "two"],
        Kind.MOMENT: START + timedelta(seconds=number),
        Kind.COUNT: number,
        Kind.SHARE: number / 7,
        Kind.TRUTH: number % 3 == 0,
    }
    return tuple(None if field.nullable and number % 2 else values[field.kind] for field in FIELDS)


def written(path: Path, name: str, records: list[tuple[Any, ...]], batch: int) -> bytes:
    with format_named(name).writing(path, ARTICLES) as write:
        left = iter(records)
        while some := list(islice(left, batch)):
            write(Batch(ARTICLES, list(zip(*some, strict=True))))
    return path.read_bytes()


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_the_bytes_do_not_depend_on_how_the_records_were_batched(tmp_path: Path, name: str) -> None:
    records = [record(number) for number in range(2 * ROW_GROUP + 3)]
    sizes = (1, 700, len(records))
    assert len({written(tmp_path / str(size), name, records, size) for size in sizes}) == 1


def test_parquet_comes_in_row_groups_of_one_size(tmp_path: Path) -> None:
    written(tmp_path / "out", "parquet", [record(number) for number in range(2 * ROW_GROUP + 3)], 700)
    about = pyarrow.parquet.ParquetFile(tmp_path / "out").metadata
    assert [about.row_group(index).num_rows for index in range(about.num_row_groups)] == [ROW_GROUP, ROW_GROUP, 3]


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_format_is_found_under_its_own_name(name: str) -> None:
    assert format_named(name).name == name


def test_the_schema_promises_what_the_store_keeps() -> None:
    columns = StoredArticle.__table__.c
    stored = [field for field in FIELDS if field.name != "story"]  # made of two columns, and never null
    assert {field.name: field.nullable for field in stored} == {
        field.name: any(columns[name].nullable for name in field.read_from or (field.name,)) for field in stored
    }

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from cleaning.errors import ExportRefused
from storage.export.batch import Batch
from storage.export.checking.read_back import count_file_rows, read_records
from storage.export.formats import FORMAT_NAMES, PYARROW_FORMATS, load_format
from storage.export.formats.parquet import ROW_GROUP
from storage.export.schema import ARTICLES, FIELDS, FieldKind
from storage.models import StoredArticle

START = datetime(2026, 11, 1, tzinfo=UTC)


def make_record(number: int) -> tuple[Any, ...]:
    values = {
        FieldKind.TEXT: f"text {number}",
        FieldKind.TEXTS: [f"one {number}", "two"],
        FieldKind.TIME: START + timedelta(seconds=number),
        FieldKind.COUNT: number,
        FieldKind.SHARE: number / 7,
        FieldKind.BOOLEAN: number % 3 == 0,
    }
    return tuple(None if field.nullable and number % 2 else values[field.kind] for field in FIELDS)


def write(path: Path, name: str, records: list[tuple[Any, ...]], batch: int) -> bytes:
    with load_format(name).open_writer(path, ARTICLES) as write:
        left = iter(records)
        while some := list(islice(left, batch)):
            write(Batch(ARTICLES, list(zip(*some, strict=True))))
    return path.read_bytes()


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_the_bytes_do_not_depend_on_how_the_records_were_batched(tmp_path: Path, name: str) -> None:
    records = [make_record(number) for number in range(2 * ROW_GROUP + 3 if name == "parquet" else 1503)]
    sizes = (1, 700, len(records))
    assert len({write(tmp_path / str(size), name, records, size) for size in sizes}) == 1


def test_parquet_comes_in_row_groups_of_one_size(tmp_path: Path) -> None:
    write(tmp_path / "out", "parquet", [make_record(number) for number in range(2 * ROW_GROUP + 3)], 700)
    about = pyarrow.parquet.ParquetFile(tmp_path / "out").metadata
    assert [about.row_group(index).num_rows for index in range(about.num_row_groups)] == [ROW_GROUP, ROW_GROUP, 3]


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_a_format_is_found_under_its_own_name(name: str) -> None:
    assert load_format(name).name == name


def test_the_schema_promises_what_the_store_keeps() -> None:
    columns = StoredArticle.__table__.c
    stored = [field for field in FIELDS if field.name != "story"]  # made of two columns, and never null
    assert {field.name: field.nullable for field in stored} == {
        field.name: any(columns[name].nullable for name in field.read_from or (field.name,)) for field in stored
    }


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_without_pyarrow_a_format_that_needs_it_says_so(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as Python marks what cannot be imported
    if name not in PYARROW_FORMATS:
        assert load_format(name).name == name
        return
    with pytest.raises(ExportRefused, match=r"needs pyarrow, which is not installed; run: .*\[parquet\]"):
        load_format(name)
    with pytest.raises(ExportRefused, match="needs pyarrow"):
        count_file_rows(BytesIO(), name)
    with pytest.raises(ExportRefused, match="needs pyarrow"):
        next(read_records(BytesIO(), name))

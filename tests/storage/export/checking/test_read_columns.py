"""Formats that store every value as text or number give back the records that JSON Lines has."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from storage.export.checking.read_back import read_records
from storage.export.checking.read_columns import _restore_text
from storage.export.formats.csv import escape_formulas
from storage.export.release import ReleaseOptions, export_release
from storage.export.selection.selection import Selection

ROWS: list[dict[str, Any]] = [
    {
        "id": "a",
        "title": "=SUM(1)",
        "text": "'quoted'\n\n\t=1;+2\n- item",
        "authors": ['Ada, "Bob"', "=x"],
        "free": True,
    },
    {"id": "b", "title": "", "text": "", "published_at": datetime(2026, 11, 1, 8, 30, tzinfo=UTC), "free": False},
]


@pytest.mark.parametrize("name", ["sqlite", "csv"])
def test_records_are_those_of_json_lines(sqlite_engine: Engine, give_articles: Any, tmp_path: Path, name: str) -> None:
    give_articles(sqlite_engine, ROWS)
    options = ReleaseOptions(("jsonl", name))
    export_release(sqlite_engine, tmp_path / "out", Selection(), options, progress=lambda _done, _total: None)
    lines = (tmp_path / "out/data/articles.jsonl").read_text(encoding="utf-8").splitlines()
    with (tmp_path / f"out/data/articles.{name}").open("rb") as file:
        assert list(read_records(file, name, with_texts=True)) == [json.loads(line) for line in lines]


@given(st.text(st.sampled_from("'=+ \t\r\n\";,ab")))
def test_apostrophes_against_formulas_are_taken_away(text: str) -> None:
    assert _restore_text(escape_formulas(text)) == text


def test_a_long_run_of_white_space_is_read_once() -> None:
    assert len(_restore_text("\n" * 1_000_000)) == 1_000_000


@pytest.mark.parametrize(
    "made_by",
    [
        "CREATE VIEW articles AS SELECT 1 AS id",
        "CREATE VIRTUAL TABLE articles USING fts5(id)",
        "CREATE TABLE other (id)",
        "CREATE TABLE articles (id); CREATE TABLE removed (article_id)",
    ],
)
def test_a_database_that_is_no_table_of_a_release_is_refused(tmp_path: Path, made_by: str) -> None:
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as database:
        database.executescript(made_by)
    with (tmp_path / "x.sqlite").open("rb") as file, pytest.raises(ValueError, match="has one table of articles"):
        next(read_records(file, "sqlite"))


@pytest.mark.parametrize(("name", "content"), [("sqlite", b"nonsense"), ("csv", b"id,title\r\na\r\n")])
def test_a_file_of_another_form_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with (tmp_path / "x").open("rb") as file, pytest.raises(ValueError, match=r"not a database|more or fewer cells"):
        next(read_records(file, name))

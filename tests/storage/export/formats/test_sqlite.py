"""A release as SQLite: the rows as a program reads them without us, and the index of their words."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from storage.export.release import ReleaseOptions, export_release
from storage.export.selection.selection import Selection

CORPUS: list[dict[str, Any]] = [
    {
        "id": "bridge",
        "title": "Élan at the Harbour",
        "authors": ["Ada Reed", "Ömer Şen"],
        "published_at": datetime(2026, 11, 3, 23, 59, 59, 500000, tzinfo=UTC),
        "free": False,
        "text": "The night ferry runs again.",
    },
    {"id": "council", "site": "courier", "title": "中国政府公布计划", "text": "政府说明了细节。", "language": "zh"},
    {"id": "storm", "site": "courier", "title": "Der Sturm", "text": "Der Sturm über Łódź hält an."},
]


@pytest.fixture
def database(engine: Engine, give_articles: Callable[..., None], tmp_path: Path) -> Path:
    give_articles(engine, CORPUS)
    options = ReleaseOptions(formats=("sqlite", "jsonl"))
    export_release(engine, tmp_path / "release", Selection(), options, progress=lambda _done, _total: None)
    return tmp_path / "release/data/articles.sqlite"


def ask(database: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(query, values).fetchall()


def test_it_holds_the_records_of_the_release(database: Path) -> None:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM articles ORDER BY row")]
    lines = (database.parent / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    for number, (row, line) in enumerate(zip(rows, lines, strict=True), 1):
        assert row.pop("row") == number
        for name, value in json.loads(line).items():
            found = row.pop(name)
            assert (json.loads(found) if isinstance(value, list) else found) == value
        assert not row


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("harbour", ["bridge"]),
        ("elan", ["bridge"]),
        ("Élan ferry", ["bridge"]),
        ('"night ferry"', ["bridge"]),
        ('"ferry night"', []),
        ("title : ferry", []),
        ("text : sturm*", ["storm"]),
        ("lodz", ["storm"]),
        ("政府", ["council"]),
        ('"国政 政府"', ["council"]),
    ],
)
def test_words_of_any_script_are_found(database: Path, words: str, found: list[str]) -> None:
    query = """
        SELECT articles.id FROM articles_search JOIN articles ON articles.row = articles_search.rowid
        WHERE articles_search MATCH ? ORDER BY rank
    """
    assert ask(database, query, words) == [(one,) for one in found]


def test_it_is_whole_and_has_no_free_pages(database: Path) -> None:
    assert ask(database, "PRAGMA integrity_check") == [("ok",)]
    assert ask(database, "PRAGMA freelist_count") == [(0,)]
    assert ask(database, "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name") == [
        (f"articles_{name}",) for name in ("fetched_at", "language", "published_at", "site", "story")
    ]

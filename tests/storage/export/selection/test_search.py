"""A release of what a search finds, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from cleaning.errors import BadArgument, ExportRefused
from storage.export.release import ReleaseOptions, export_release
from storage.export.selection.selection import Selection
from storage.search.index import update_search_index

CORPUS: list[dict[str, Any]] = [
    {"id": "night", "text": "The night ferry runs again.", "title": "Harbour"},
    {"id": "day", "text": "The ferry of the day.", "title": "Harbour"},
    {"id": "elsewhere", "site": "herald", "text": "A night ferry elsewhere.", "title": "Harbour"},
    {"id": "copy", "text": "The night ferry runs again.", "title": "Harbour", "duplicate_of": "night"},
    {"id": "other", "text": "Bread.", "title": "Market"},
    {"id": "none", "text": "The night ferry", "title": "Ferries", "rejected": "section"},
]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"search": '"night ferry"'}, ["elsewhere", "night"]),
        ({"search": "ferry -night"}, ["day"]),
        ({"search": "night ferr*", "sites": ("courier",)}, ["night"]),
        ({"search": '"night ferry"', "include_duplicates": True}, ["copy", "elsewhere", "night"]),
    ],
)
def test_only_hits_are_released(
    engine: Engine, give_articles: Callable[..., None], tmp_path: Path, asked: dict[str, Any], found: list[str]
) -> None:
    fill(engine, give_articles)
    options = ReleaseOptions(formats=("jsonl",))
    export_release(engine, tmp_path / "r", Selection(**asked), options, progress=lambda _done, _total: None)
    lines = (tmp_path / "r/data/articles.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["id"] for line in lines) == found
    manifest = json.loads((tmp_path / "r/manifest.json").read_text())
    assert manifest["filters"]["search"] == asked["search"]


def test_a_search_without_a_hit_makes_no_release(
    engine: Engine, give_articles: Callable[..., None], tmp_path: Path
) -> None:
    fill(engine, give_articles)
    chosen = Selection(search="nothing")
    with pytest.raises(ExportRefused, match="no article of the store matches the filters"):
        export_release(engine, tmp_path / "r", chosen, ReleaseOptions(), progress=lambda _done, _total: None)


def test_a_release_without_a_search_does_not_name_one() -> None:
    assert "search" not in Selection().filters


def test_words_that_cannot_be_searched_are_refused() -> None:
    with pytest.raises(BadArgument, match="has no word in it"):
        Selection(search="!")


def fill(engine: Engine, give_articles: Callable[..., None]) -> None:
    give_articles(engine, CORPUS)
    with engine.begin() as connection:
        for row in CORPUS:
            update_search_index(connection, row["id"])

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from sqlalchemy import Engine, delete, update

from cleaning.errors import ExportRefused
from storage.export.compare import Comparison, Difference
from storage.export.release import Form, export
from storage.export.selection import Selection
from storage.export.splits import splits_asked
from storage.models import StoredArticle

READ_BACK = ("jsonl", "jsonl.zst", "parquet", "urls")
ROWS: list[dict[str, Any]] = [
    {"id": key, "published_at": datetime(2026, 11, day, tzinfo=UTC), "authors": ["Ada"], "tags": ["x"], "free": True}
    for day, key in enumerate("abcd", 1)
]


def released(engine: Engine, folder: Path, *formats: str) -> Path:
    export(engine, folder, Selection(), Form(formats), progress=lambda _done, _total: None)
    return folder


@pytest.fixture
def store(sqlite_engine: Engine, give_articles: Any) -> Engine:
    give_articles(sqlite_engine, ROWS)
    return sqlite_engine


def changed(engine: Engine, key: str, **fields: Any) -> None:
    with engine.begin() as connection:
        connection.execute(update(StoredArticle).where(StoredArticle.id == key).values(**fields))


def test_what_was_added_removed_and_changed_is_said_with_its_fields_in_every_pair_of_formats(
    store: Engine, give_articles: Any, tmp_path: Path
) -> None:
    for name in READ_BACK:
        released(store, tmp_path / f"old-{name}", name)
    give_articles(store, [{"id": "e"}])
    changed(store, "a", text="Another.", words=1)
    changed(store, "b", published_at=datetime(2026, 12, 1, tzinfo=UTC))  # it moves to the end
    with store.begin() as connection:
        connection.execute(delete(StoredArticle).where(StoredArticle.id == "c"))
    for name in READ_BACK:
        released(store, tmp_path / f"new-{name}", name)
    url = "https://news.example/"
    for old in READ_BACK:
        for new in READ_BACK:
            comparison = Comparison(tmp_path / f"old-{old}", tmp_path / f"new-{new}")
            assert list(comparison.differences()) == [
                Difference("changed", "a", f"{url}a", ("text", "words")),
                Difference("added", "e", f"{url}e"),
                Difference("changed", "b", f"{url}b", ("published_at",)),
                Difference("removed", "c", f"{url}c"),
            ], (old, new)
            found = comparison.found
            assert (found.same, found.added, found.removed, found.changed) == (1, 1, 1, 2)
            assert found.fields == {"text": 1, "words": 1, "published_at": 1}
            assert bool(found.unknown) == (old != new and "urls" in (old, new))


def test_a_release_does_not_differ_from_itself_in_another_format(store: Engine, tmp_path: Path) -> None:
    old = released(store, tmp_path / "old", "jsonl", "csv")
    new = released(store, tmp_path / "new", "parquet")
    comparison = Comparison(old, new)
    assert list(comparison.differences()) == []
    assert not comparison.found.differ
    assert comparison.found.same == 4


def test_what_was_only_fetched_again_is_counted_apart(store: Engine, tmp_path: Path) -> None:
    old = released(store, tmp_path / "old", "jsonl")
    changed(store, "a", fetched_at=datetime(2026, 11, 29, tzinfo=UTC))
    comparison = Comparison(old, released(store, tmp_path / "new", "jsonl"))
    assert [(difference.what, difference.id) for difference in comparison.differences()] == [("refetched", "a")]
    assert (comparison.found.changed, comparison.found.refetched, comparison.found.differ) == (0, 1, True)


def test_an_article_in_another_split_has_changed(store: Engine, tmp_path: Path) -> None:
    folders = []
    for seed in range(2):
        folders.append(tmp_path / str(seed))
        form = Form(("jsonl",), splits=splits_asked("train=0.5,test=0.5", "story", seed))
        export(store, folders[-1], Selection(), form, progress=lambda *_: None)
    for difference in Comparison(*folders).differences():
        assert (difference.what, difference.fields) == ("changed", ("split",))
    comparison = Comparison(folders[0], released(store, tmp_path / "whole", "jsonl"))
    assert list(comparison.differences()) == []
    assert comparison.found.unknown == ("split",)


def test_any_field_that_changes_is_a_change(store: Engine, tmp_path: Path) -> None:
    old = released(store, tmp_path / "old", "jsonl")
    changes: dict[str, Any] = {"title": "T", "authors": [], "free": None, "licence": "cc", "language_probability": 0.5}
    changed(store, "a", **changes)
    (difference,) = Comparison(old, released(store, tmp_path / "new", "parquet")).differences()
    assert set(difference.fields) == set(changes)


def test_a_release_that_cannot_be_read_back_is_refused_in_one_line(store: Engine, tmp_path: Path) -> None:
    whole = released(store, tmp_path / "whole", "jsonl")
    for folder, why in (
        (released(store, tmp_path / "csv", "csv"), "holds no articles that can be read back: parquet, jsonl"),
        (tmp_path, "is no release"),
    ):
        with pytest.raises(ExportRefused, match=why):
            list(Comparison(whole, folder).differences())
    broken = released(store, tmp_path / "broken", "jsonl")
    (broken / "data/articles.jsonl").write_text("{}\nnonsense\n")
    with pytest.raises(ExportRefused, match=r"cannot read .*articles\.jsonl: .*; --verify it"):
        list(Comparison(whole, broken).differences())
    (broken / "manifest.json").write_text("{}")
    with pytest.raises(ExportRefused, match=r"manifest\.json: has no"):
        list(Comparison(broken, whole).differences())


@pytest.mark.parametrize(
    "column",
    [
        pa.array([2**62], pa.timestamp("us", tz="UTC")),  # a time beyond all years
        pa.array([0], pa.timestamp("us", tz="Nowhere/Nowhere")),
        pa.array([b"\xff"]),
        pa.array([Decimal("1.5")]),
        pa.array([[b"\xff"]]),
    ],
    ids=["time", "zone", "bytes", "decimal", "list"],
)
def test_a_column_that_no_release_has_is_refused(store: Engine, tmp_path: Path, column: pa.Array) -> None:
    release = released(store, tmp_path / "release", "parquet")
    pyarrow.parquet.write_table(pa.table({"id": column}), release / "data/articles.parquet")
    with pytest.raises(ExportRefused, match=r"cannot read .*articles\.parquet: .*; --verify it"):
        list(Comparison(release, release).differences())


def test_half_a_character_in_an_id_is_refused(store: Engine, tmp_path: Path) -> None:
    release = released(store, tmp_path / "release", "jsonl")
    (release / "data/articles.jsonl").write_text('{"id": "\\ud800", "url": "x"}\n', encoding="ascii")
    with pytest.raises(ExportRefused, match="surrogates not allowed; --verify it"):
        list(Comparison(release, release).differences())

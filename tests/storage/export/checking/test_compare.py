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
from storage.export.checking.compare import ArticleDifference, ReleaseComparison
from storage.export.release import ReleaseOptions, export_release
from storage.export.rows.splits import parse_splits
from storage.export.selection.selection import Selection
from storage.models import StoredArticle

READ_BACK = ("jsonl", "jsonl.zst", "parquet", "sqlite", "csv", "urls")
ROWS: list[dict[str, Any]] = [
    {"id": key, "published_at": datetime(2026, 11, day, tzinfo=UTC), "authors": ["Ada"], "tags": ["x"], "free": True}
    for day, key in enumerate("abcd", 1)
]


def export(engine: Engine, folder: Path, *formats: str) -> Path:
    export_release(engine, folder, Selection(), ReleaseOptions(formats), progress=lambda _done, _total: None)
    return folder


@pytest.fixture
def store(sqlite_engine: Engine, give_articles: Any) -> Engine:
    give_articles(sqlite_engine, ROWS)
    return sqlite_engine


def update_article(engine: Engine, key: str, **fields: Any) -> None:
    with engine.begin() as connection:
        connection.execute(update(StoredArticle).where(StoredArticle.id == key).values(**fields))


def test_added_removed_and_changed_articles_are_found_in_every_pair_of_formats(
    store: Engine, give_articles: Any, tmp_path: Path
) -> None:
    for name in READ_BACK:
        export(store, tmp_path / f"old-{name}", name)
    give_articles(store, [{"id": "e"}])
    update_article(store, "a", text="Another.", words=1)
    update_article(store, "b", published_at=datetime(2026, 12, 1, tzinfo=UTC))  # it moves to the end
    with store.begin() as connection:
        connection.execute(delete(StoredArticle).where(StoredArticle.id == "c"))
    for name in READ_BACK:
        export(store, tmp_path / f"new-{name}", name)
    url = "https://news.example/"
    for old in READ_BACK:
        for new in READ_BACK:
            comparison = ReleaseComparison(tmp_path / f"old-{old}", tmp_path / f"new-{new}")
            assert list(comparison.iter_differences()) == [
                ArticleDifference("changed", "a", f"{url}a", ("text", "words")),
                ArticleDifference("added", "e", f"{url}e"),
                ArticleDifference("changed", "b", f"{url}b", ("published_at",)),
                ArticleDifference("removed", "c", f"{url}c"),
            ], (old, new)
            found = comparison.counts
            assert (found.same, found.added, found.removed, found.changed) == (1, 1, 1, 2)
            assert found.fields == {"text": 1, "words": 1, "published_at": 1}
            assert bool(found.unknown) == (old != new and "urls" in (old, new))


def test_a_release_does_not_differ_from_itself_in_another_format(store: Engine, tmp_path: Path) -> None:
    old = export(store, tmp_path / "old", "jsonl", "csv")
    new = export(store, tmp_path / "new", "parquet")
    comparison = ReleaseComparison(old, new)
    assert list(comparison.iter_differences()) == []
    assert not comparison.counts.has_differences
    assert comparison.counts.same == 4


def test_articles_that_were_only_fetched_again_are_counted_separately(store: Engine, tmp_path: Path) -> None:
    old = export(store, tmp_path / "old", "jsonl")
    update_article(store, "a", fetched_at=datetime(2026, 11, 29, tzinfo=UTC))
    comparison = ReleaseComparison(old, export(store, tmp_path / "new", "jsonl"))
    assert [(difference.what, difference.id) for difference in comparison.iter_differences()] == [("refetched", "a")]
    assert (comparison.counts.changed, comparison.counts.refetched, comparison.counts.has_differences) == (0, 1, True)


def test_an_article_in_another_split_has_changed(store: Engine, tmp_path: Path) -> None:
    folders = []
    for seed in range(2):
        folders.append(tmp_path / str(seed))
        form = ReleaseOptions(("jsonl",), splits=parse_splits("train=0.5,test=0.5", "story", seed))
        export_release(store, folders[-1], Selection(), form, progress=lambda *_: None)
    for difference in ReleaseComparison(*folders).iter_differences():
        assert (difference.what, difference.fields) == ("changed", ("split",))
    comparison = ReleaseComparison(folders[0], export(store, tmp_path / "whole", "jsonl"))
    assert list(comparison.iter_differences()) == []
    assert comparison.counts.unknown == ("split",)


def test_any_field_that_changes_is_a_change(store: Engine, tmp_path: Path) -> None:
    old = export(store, tmp_path / "old", "jsonl")
    changes: dict[str, Any] = {"title": "T", "authors": [], "free": None, "licence": "cc", "language_probability": 0.5}
    update_article(store, "a", **changes)
    (difference,) = ReleaseComparison(old, export(store, tmp_path / "new", "parquet")).iter_differences()
    assert set(difference.fields) == set(changes)


def test_a_release_that_cannot_be_read_back_is_refused_in_one_line(store: Engine, tmp_path: Path) -> None:
    whole = export(store, tmp_path / "whole", "jsonl")
    for folder, why in (
        (export(store, tmp_path / "text", "text"), "has no articles in a format that can be read back: parquet, jsonl"),
        (tmp_path, "is not a release"),
    ):
        with pytest.raises(ExportRefused, match=why):
            list(ReleaseComparison(whole, folder).iter_differences())
    broken = export(store, tmp_path / "broken", "jsonl")
    (broken / "data/articles.jsonl").write_text("{}\nnonsense\n")
    with pytest.raises(ExportRefused, match=r"cannot read .*articles\.jsonl: .*; check it with --verify"):
        list(ReleaseComparison(whole, broken).iter_differences())
    (broken / "manifest.json").write_text("{}")
    with pytest.raises(ExportRefused, match=r"manifest\.json: has no"):
        list(ReleaseComparison(broken, whole).iter_differences())


@pytest.mark.parametrize(
    "column",
    [
        pa.array([2**62], pa.timestamp("us", tz="UTC")),  # a time out of range
        pa.array([0], pa.timestamp("us", tz="Nowhere/Nowhere")),
        pa.array([b"\xff"]),
        pa.array([Decimal("1.5")]),
        pa.array([[b"\xff"]]),
    ],
    ids=["time", "zone", "bytes", "decimal", "list"],
)
def test_a_column_that_no_release_has_is_refused(store: Engine, tmp_path: Path, column: pa.Array) -> None:
    release = export(store, tmp_path / "release", "parquet")
    pyarrow.parquet.write_table(pa.table({"id": column}), release / "data/articles.parquet")
    with pytest.raises(ExportRefused, match=r"cannot read .*articles\.parquet: .*; check it with --verify"):
        list(ReleaseComparison(release, release).iter_differences())


def test_a_lone_surrogate_in_an_id_is_refused(store: Engine, tmp_path: Path) -> None:
    release = export(store, tmp_path / "release", "jsonl")
    (release / "data/articles.jsonl").write_text('{"id": "\\ud800", "url": "x"}\n', encoding="ascii")
    with pytest.raises(ExportRefused, match="surrogates not allowed; check it with --verify"):
        list(ReleaseComparison(release, release).iter_differences())

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from cleaning.errors import BadArgument
from storage.export.release import ExportResult, ReleaseOptions, export_release
from storage.export.rows.splits import SPLIT_METHODS, assign_days, assign_sites, assign_story, parse_splits
from storage.export.selection.selection import Selection

THREE = "train=0.8,validation=0.1,test=0.1"
START = datetime(2026, 11, 1, tzinfo=UTC)


def articles(number: int) -> list[dict[str, Any]]:
    """Return articles on ten sites over twenty days; every third belongs to the story of the one ten before it."""
    rows: list[dict[str, Any]] = []
    for place in range(number):
        row: dict[str, Any] = {
            "id": f"{place:04d}",
            "site": f"site{place % 10}",
            "published_at": START + timedelta(days=place * 20 // number, seconds=place),
        }
        if place % 3 == 0 and place >= 7:
            first = rows[place - 7]
            row |= {"duplicate_of": first.get("duplicate_of", first["id"]), "duplicate_rule": "near-duplicate"}
        rows.append(row)
    return rows


def export_splits(engine: Engine, folder: Path, splits: str, method: str, seed: int = 0, **asked: Any) -> ExportResult:
    form = ReleaseOptions(splits=parse_splits(splits, method, seed))
    return export_release(engine, folder, Selection(**asked), form, progress=lambda _done, _total: None)


def read_splits(folder: Path) -> dict[str, list[dict[str, Any]]]:
    return {
        path.stem: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for path in (folder / "data").iterdir()
    }


@pytest.mark.parametrize("method", SPLIT_METHODS)
def test_no_story_is_in_two_splits(engine: Engine, give_articles: Any, tmp_path: Path, method: str) -> None:
    give_articles(engine, articles(200))
    release = export_splits(
        engine, tmp_path / "out", "train=0.5,validation=0.25,test=0.25", method, include_duplicates=True
    )
    found = read_splits(tmp_path / "out")
    assert {name: len(records) for name, records in found.items()} == dict(release.counts.splits)
    assert sum(len(records) for records in found.values()) == 200
    sides = {record["story"]: name for name, records in found.items() for record in records}
    assert all(sides[record["story"]] == name for name, records in found.items() for record in records)
    assert min(len(records) for records in found.values()) >= 20


def test_sites_are_whole_and_balanced(sqlite_engine: Engine, give_articles: Any, tmp_path: Path) -> None:
    give_articles(sqlite_engine, articles(200))
    export_splits(sqlite_engine, tmp_path / "out", THREE, "site")
    sites = {name: {record["site"] for record in records} for name, records in read_splits(tmp_path / "out").items()}
    assert sorted(len(names) for names in sites.values()) == [1, 1, 8]
    assert len(set().union(*sites.values())) == 10


def test_the_test_is_later_than_the_training_and_no_day_is_cut(
    sqlite_engine: Engine, give_articles: Any, tmp_path: Path
) -> None:
    give_articles(sqlite_engine, articles(200))
    export_splits(sqlite_engine, tmp_path / "out", THREE, "date")
    days = {
        name: {record["published_at"][:10] for record in records}
        for name, records in read_splits(tmp_path / "out").items()
    }
    assert max(days["train"]) < min(days["validation"]) <= max(days["validation"]) < min(days["test"])
    assert [len(days[name]) for name in ("train", "validation", "test")] == [16, 2, 2]


def test_a_late_copy_of_an_early_story_is_in_its_split(
    sqlite_engine: Engine, give_articles: Any, tmp_path: Path
) -> None:
    give_articles(sqlite_engine, articles(200))
    late = START + timedelta(days=60)
    give_articles(
        sqlite_engine,
        [{"id": "copy", "site": "far", "published_at": late, "duplicate_of": "0000", "duplicate_rule": "r"}],
    )
    for method in ("site", "date"):
        export_splits(sqlite_engine, tmp_path / method, THREE, method, include_duplicates=True)
        side = {record["id"]: name for name, records in read_splits(tmp_path / method).items() for record in records}
        assert side["copy"] == side["0000"]


def test_an_article_stays_in_its_split_in_a_later_release(
    sqlite_engine: Engine, give_articles: Any, tmp_path: Path
) -> None:
    rows = articles(200)
    give_articles(sqlite_engine, rows[:100])
    export_splits(sqlite_engine, tmp_path / "old", THREE, "story")
    give_articles(sqlite_engine, rows[100:])
    export_splits(sqlite_engine, tmp_path / "new", THREE, "story")
    old, new = read_splits(tmp_path / "old"), read_splits(tmp_path / "new")
    for name, records in old.items():
        assert {record["id"] for record in records} <= {record["id"] for record in new[name]}


def test_the_split_depends_on_the_seed() -> None:
    stories = [str(number) for number in range(1000)]

    def sides(seed: int) -> list[str]:
        return [assign_story(parse_splits(THREE, "story", seed), story) for story in stories]

    assert sides(1) == sides(1) != sides(2)
    counts = Counter(sides(1))
    assert 760 <= counts["train"] <= 840
    assert min(counts["validation"], counts["test"]) >= 70


def test_an_empty_split_is_reported_and_has_no_file(sqlite_engine: Engine, give_articles: Any, tmp_path: Path) -> None:
    give_articles(sqlite_engine, [{"id": "only"}])
    release = export_splits(sqlite_engine, tmp_path / "out", THREE, "date")
    assert len(read_splits(tmp_path / "out")) == 1
    (note,) = release.notes
    assert note.startswith("no article is in the split: ")


def test_a_large_site_goes_where_most_is_lacking() -> None:
    placed_sites = assign_sites(parse_splits("train=0.5,test=0.5"), {"large": 100, "a": 30, "b": 30, "c": 40})
    sizes = Counter[str]()
    for site, number in {"large": 100, "a": 30, "b": 30, "c": 40}.items():
        sizes[placed_sites[site]] += number
    assert abs(sizes["train"] - sizes["test"]) <= 100


def test_days_are_cut_at_the_nearest() -> None:
    assert assign_days(parse_splits("a=0.5,b=0.5"), {"2026-11-02": 6, "2026-11-01": 4}) == {
        "2026-11-01": "a",
        "2026-11-02": "b",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "invalid name ''"),
        ("train=0.8", "the shares must sum to 1, got 0.8"),
        ("train=0.8,test=0.3", "the shares must sum to 1, got 1.1"),
        ("train=1,test=0", "the share of test must be above 0"),
        ("train=0.5,train=0.5", "train is given twice"),
        ("../up=1", "invalid name '../up'"),
        ("Train=1", "invalid name 'Train'"),
        ("train", "the share of train must be"),
        ("train=1e0", "the share of train must be"),
        ("train=nan", "the share of train must be"),
        (",".join(f"s{number}=0.04" for number in range(25)), "at most 20 splits"),
    ],
)
def test_invalid_splits_are_refused(text: str, message: str) -> None:
    with pytest.raises(BadArgument, match=f"--splits: {message}"):
        parse_splits(text)


def test_shares_are_exact_and_the_method_is_known() -> None:
    assert parse_splits("a=0.7, b=0.2, c=0.1").shares[0] == ("a", Fraction(7, 10))
    with pytest.raises(BadArgument, match="--split-by: unknown value 'author'; choose from: story, site, date"):
        parse_splits("a=1", "author")


def test_a_split_cannot_have_a_name_that_datasets_reserves() -> None:
    with pytest.raises(BadArgument, match="a split cannot be named all"):
        parse_splits("all=0.5,test=0.5")

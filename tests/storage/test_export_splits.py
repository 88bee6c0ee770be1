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
from storage.export.release import Form, Release, export
from storage.export.selection import Selection
from storage.export.splits import WAYS, by_date, by_site, by_story, splits_asked

THREE = "train=0.8,validation=0.1,test=0.1"
START = datetime(2026, 11, 1, tzinfo=UTC)


def articles(number: int) -> list[dict[str, Any]]:
    """So many on ten sites over twenty days, every third of them of the story of one ten before it."""
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


def split(engine: Engine, folder: Path, splits: str, way: str, seed: int = 0, **asked: Any) -> Release:
    form = Form(splits=splits_asked(splits, way, seed))
    return export(engine, folder, Selection(**asked), form, progress=lambda _done, _total: None)


def placed(folder: Path) -> dict[str, list[dict[str, Any]]]:
    return {
        path.stem: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for path in (folder / "data").iterdir()
    }


@pytest.mark.parametrize("way", WAYS)
def test_no_story_stands_on_two_sides(engine: Engine, give_articles: Any, tmp_path: Path, way: str) -> None:
    give_articles(engine, articles(200))
    release = split(engine, tmp_path / "out", "train=0.5,validation=0.25,test=0.25", way, include_duplicates=True)
    found = placed(tmp_path / "out")
    assert {name: len(records) for name, records in found.items()} == dict(release.tally.splits)
    assert sum(len(records) for records in found.values()) == 200
    sides = {record["story"]: name for name, records in found.items() for record in records}
    assert all(sides[record["story"]] == name for name, records in found.items() for record in records)
    assert min(len(records) for records in found.values()) >= 20


def test_sites_are_whole_and_balanced(sqlite_engine: Engine, give_articles: Any, tmp_path: Path) -> None:
    give_articles(sqlite_engine, articles(200))
    split(sqlite_engine, tmp_path / "out", THREE, "site")
    sites = {name: {record["site"] for record in records} for name, records in placed(tmp_path / "out").items()}
    assert sorted(len(names) for names in sites.values()) == [1, 1, 8]
    assert len(set().union(*sites.values())) == 10


def test_the_test_is_later_than_the_training_and_no_day_is_cut(
    sqlite_engine: Engine, give_articles: Any, tmp_path: Path
) -> None:
    give_articles(sqlite_engine, articles(200))
    split(sqlite_engine, tmp_path / "out", THREE, "date")
    days = {
        name: {record["published_at"][:10] for record in records} for name, records in placed(tmp_path / "out").items()
    }
    assert max(days["train"]) < min(days["validation"]) <= max(days["validation"]) < min(days["test"])
    assert [len(days[name]) for name in ("train", "validation", "test")] == [16, 2, 2]


def test_a_late_copy_of_an_early_story_stands_with_it(
    sqlite_engine: Engine, give_articles: Any, tmp_path: Path
) -> None:
    give_articles(sqlite_engine, articles(200))
    late = START + timedelta(days=60)
    give_articles(
        sqlite_engine,
        [{"id": "copy", "site": "far", "published_at": late, "duplicate_of": "0000", "duplicate_rule": "r"}],
    )
    for way in ("site", "date"):
        split(sqlite_engine, tmp_path / way, THREE, way, include_duplicates=True)
        side = {record["id"]: name for name, records in placed(tmp_path / way).items() for record in records}
        assert side["copy"] == side["0000"]


def test_an_article_stays_in_its_split_in_a_later_release(
    sqlite_engine: Engine, give_articles: Any, tmp_path: Path
) -> None:
    rows = articles(200)
    give_articles(sqlite_engine, rows[:100])
    split(sqlite_engine, tmp_path / "old", THREE, "story")
    give_articles(sqlite_engine, rows[100:])
    split(sqlite_engine, tmp_path / "new", THREE, "story")
    old, new = placed(tmp_path / "old"), placed(tmp_path / "new")
    for name, records in old.items():
        assert {record["id"] for record in records} <= {record["id"] for record in new[name]}


def test_another_seed_splits_otherwise_and_the_same_seed_the_same() -> None:
    stories = [str(number) for number in range(1000)]

    def sides(seed: int) -> list[str]:
        return [by_story(splits_asked(THREE, "story", seed), story) for story in stories]

    assert sides(1) == sides(1) != sides(2)
    counts = Counter(sides(1))
    assert 760 <= counts["train"] <= 840
    assert min(counts["validation"], counts["test"]) >= 70


def test_a_split_that_nothing_fell_into_is_said_and_has_no_file(
    sqlite_engine: Engine, give_articles: Any, tmp_path: Path
) -> None:
    give_articles(sqlite_engine, [{"id": "only"}])
    release = split(sqlite_engine, tmp_path / "out", THREE, "date")
    assert len(placed(tmp_path / "out")) == 1
    (note,) = release.notes
    assert note.startswith("no article fell into: ")


def test_a_large_site_goes_where_most_is_lacking() -> None:
    placed_sites = by_site(splits_asked("train=0.5,test=0.5"), {"large": 100, "a": 30, "b": 30, "c": 40})
    sizes = Counter[str]()
    for site, number in {"large": 100, "a": 30, "b": 30, "c": 40}.items():
        sizes[placed_sites[site]] += number
    assert abs(sizes["train"] - sizes["test"]) <= 100


def test_days_are_cut_at_the_nearest() -> None:
    assert by_date(splits_asked("a=0.5,b=0.5"), {"2026-11-02": 6, "2026-11-01": 4}) == {
        "2026-11-01": "a",
        "2026-11-02": "b",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is no name of a split"),
        ("train=0.8", "the shares sum to 0.8, not to 1"),
        ("train=0.8,test=0.3", "the shares sum to 1.1, not to 1"),
        ("train=1,test=0", "test takes a share above 0"),
        ("train=0.5,train=0.5", "train is named twice"),
        ("../up=1", "'../up' is no name of a split"),
        ("Train=1", "'Train' is no name of a split"),
        ("train", "train takes a share"),
        ("train=1e0", "train takes a share"),
        ("train=nan", "train takes a share"),
        (",".join(f"s{number}=0.04" for number in range(25)), "takes up to 20 splits"),
    ],
)
def test_splits_that_cannot_be_meant_are_refused(text: str, message: str) -> None:
    with pytest.raises(BadArgument, match=f"--splits: {message}"):
        splits_asked(text)


def test_shares_are_exact_and_the_way_is_known() -> None:
    assert splits_asked("a=0.7, b=0.2, c=0.1").shares[0] == ("a", Fraction(7, 10))
    with pytest.raises(BadArgument, match="--split-by takes story, site, date, not 'author'"):
        splits_asked("a=1", "author")


def test_a_split_has_no_name_that_datasets_keeps_for_itself() -> None:
    with pytest.raises(BadArgument, match="no split can be called all"):
        splits_asked("all=0.5,test=0.5")

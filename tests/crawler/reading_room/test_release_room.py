"""A release in the reading room: the same pages, and one line where it does not have what a store has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from reading_room_store import Answer, Room, export_room, ignore_progress, open_release_room

from cleaning.errors import ExportRefused
from storage.export.checking.verify import check_release
from storage.export.tables import EXTRA_TABLES
from storage.reading.releases.open_release import open_release_store

WHOLE = {"include": tuple(EXTRA_TABLES), "include_duplicates": True}


@pytest.fixture(scope="module")
def whole(room: Room, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("release")
    with open_release_room(export_room(room.data, folder / "v1", "parquet", **WHOLE), folder / "kept") as one:
        yield one


@pytest.fixture(scope="module")
def bare(room: Room, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A release of articles alone."""
    folder = tmp_path_factory.mktemp("bare")
    with open_release_room(export_room(room.data, folder / "v1", "csv"), folder / "kept") as one:
        yield one


def find(room: Room, words: str) -> str:
    return str(json.loads(room.get(f"/search.json?q={words}").body)["hits"][0]["id"])


@pytest.mark.parametrize("name", ["jsonl", "jsonl.zst", "parquet", "sqlite", "csv"])
def test_the_store_of_a_release_gives_the_same_release_again(room: Room, tmp_path: Path, name: str) -> None:
    folder = export_room(room.data, tmp_path / "one", name, **WHOLE)
    with open_release_store(folder, tmp_path / "kept", ignore_progress) as release:
        store = Path(str(release.engine.url.database)).parent
    again = check_release(export_room(store, tmp_path / "again", name, **WHOLE))
    assert (again.release_id, again.differences) == (release.release_id, ())


def test_a_release_is_made_ready_once(room: Room, tmp_path: Path) -> None:
    folder = export_room(room.data, tmp_path / "one", "jsonl")
    told: list[tuple[int, int]] = []
    for _ in range(2):
        with open_release_store(folder, tmp_path / "kept", lambda *counts: told.append(counts)):
            assert len(list((tmp_path / "kept").iterdir())) == 1
    done, total = told[-1]
    assert done == total
    assert [counts for counts in told if counts == told[0]] == [told[0]]


def test_its_pages_are_those_of_the_store(room: Room, whole: Room) -> None:
    article = find(room, "cider+press")
    for path in ("/search.json?q=harbour&copies=yes", "/search.csv?q=%D7%94%D7%A0%D7%9E%D7%9C"):
        assert whole.get(path).body == room.get(path).body
    for path in ("/", f"/article/{article}", f"/story/{article}", "/sites", "/site/gazette", "/broadsheet/article"):
        assert whole.get(path).status == 200, path
    page = whole.get(f"/article/{article}").body
    assert "<b>repeated_block</b>: stands on other articles of the site, too" in page
    assert "scrapy sites keep" not in page
    assert "<del>five </del><ins>six </ins>" in whole.get(f"/article/{find(room, 'swing+bridge+bearings')}").body
    assert "3 of them repeat another one; 2 further pages are" in whole.get("/").body


def test_the_entries_of_a_live_blog_have_their_headings(room: Room, whole: Room) -> None:
    path = f"/article/{find(room, 'hochwasser+leese+protokoll')}"
    headings = re.findall(r'<h2 class="heading"[^>]*>([^<]+)<', room.get(path).body)
    assert headings[0] == "23.10 Uhr: Der Scheitel ist durch"
    assert re.findall(r'<h2 class="heading"[^>]*>([^<]+)<', whole.get(path).body) == headings


def test_what_it_does_not_have_is_told_in_one_line(whole: Room, bare: Room) -> None:
    article = find(bare, "cider+press")
    raw = whole.get(f"/article/{article}/raw")
    assert (raw.status, "a release holds no page as it was fetched" in raw.body) == (404, True)
    site = whole.get("/site/gazette").body
    assert "A release does not hold the memory, the findings and the nights of a site." in site
    assert "Findings" not in site
    assert "made without --include removed" in bare.get(f"/article/{article}").body
    assert "scrapy export" not in bare.get("/search?q=harbour").body
    assert "only if it was made with --include-duplicates" in bare.get("/").body


def test_empty_tables_of_a_store_are_not_listed(bare: Room) -> None:
    tables = bare.get("/broadsheet").body
    assert ">article<" in tables
    assert ">tombstone<" not in tables


def test_a_release_without_texts_says_so(room: Room, tmp_path: Path) -> None:
    with open_release_room(export_room(room.data, tmp_path / "one", "urls"), tmp_path / "kept") as one:
        assert "The release holds addresses, without headlines and texts" in one.get("/").body
        assert one.get(f"/article/{find(room, 'cider+press')}").status == 200


def test_a_damaged_release_says_so_on_each_page_and_is_not_kept(room: Room, tmp_path: Path) -> None:
    folder = export_room(room.data, tmp_path / "one", "jsonl")
    data = folder / "data/articles.jsonl"
    data.write_text(data.read_text(encoding="utf-8").replace("Cider press finds", "Cider press loses"), "utf-8")
    with open_release_room(folder, tmp_path / "kept") as one:
        answer: Answer = one.get("/search?q=cider")
    assert "It is not as its manifest states: data/articles.jsonl: has another SHA-256" in answer.body
    assert "loses" in answer.body
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": "../../x"}, "has no id of 16 digits"),
        ({"id": 5}, "the id of a record is no string: 5"),
        ({"published_at": "2026-11-01T00:00:00"}, "published_at of a record is no time"),
        ({"fetched_at": None}, "a record has no fetched_at"),
        ({"tags": "x"}, "tags of a record is no list of strings"),
        ({"words": True}, "words of a record is no int64"),
    ],
)
def test_a_record_that_is_none_is_refused_in_one_line(
    room: Room, tmp_path: Path, change: dict[str, object], why: str
) -> None:
    folder = export_room(room.data, tmp_path / "one", "jsonl")
    data = folder / "data/articles.jsonl"
    first, *rest = data.read_text(encoding="utf-8").splitlines()
    data.write_text("\n".join([json.dumps(json.loads(first) | change), *rest]) + "\n", "utf-8")
    with (
        pytest.raises(ExportRefused, match=why),
        open_release_store(folder, tmp_path / "kept", ignore_progress),
    ):
        raise AssertionError

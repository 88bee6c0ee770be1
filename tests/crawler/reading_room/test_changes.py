"""What changed against an older release: found, counted, chosen, and shown word by word."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from reading_room_store import NOON, URLS, Room, export_engine, ignore_progress, serve
from sqlalchemy import Engine, delete, insert, select, update

from crawler.reading_room.changes import ChangeList, find_changes
from crawler.reading_room.compare_stores import Cause, ChangeKind
from crawler.reading_room.room import ReadingRoom
from storage.articles.saving import make_article_id
from storage.models import StoredArticle
from storage.reading.releases.open_release import open_release_store

ROW = StoredArticle.__table__.c
IDS = [make_article_id(url) for url in URLS]


@pytest.fixture
def changes(store: Engine, tmp_path: Path) -> Iterator[ChangeList]:
    """A release of the six articles and a store in which four of them changed, one is gone and one new."""
    older = export_engine(store, tmp_path / "older", "jsonl", include_duplicates=True)

    def change(number: int, **values: object) -> None:
        with store.begin() as connection:
            connection.execute(update(StoredArticle).where(ROW.id == IDS[number]).values(values))

    change(0, text="The ferry sails again on Monday.", fetched_at=NOON + timedelta(days=41))
    change(1, text=ROW.text + "\nAnd another line.", cleaner_version="next")
    change(2, section="Harbour")
    change(4, rejected="paywall")
    with store.begin() as connection:
        connection.execute(delete(StoredArticle).where(ROW.id == IDS[3]))  # a copy: its story is still there
        row = connection.execute(select(StoredArticle.__table__).where(ROW.id == IDS[5])).one()._asdict()
        connection.execute(insert(StoredArticle).values(row | {"id": "f" * 16, "url": "https://herald.example/new"}))
    with (
        open_release_store(older, tmp_path / "kept", ignore_progress) as release,
        find_changes(release, store, ignore_progress) as found,
    ):
        yield found


def test_changes_are_found_with_their_cause_the_largest_first(changes: ChangeList) -> None:
    found = {one.id: one for one in changes.list_page({})}
    kinds = {name: (one.kind, one.cause, one.fields) for name, one in found.items()}
    assert kinds == {
        IDS[0]: (ChangeKind.CHANGED, Cause.FETCHED, ("text",)),
        IDS[1]: (ChangeKind.CHANGED, Cause.CLEANED, ("text",)),
        IDS[2]: (ChangeKind.CHANGED, Cause.CLEANED, ("section",)),
        IDS[4]: (ChangeKind.GONE, None, ()),
        "f" * 16: (ChangeKind.NEW, None, ()),
    }
    assert found[IDS[4]].note == "now rejected: paywall"
    assert found[IDS[1]].cleaners[1] == "next"
    assert (found[IDS[1]].lost, found[IDS[1]].gained) == (0, len("Andanotherline"))
    sizes = [one.lost + one.gained for one in changes.list_page({})]
    assert sizes == sorted(sizes, reverse=True)
    counts = changes.counts
    assert (counts.same, dict(counts.kinds)) == (1, {"changed": 3, "gone": 1, "new": 1})
    assert dict(counts.sites["herald"]) == {"changed": 3}


def test_changes_are_chosen_and_read_word_by_word(changes: ChangeList) -> None:
    def list_ids(**chosen: str) -> set[str]:
        return {one.id for one in changes.list_page(chosen)}

    assert list_ids(cause="cleaned otherwise") == {IDS[1], IDS[2]}
    assert list_ids(field="text", site="herald") == {IDS[0], IDS[1]}
    assert list_ids(kind="gone") == {IDS[4]}
    assert changes.count({"field": "section"}) == 1
    assert changes.read_article(IDS[2]).fields == {"section": (None, "Harbour")}
    assert [run.text for run in changes.read_article(IDS[1]).text if run.what == "new"] == ["\nAnd another line."]
    gone = changes.read_article(IDS[4])
    assert {run.what for run in gone.text} == {"gone"}


def test_the_pages_tell_what_changed_and_give_it_as_a_file(newer: Room) -> None:
    page = newer.get("/changes").body
    assert " are new, " in page
    given = newer.get("/changes.csv?site=gazette")
    assert given.headers["content-disposition"] == 'attachment; filename="changes.csv"'
    rows = list(csv.DictReader(io.StringIO(given.body)))
    assert {(row["site"], row["kind"]) for row in rows} == {("gazette", "gone")}
    article = newer.get(f"/changes/{rows[0]['id']}").body
    assert "<del>" in article
    assert "<script" not in newer.get("/changes?page=2").body


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/changes?kind=x", 400, "kind must be one of changed, gone, new, got"),
        ("/changes?page=x", 400, "page must be a number"),
        ("/changes/0000000000000000", 404, "no article with the id 0000000000000000 changed"),
    ],
)
def test_what_cannot_be_shown_is_told(newer: Room, path: str, status: int, told: str) -> None:
    answer = newer.get(path)
    assert answer.status == status
    assert told in answer.body


def test_a_store_that_has_not_changed_says_so(store: Engine, tmp_path: Path) -> None:
    older = export_engine(store, tmp_path / "older", "jsonl", include_duplicates=True)
    with (
        open_release_store(older, tmp_path / "kept", ignore_progress) as release,
        find_changes(release, store, ignore_progress) as found,
        serve(ReadingRoom(store, None, changes=found), tmp_path) as room,
    ):
        page = room.get("/changes").body
    assert "6 articles are the same, 0 changed" in " ".join(page.split())
    assert "<p>Nothing changed.</p>" in page
    assert "By site" not in page


def test_without_an_older_release_it_says_how_to_name_one(room: Room) -> None:
    answer = room.get("/changes")
    assert (answer.status, "scrapy browse --against FOLDER" in answer.body) == (404, True)
    assert json.loads(room.get("/search.json?q=harbour").body)["hits"]

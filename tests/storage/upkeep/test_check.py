"""Whether a store is sound: one problem for each thing that is wrong, none where nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest
from archived_nights import FIRST, NightlyStore, make_page_url
from sqlalchemy import text, update

from storage.articles.saving import make_article_id
from storage.models import StoredArticle
from storage.search.index import index_backlog
from storage.upkeep.check import StoreProblem, check_archive, check_database, check_rows, count_pruned
from storage.upkeep.prune import prune


def check(nights: NightlyStore, most: int | None = None) -> list[StoreProblem]:
    with nights.engine.connect().execution_options(reading=True) as connection:
        return [
            *check_database(connection),
            *check_rows(connection),
            *check_archive(connection, nights.archive, most=most, report=lambda _done, _total: None),
        ]


@pytest.fixture
def filled(nights: NightlyStore) -> NightlyStore:
    for night in range(3):
        nights.crawl(night, {"herald": 6}, rejected=1)
    nights.add_part(make_page_url("herald", 0, 1), 0)
    index_backlog(nights.engine)
    return nights


def test_a_sound_store_has_no_problem(filled: NightlyStore) -> None:
    assert check(filled) == []
    assert check(filled, most=3) == []


def test_what_was_pruned_is_no_problem(filled: NightlyStore, tmp_path: Path) -> None:
    prune(filled.engine, tmp_path, raw_before=FIRST.replace(day=3), rejected_before=None, dry_run=False, keep_newest=3)
    assert check(filled) == []
    with filled.engine.connect() as connection:
        assert count_pruned(connection) > 3


def test_a_file_that_is_missing_is_told_once(filled: NightlyStore) -> None:
    first, *_ = sorted(filled.archive.iterdir())
    first.unlink()
    (problem,) = check(filled, most=1)
    assert problem.what == f"{first.name} is missing; 7 rows name it"
    assert "from a backup" in problem.advice


def test_a_torn_record_is_found_by_reading(filled: NightlyStore) -> None:
    first, *_ = sorted(filled.archive.iterdir())
    content = first.read_bytes()
    first.write_bytes(content[: len(content) // 2])
    (problem,) = check(filled)
    assert problem.what.startswith(f"{first.name}: ")
    assert "of its records cannot be read: " in problem.what
    with filled.engine.begin() as connection:
        name = make_article_id(make_page_url("herald", 2, 0))
        connection.execute(update(StoredArticle).where(StoredArticle.id == name).values(archive_offset=17))
    assert len(check(filled)) == 2


def test_a_row_that_names_a_file_and_no_place_in_it_is_told_once(filled: NightlyStore) -> None:
    with filled.engine.begin() as connection:
        name = make_article_id(make_page_url("herald", 2, 0))
        connection.execute(update(StoredArticle).where(StoredArticle.id == name).values(archive_offset=None))
    (problem,) = check(filled)
    assert problem.what == "1 articles name a file of the archive, and no place in it"


@pytest.mark.parametrize("offset", [-5, 7, 1 << 40], ids=["before the start", "within a record", "past the end"])
def test_a_place_at_which_no_record_begins_is_told(filled: NightlyStore, offset: int) -> None:
    with filled.engine.begin() as connection:
        name = make_article_id(make_page_url("herald", 2, 0))
        connection.execute(update(StoredArticle).where(StoredArticle.id == name).values(archive_offset=offset))
    (problem,) = check(filled)
    assert ": 1 of its records cannot be read: " in problem.what


@pytest.mark.parametrize("kind", ["a folder", "a loop", "empty", "unreadable"])
def test_a_file_that_is_none_is_told_once(filled: NightlyStore, kind: str) -> None:
    first, *_ = sorted(filled.archive.iterdir())
    first.unlink()
    match kind:
        case "a folder":
            first.mkdir()
        case "a loop":
            first.symlink_to(first.name)
        case "empty":
            first.touch()
        case _:
            first.symlink_to("/proc/self/mem")  # it can be opened, and its first byte gives an OSError
    (problem,) = check(filled)
    assert problem.what.startswith(first.name)


def test_rows_that_hang_in_the_air_are_counted(filled: NightlyStore) -> None:
    with filled.engine.begin() as connection:
        connection.execute(text("UPDATE article SET blocks = NULL WHERE site = 'herald' AND rejected IS NULL"))
        connection.execute(text("DELETE FROM search_backlog"))
        first = make_article_id(make_page_url("herald", 0, 0))
        connection.execute(text("DELETE FROM search_entry WHERE article_id = :id"), {"id": first})
    assert {problem.what for problem in check(filled)} == {
        "18 articles have a text, and no blocks",
        "1 articles are not in the search index, and do not wait for it",
    }


def test_a_row_without_the_row_that_it_names_is_told(filled: NightlyStore) -> None:
    if filled.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL refuses such a row")
    with filled.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("INSERT INTO trace (article_id, digest, data) VALUES ('nobody', 'x', x'00')")
        raw.execute("PRAGMA foreign_keys = ON")
    (problem,) = check(filled)
    assert problem.what == "1 rows of trace name rows of article that are not there"


def test_a_damaged_file_is_told(filled: NightlyStore) -> None:
    if filled.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has checksums of its own")
    file = Path(filled.engine.url.database or "")
    filled.engine.dispose()
    with filled.engine.connect() as connection:
        root = connection.execute(
            text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_article_headline_key'")
        ).scalar_one()
    filled.engine.dispose()
    content = bytearray(file.read_bytes())
    start = (root - 1) * 4096
    content[start + 100 : start + 4096] = bytes(3996)
    file.write_bytes(content)
    assert any("the file is damaged: " in problem.what for problem in check(filled))

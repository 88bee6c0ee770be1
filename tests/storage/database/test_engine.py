"""The database: schema and migrations, times and texts, and the errors of a database that cannot be opened."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Thread

import pytest
from migrations import compare_with_models, migrate
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    delete,
    func,
    insert,
    inspect,
    select,
    update,
)

from cleaning.errors import DatabaseMissing, DataFolderError
from storage.database.engine import make_database_url, open_database, open_for_reading, prepare_data_folder
from storage.frontier.rechecks import compute_rank
from storage.models import Address, KeepRule, Run, StoredArticle, StoredMatch
from storage.site_memory.memories import load_memories, save_memory
from storage.site_memory.observations import (
    PageObservation,
    TextDependency,
    sample_pages,
    save_memory_dependencies,
    save_observations,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_migrations_make_the_schema_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_with_models(connection) == []


def test_articles_of_the_first_edition_live_on(database_url: URL) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        migrate(connection, "0001")
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=NOON, counts={}))
        first = Table("article", MetaData(), autoload_with=connection)
        needed = {column.name: "x" for column in first.c if not column.nullable}
        needed |= {"authors": [], "tags": [], "language_probability": 0.9, "words": 1, "run_id": 1, "fetched_at": NOON}
        connection.execute(insert(first).values(**needed))
    engine.dispose()
    again = open_database(database_url)
    with open_for_reading(again) as connection:
        assert compare_with_models(connection) == []
        row = connection.execute(select(StoredArticle.__table__)).one()
    again.dispose()
    assert (row.title, row.authors, row.fetched_at) == ("x", [], NOON)
    assert (row.published_offset, row.modified_offset, row.licence, row.free, row.page_kind) == (None,) * 5


def test_addresses_of_the_second_edition_live_on_without_a_headline_and_can_go_back(database_url: URL) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        migrate(connection, "0002")
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=NOON, counts={}))
        second = Table("address", MetaData(), autoload_with=connection)
        needed = {column.name: "x" for column in second.c if not column.nullable}
        needed |= {"id": 1, "depth": 0, "rank": 0, "offered_at": NOON, "first_run": 1, "last_run": 1, "tries": 0}
        connection.execute(insert(second).values(**needed | {"due_at": NOON}))
    again = open_database(database_url)
    with open_for_reading(again) as connection:
        assert compare_with_models(connection) == []
        row = connection.execute(select(Address.__table__)).one()
    again.dispose()
    assert (row.url, row.due_at, row.headline_key, row.headline_source) == ("x", NOON, None, None)
    with engine.begin() as connection:
        migrate(connection, "0002", is_back=True)
        back = Table("address", MetaData(), autoload_with=connection)
        assert back.c.keys() == second.c.keys()
        assert {index.name for index in back.indexes} == {index.name for index in second.indexes}
        assert connection.execute(select(back.c.url)).scalar_one() == "x"
    engine.dispose()


def test_articles_of_the_third_edition_live_on_without_a_memory_and_can_go_back(database_url: URL) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        migrate(connection, "0003")
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=NOON, counts={}))
        third = Table("article", MetaData(), autoload_with=connection)
        tables = set(inspect(connection).get_table_names())
        needed: dict[str, object] = {column.name: "x" for column in third.c if not column.nullable}
        needed |= {"authors": [], "tags": [], "language_probability": 0.9, "words": 1, "run_id": 1, "fetched_at": NOON}
        connection.execute(insert(third).values(**needed | {"archive_file": "a.warc.gz", "archive_offset": 4}))
    again = open_database(database_url)
    with again.begin() as connection:
        assert compare_with_models(connection) == []
        assert sample_pages(connection, "x", window=9, size=9) == ["x"]
        assert load_memories(connection) == []
        save_observations(connection, [PageObservation("x", "x", "1", NOON, b"seen")])
        save_memory_dependencies(connection, [TextDependency("x", "digest", b"trace")])
        save_memory(connection, "x", "digest", "1", 5, b"memory", [])
    again.dispose()
    with engine.begin() as connection:
        migrate(connection, "0003", is_back=True)
        back = Table("article", MetaData(), autoload_with=connection)
        assert {index.name for index in back.indexes} == {index.name for index in third.indexes}
        assert set(inspect(connection).get_table_names()) == tables
        assert connection.execute(select(back.c.id)).scalar_one() == "x"
    engine.dispose()


def test_ranks_of_the_seventh_edition_count_minutes_and_can_go_back(database_url: URL) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        migrate(connection, "0007")
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=NOON, counts={}))
        seventh = Table("address", MetaData(), autoload_with=connection)
        needed = {column.name: "x" for column in seventh.c if not column.nullable}
        needed |= {"depth": 0, "offered_at": NOON, "first_run": 1, "last_run": 1, "tries": 0, "due_at": NOON}
        second = -int(NOON.timestamp())
        rows = [{"id": 1, "url": "dated", "rank": second, "changed_at": NOON}, {"id": 2, "url": "undated", "rank": 0}]
        for row in rows:
            connection.execute(insert(seventh).values(**needed | row))
    again = open_database(database_url)
    with open_for_reading(again) as connection:
        ranks = dict(connection.execute(select(Address.url, Address.rank)).all())
        columns = (Address.vain, Address.changes, Address.ended_at, Address.changed_by)
        row = connection.execute(select(*columns).where(Address.id == 1)).one()
    again.dispose()
    assert ranks == {"dated": compute_rank(NOON), "undated": compute_rank(None)}
    assert tuple(row) == (0, 0, NOON, "x")
    with engine.begin() as connection:
        migrate(connection, "0007", is_back=True)
        back = Table("address", MetaData(), autoload_with=connection)
        assert back.c.keys() == seventh.c.keys()
        assert dict(connection.execute(select(back.c.url, back.c.rank)).all()) == {"dated": second, "undated": 0}
    engine.dispose()


def test_duplicate_matches_and_keep_rules_of_the_sixth_edition_are_kept_under_plain_names(database_url: URL) -> None:
    engine = create_engine(database_url)
    match = {"one": "a", "other": "b", "rule": "near-duplicate", "likeness": 0.1, "share": 2 / 3}
    keep = {"site": "courier", "fingerprint": -(2**63), "text": "Follow us \U0001f426"}
    with engine.begin() as connection:
        migrate(connection, "0006")
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=NOON, counts={}))
        article = Table("article", MetaData(), autoload_with=connection)
        needed: dict[str, object] = {column.name: "x" for column in article.c if not column.nullable}
        needed |= {"authors": [], "tags": [], "usage": [], "robots": [], "words": 1, "run_id": 1, "fetched_at": NOON}
        connection.execute(
            insert(article), [needed | {"id": name, "language_probability": 0.9} for name in ("a", "b", "c")]
        )
        kinship, pardon = (Table(name, MetaData(), autoload_with=connection) for name in ("kinship", "pardon"))
        connection.execute(insert(kinship), [match, match | {"other": "c"}])
        connection.execute(insert(pardon).values(keep))
        names = [list_constraint_names(connection, name) for name in ("kinship", "pardon")]
    again = open_database(database_url)
    with again.begin() as connection:
        assert compare_with_models(connection) == []
        assert not {"kinship", "pardon"} & set(inspect(connection).get_table_names())
        assert list_constraint_names(connection, "duplicate_match") == {
            "pk_duplicate_match",
            "fk_duplicate_match_one",
            "fk_duplicate_match_other",
            "ix_duplicate_match_other",
        }
        assert list_constraint_names(connection, "keep_rule") == {"pk_keep_rule"}
        stored = connection.execute(select(StoredMatch.__table__).order_by(StoredMatch.other)).mappings().all()
        assert stored == [match, match | {"other": "c"}]
        assert connection.execute(select(KeepRule.__table__)).mappings().all() == [keep]
        connection.execute(delete(StoredArticle).where(StoredArticle.id == "c"))
        assert connection.execute(select(StoredMatch.other)).scalars().all() == ["b"]
    again.dispose()
    with engine.begin() as connection:
        migrate(connection, "0006", is_back=True)
        assert not {"duplicate_match", "keep_rule"} & set(inspect(connection).get_table_names())
        assert [list_constraint_names(connection, name) for name in ("kinship", "pardon")] == names
        assert connection.execute(select(kinship)).mappings().all() == [match]
        assert connection.execute(select(pardon)).mappings().all() == [keep]
    engine.dispose()


def list_constraint_names(connection: Connection, table: str) -> set[str | None]:
    """Return the names of a table's primary key, foreign keys and indexes."""
    inspector = inspect(connection)
    listed = (*inspector.get_foreign_keys(table), *inspector.get_indexes(table))
    return {inspector.get_pk_constraint(table)["name"], *(each["name"] for each in listed)}


def test_an_open_database_can_be_opened_again(engine: Engine, database_url: URL) -> None:
    with engine.begin() as connection:
        connection.execute(insert(Run).values(spider="articles", started_at=NOON, counts={}))
    again = open_database(database_url)
    with open_for_reading(again) as connection:
        assert connection.execute(select(func.count()).select_from(Run)).scalar_one() == 1
    again.dispose()


def test_times_come_back_aware_and_in_utc(engine: Engine) -> None:
    there = datetime(2026, 11, 22, 9, 30, 15, 250000, tzinfo=timezone(timedelta(hours=-5, minutes=-30)))
    with engine.begin() as connection:
        connection.execute(insert(Run).values(spider="articles", started_at=there, counts={}))
        back = connection.execute(select(Run.started_at)).scalar_one()
    assert back == there
    assert back.tzinfo is UTC


def test_a_naive_time_is_refused(engine: Engine) -> None:
    with engine.begin() as connection, pytest.raises(Exception, match="naive"):
        connection.execute(insert(Run).values(spider="x", started_at=NOON.replace(tzinfo=None), counts={}))


def test_characters_that_one_database_refuses_are_left_out_on_both(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(Run).values(spider="a\x00b\ud800c\td", started_at=NOON, counts={}))
        assert connection.execute(select(Run.spider)).scalar_one() == "abc\td"


def test_two_writers_that_read_first_do_not_lock_each_other_out(sqlite_engine: Engine) -> None:
    def add_one() -> None:
        for _ in range(25):
            with sqlite_engine.begin() as connection:
                tries = connection.execute(select(Run.exit_code)).scalar_one()
                connection.execute(update(Run).values(exit_code=tries + 1))

    with sqlite_engine.begin() as connection:
        connection.execute(insert(Run).values(spider="x", started_at=NOON, counts={}, exit_code=0))
    writers = [Thread(target=add_one) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with open_for_reading(sqlite_engine) as connection:
        assert connection.execute(select(Run.exit_code)).scalar_one() == 100


def test_a_reader_does_not_wait_for_a_writer(sqlite_engine: Engine) -> None:
    with sqlite_engine.begin() as writer:
        writer.execute(insert(Run).values(spider="x", started_at=NOON, counts={}))
        with open_for_reading(sqlite_engine) as reader:
            assert reader.execute(select(func.count()).select_from(Run)).scalar_one() == 0


def test_foreign_keys_hold(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"


def test_the_database_of_a_data_folder_is_sqlite() -> None:
    assert make_database_url(Path("somewhere"), "") == URL.create("sqlite", database="somewhere/broadsheet.db")


@pytest.mark.parametrize("short", ["postgres://me@localhost/news", "postgresql://me@localhost/news"])
def test_the_short_names_of_postgresql_mean_its_driver(short: str) -> None:
    assert make_database_url(Path(), short).drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://nobody:secret@127.0.0.1:9/news", "cannot open the database postgresql"),
        ("oracledb://x/y", "no driver"),
        ("not an address", "DATABASE_URL is not a database URL"),
    ],
)
def test_a_database_that_cannot_be_opened_is_one_clear_line(url: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing, match=said) as caught:
        open_database(make_database_url(tmp_path, url))
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.db").write_bytes(b"this is no database, but it is long enough to be read as one" * 20)
    with pytest.raises(DatabaseMissing, match="not a database"):
        open_database(make_database_url(tmp_path, None))


def test_reading_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing, match="crawl first"):
        open_database(make_database_url(tmp_path, None), create=False)
    assert list(tmp_path.iterdir()) == []
    sqlite3.connect(tmp_path / "broadsheet.db").close()
    with pytest.raises(DatabaseMissing, match="holds no corpus"):
        open_database(make_database_url(tmp_path, None), create=False)


def test_a_data_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderError, match="cannot write to the data folder"):
        prepare_data_folder(tmp_path / "file" / "data")


def test_many_crawls_prepare_one_data_folder_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(prepare_data_folder, [tmp_path / "data"] * 400)) == {tmp_path / "data"}
    assert list((tmp_path / "data").iterdir()) == []

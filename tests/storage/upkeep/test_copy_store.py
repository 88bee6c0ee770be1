"""A store is copied from SQLite to PostgreSQL and back: whole, or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from schemas import describe
from sqlalchemy import URL, Engine, func, insert, make_url, select, text, update

from cleaning.errors import BroadsheetError, DatabaseMissing, UsageError
from cleaning.records.article import Article
from cleaning.records.block import Block
from storage import runs
from storage.articles.saving import save_article
from storage.database.engine import make_database_url, open_database
from storage.database.locks import claim_database
from storage.models import Base, Host, StoredArticle, Tombstone, TwinEvidence
from storage.search.index import index_backlog
from storage.search.search import search
from storage.upkeep import copy_rows
from storage.upkeep.copy_store import copy_store

NOW = datetime(2026, 11, 30, 23, 59, 59, 999_999, tzinfo=UTC)
ODD = "Ünïcode \U0001f4f0 \u200b “quoted” \\N \\. \t'); DROP TABLE article; --"


def say_nothing(_doing: str, _done: int, _total: int) -> None:
    """Report to nobody."""


def fill(engine: Engine, articles: int = 60) -> None:
    """Store articles, one of them marked as the duplicate of a later one, with what is odd in each type of column."""
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NOW)
        for number in range(articles):
            url = f"https://odd.example/{number}"
            blocks = (Block(f"{ODD} {number}"), Block("Subscribe", rule="newsletter", evidence="it says so"))
            article = Article(
                url, f"{ODD} {number}", blocks=blocks, canonical_url=url, authors=(ODD, "Zoë"), published_at=NOW
            )
            for day in range(2):
                at = NOW + timedelta(days=day)
                save_article(connection, article, site="odd", run=run, fetched_at=at, location=None)
        runs.end(connection, run, outcome="finished", exit_code=0, counts={"odd": {"a/b": 2**53}}, now=NOW)
        names = list(connection.scalars(select(StoredArticle.id).order_by(StoredArticle.id)))
        table = StoredArticle.__table__
        later = update(table).where(table.c.id == names[0])
        connection.execute(later.values(duplicate_of=names[-1], duplicate_likeness=1 / 3, sketch=bytes(range(256))))
        evidence = {"site": "odd", "difference": "slash", "is_same": True}
        for remainder in (-(2**63), 2**63 - 1, 0):
            connection.execute(insert(TwinEvidence).values(remainder=remainder, **evidence))
        connection.execute(insert(Host).values(host="odd.example", held_until=NOW, reason="breaker", opened=3))
        gone = {"url": "https://odd.example/gone", "site": "odd", "removed_at": NOW, "reason": None}
        connection.execute(insert(Tombstone).values(article_id="0" * 16, records=[["a.warc.gz", 2**40]], **gone))
    index_backlog(engine)


def read_all(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


@pytest.fixture
def source(database_url: URL) -> Iterator[Engine]:
    engine = open_database(database_url)
    fill(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def target(database_url: URL, request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """Return the address of an empty database of the other kind."""
    if database_url.get_backend_name() == "sqlite":
        return make_database_url(Path(), request.getfixturevalue("postgres_database"))
    return URL.create("sqlite", database=str(tmp_path / "copy.db"))


def test_a_copy_is_equal_in_every_row_and_is_a_store(source: Engine, target: URL, tmp_path: Path) -> None:
    before = read_all(source)
    copied = copy_store(source.url, target, say_nothing)
    assert (copied.changed, copied.is_resumed) == ({}, False)
    assert read_all(source) == before
    assert sum(digest.rows for digest in copied.digests.values()) == sum(map(len, before.values())) > 120
    engine = open_database(target)
    assert read_all(engine) == before
    with engine.begin() as connection:
        assert len(list(search(connection, "Ünïcode", limit=100))) == 59  # one is a duplicate
        rules = connection.execute(text("SELECT rule FROM block WHERE rule IS NOT NULL")).scalars().all()
        assert rules == ["newsletter"] * 60
        assert runs.begin(connection, spider="articles", now=NOW) == 2  # its numbers go on
    other = target.set(database=str(tmp_path / "new.db")) if engine.dialect.name == "sqlite" else None
    if other is not None:
        fresh = open_database(other)
        with fresh.connect() as made, engine.connect() as connection:
            assert describe(made) == describe(connection)
        fresh.dispose()
    engine.dispose()


def test_the_schema_of_a_copy_on_a_server_is_that_of_a_new_store(sqlite_engine: Engine, postgres_database: str) -> None:
    url = make_url(postgres_database)
    made = open_database(make_database_url(Path(), postgres_database))
    with made.begin() as connection:
        wanted = describe(connection)
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    made.dispose()
    fill(sqlite_engine, articles=2)
    copy_store(sqlite_engine.url, url, say_nothing)
    engine = open_database(url)
    with engine.connect() as connection:
        assert describe(connection) == wanted
    engine.dispose()


class Interrupted(Exception):
    """Stands for a kill between two transactions."""


def test_what_was_interrupted_anywhere_goes_on_and_is_refused_until_it_is_complete(
    source: Engine, target: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_rows, "_MOST_ROWS", 9)
    before = read_all(source)
    steps = 0

    def interrupt_after(most: int) -> Any:
        def report(_doing: str, _done: int, _total: int) -> None:
            nonlocal steps
            steps += 1
            if steps > most:
                raise Interrupted

        return report

    interruptions = 0
    for most in range(1, 500, 5):
        steps = 0
        try:
            copied = copy_store(source.url, target, interrupt_after(most))
        except Interrupted:
            interruptions += 1
            with pytest.raises(DatabaseMissing, match="is a copy that is not complete; the same scrapy db copy"):
                open_database(target)
        else:
            break
    assert interruptions > 5
    assert copied.is_resumed
    engine = open_database(target)
    assert read_all(engine) == before
    engine.dispose()


def test_a_source_that_changed_between_two_tries_is_found_out(source: Engine, target: URL) -> None:
    def interrupt(doing: str, _done: int, _total: int) -> None:
        if doing == "checking":
            raise Interrupted

    with pytest.raises(Interrupted):
        copy_store(source.url, target, interrupt)
    with source.begin() as connection:
        connection.execute(update(Host).values(opened=4))
    with pytest.raises(BroadsheetError, match="the table host has 1 rows of digest"):
        copy_store(source.url, target, say_nothing)
    with pytest.raises(DatabaseMissing, match="not complete"):
        open_database(target)


def test_what_is_not_empty_is_refused_and_not_touched(source: Engine, target: URL, tmp_path: Path) -> None:
    other = open_database(target)
    fill(other, articles=1)
    before = read_all(other)
    with pytest.raises(UsageError, match="is not empty; copy into a new file or an empty database"):
        copy_store(source.url, target, say_nothing)
    assert read_all(other) == before
    other.dispose()
    with pytest.raises(UsageError, match="are the same database"):
        copy_store(source.url, source.url, say_nothing)


def test_a_copy_of_another_store_is_not_gone_on_with(source: Engine, target: URL, tmp_path: Path) -> None:
    def interrupt(_doing: str, _done: int, _total: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        copy_store(source.url, target, interrupt)
    other = open_database(URL.create("sqlite", database=str(tmp_path / "other.db")))
    fill(other, articles=1)
    with pytest.raises(UsageError, match="holds an unfinished copy of"):
        copy_store(other.url, target, say_nothing)
    other.dispose()


def test_a_store_that_a_crawl_uses_is_not_copied(source: Engine, target: URL) -> None:
    with claim_database(source), pytest.raises(UsageError, match="another crawl is using this database"):
        copy_store(source.url, target, say_nothing)


def test_what_another_program_wrote_into_sqlite_is_made_storable(sqlite_engine: Engine, postgres_database: str) -> None:
    fill(sqlite_engine, articles=3)
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE host SET reason = 'odd' || char(0) || 'reason'")
        connection.exec_driver_sql("""UPDATE run SET counts = '{"a\\u0000b": {"c": 1}}'""")
    url = make_database_url(Path(), postgres_database)
    copied = copy_store(sqlite_engine.url, url, say_nothing)
    assert copied.changed == {"host": 1, "run": 1}
    engine = open_database(url)
    with engine.connect() as connection:
        assert connection.execute(select(Host.reason)).scalar_one() == "oddreason"
    engine.dispose()


def test_a_value_that_a_server_refuses_is_named(sqlite_engine: Engine, postgres_database: str) -> None:
    fill(sqlite_engine, articles=3)
    with sqlite_engine.begin() as connection:
        connection.execute(update(Host).values(reason="x" * 65))
    with pytest.raises(BroadsheetError, match=r"rows of host up to .*odd\.example.* cannot be copied: value too long"):
        copy_store(sqlite_engine.url, make_database_url(Path(), postgres_database), say_nothing)


def test_the_store_can_be_read_while_it_is_copied(source: Engine, target: URL) -> None:
    counts: list[int] = []

    def read(_doing: str, _done: int, _total: int) -> None:
        def count() -> None:
            with source.connect().execution_options(reading=True) as connection:
                counts.append(connection.execute(select(func.count()).select_from(StoredArticle)).scalar_one())

        thread = threading.Thread(target=count)
        thread.start()
        thread.join()

    copy_store(source.url, target, read)
    assert set(counts) == {60}

"""The table of blocks becomes a view, and back: with what users made of it, and without leaving texts in the file."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from migrations import migrate
from sqlalchemy import Connection, Engine, make_url, text

from cleaning.errors import DatabaseMissing
from cleaning.records.article import Article
from cleaning.records.block import Block
from storage import runs
from storage.articles.erasing import empty_journal, erase_page, overwrite_deleted
from storage.articles.saving import make_article_id, save_article
from storage.database.engine import open_database

MOMENT = datetime(2026, 12, 1, 19, 0, tzinfo=UTC)
URL = "https://post.example/news/lantern"
KEPT = tuple(f"{number}: somebody was seen in the harbour with a lantern and a ladder." for number in range(300))
CUT = "Read our letter from the harbour, every morning."
VIEW = "CREATE VIEW my_cuts AS SELECT rule, count(*) AS n FROM block WHERE rule IS NOT NULL GROUP BY rule"
SHOWN = "SELECT rule, n FROM my_cuts"


def fill(engine: Engine) -> None:
    """Store one article and another one beside it."""
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=MOMENT)
        for url, texts in ((URL, KEPT), (f"{URL}-2", ("The ferry ran late on Monday.",))):
            blocks = (*map(Block, texts), Block(CUT, rule="repeated"))
            article = Article(url, "The harbour", blocks=blocks, canonical_url=url)
            save_article(connection, article, site="post", run=run, fetched_at=MOMENT, location=None)


@pytest.fixture
def server(postgres_database: str) -> Iterator[Engine]:
    engine = open_database(make_url(postgres_database))
    fill(engine)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("is_back", [False, True])
def test_no_text_of_a_removed_article_is_left_in_the_file(sqlite_engine: Engine, tmp_path: Path, is_back: bool) -> None:
    fill(sqlite_engine)
    with sqlite_engine.begin() as connection:
        connection.execute(text("PRAGMA secure_delete = ON"))
        migrate(connection, "0018", is_back=True)
    for revision in ("0019", "0018") if is_back else ("0019",):
        with sqlite_engine.begin() as connection:
            connection.execute(text("PRAGMA secure_delete = OFF"))  # as most builds of SQLite have it
            migrate(connection, revision, is_back=revision == "0018")
    empty_journal(sqlite_engine)
    assert KEPT[7].encode() in (tmp_path / "store.db").read_bytes()
    with sqlite_engine.begin() as connection:
        overwrite_deleted(connection)
        erase_page(connection, make_article_id(URL))
    empty_journal(sqlite_engine)
    sqlite_engine.dispose()
    data = b"".join(path.read_bytes() for path in sorted(tmp_path.glob("store.db*")))
    assert b"The ferry ran late on Monday." in data
    assert [sentence for sentence in KEPT if sentence.encode() in data] == []


def test_a_users_view_on_sqlite_stays_in_use(sqlite_engine: Engine) -> None:
    fill(sqlite_engine)
    with sqlite_engine.begin() as connection:
        connection.execute(text(VIEW))
        for revision in ("0018", "0019", "0018"):
            migrate(connection, revision, is_back=revision == "0018")
            assert connection.execute(text(SHOWN)).all() == [("repeated", 2)]


def use_blocks(connection: Connection) -> None:
    connection.execute(text(VIEW))
    connection.execute(text("CREATE FUNCTION count_cuts(block) RETURNS integer LANGUAGE sql AS 'SELECT 1'"))


def drop_uses(connection: Connection) -> None:
    connection.execute(text("DROP VIEW my_cuts"))
    connection.execute(text("DROP FUNCTION count_cuts"))


def test_what_users_made_of_the_blocks_on_postgresql_is_named_before_anything_is_changed(server: Engine) -> None:
    refusal = (
        "the database cannot be {0}d, because its `block` is made anew and is used by function count_cuts(block), view"
        " my_cuts; note their definitions, drop them, {0} it, and create them again"
    )
    with server.begin() as connection:
        use_blocks(connection)
    with pytest.raises(DatabaseMissing) as refused, server.begin() as connection:
        migrate(connection, "0018", is_back=True)
    assert str(refused.value) == refusal.format("downgrade")
    with server.begin() as connection:
        drop_uses(connection)
        migrate(connection, "0018", is_back=True)
        use_blocks(connection)
    with pytest.raises(DatabaseMissing) as refused:
        open_database(server.url)
    assert str(refused.value) == refusal.format("upgrade")
    with server.begin() as connection:
        assert connection.execute(text(SHOWN)).all() == [("repeated", 2)]
        drop_uses(connection)
    open_database(server.url).dispose()
    with server.begin() as connection:
        use_blocks(connection)
        assert connection.execute(text(SHOWN)).all() == [("repeated", 2)]


def read_as(connection: Connection, role: str, columns: str) -> int:
    connection.execute(text(f"SET LOCAL ROLE {role}"))
    count = len(connection.execute(text(f"SELECT {columns} FROM block")).all())
    connection.execute(text("RESET ROLE"))
    return count


def test_who_may_read_the_blocks_on_postgresql_may_read_them_after(server: Engine) -> None:
    whole, part = (f'"{uuid.uuid4().hex} 5 %{name}"' for name in ("whole", "part"))
    with server.begin() as connection:  # of the whole server, not of the database: undone at the end
        transaction = connection.begin_nested()
        for role, columns in ((whole, ""), (part, "(rule)")):
            connection.execute(text(f"CREATE ROLE {role}"))
            connection.execute(text(f"GRANT SELECT {columns} ON block TO {role}"))
        for revision in ("0018", "0019", "0018"):
            migrate(connection, revision, is_back=revision == "0018")
            assert read_as(connection, whole, "*") == read_as(connection, part, "rule") == len(KEPT) + 3
        transaction.rollback()


def test_postgresql_reads_text_and_value_of_an_article_once_for_all_its_blocks(server: Engine) -> None:
    with server.connect() as connection:
        plan = connection.execute(text("EXPLAIN (VERBOSE, FORMAT JSON) SELECT * FROM block")).scalar_one()[0]["Plan"]
    of_each_block = " ".join(plan["Output"])
    assert "one.value" in of_each_block
    assert "article.text" not in of_each_block
    assert "article.blocks" not in of_each_block

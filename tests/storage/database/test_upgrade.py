"""A store that an earlier edition filled: it is brought to the newest schema, goes on, and can go back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from live_pages import POSTS, Post, make_articles
from migrations import compare_with_models, migrate
from sqlalchemy import URL, Connection, Engine, MetaData, Row, Table, func, insert, inspect, select, update

from cleaning import clean_html
from storage import runs
from storage.articles.live_entries import load_article_blocks, load_entries
from storage.articles.saving import make_article_id, save_article
from storage.articles.story_index import make_index_keys
from storage.database.engine import open_database
from storage.models import SketchKey, StoredArticle, StoredBlock, StoredEntry

ADDRESS = "https://post.example/news/council"
EVENING = datetime(2026, 11, 30, 19, 0, tzinfo=UTC)
EARLIER = "0015"  # before `article.source`, `block.entry` and the table `entry`; `block` was a table


def fetch(connection: Connection, posts: tuple[Post, ...], night: int) -> None:
    fetched_at = EVENING + timedelta(days=night)
    article = clean_html(make_articles(posts), url=ADDRESS, fetched_at=fetched_at)
    run = runs.begin(connection, spider="articles", now=fetched_at)
    save_article(connection, article, site="post", run=run, fetched_at=fetched_at, location=None)


def count_entries(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(StoredEntry)).scalar_one()


def list_columns(connection: Connection) -> dict[str, list[str]]:
    return {name: Table(name, MetaData(), autoload_with=connection).c.keys() for name in ("article", "block")}


def test_a_store_from_before_sources_and_entries_gains_them_with_the_next_fetch(
    engine: Engine, database_url: URL
) -> None:
    name = make_article_id(ADDRESS)
    with engine.begin() as connection:
        fetch(connection, POSTS[1:], 0)
        text = connection.scalar(select(StoredArticle.text))
        blocks = connection.execute(select(StoredBlock.position, StoredBlock.text, StoredBlock.rule)).all()
        newest = list_columns(connection)
        assert count_entries(connection) == 3
    with engine.begin() as connection:
        migrate(connection, EARLIER, is_back=True)
        assert not inspect(connection).has_table("entry")
        earlier = list_columns(connection)
        assert set(newest["article"]) - set(earlier["article"]) == {"source", "blocks", "gone_at", "raw_pruned_at"}
        assert set(newest["block"]) - set(earlier["block"]) == {"entry"}
    engine.dispose()

    again = open_database(database_url)
    with again.begin() as connection:
        assert compare_with_models(connection) == []
        assert connection.execute(select(StoredArticle.text, StoredArticle.source)).one() == (text, None)
        assert connection.execute(select(StoredBlock.position, StoredBlock.text, StoredBlock.rule)).all() == blocks
        assert connection.scalars(select(StoredBlock.entry).distinct()).all() == [None]
        assert load_entries(connection, [name]) == {}
        fetch(connection, POSTS, 1)
        assert [entry.heading for entry in load_entries(connection, [name])[name]] == [post.heading for post in POSTS]
        assert set(connection.scalars(select(StoredBlock.entry))) >= {0, 1, 2, 3}
        grown = connection.scalar(select(StoredArticle.text))
    again.dispose()

    with again.begin() as connection:
        migrate(connection, EARLIER, is_back=True)
        assert list_columns(connection) == earlier
        assert connection.scalar(select(StoredArticle.text)) == grown
    again.dispose()


def test_the_index_of_near_duplicates_is_converted_in_place(engine: Engine, database_url: URL) -> None:
    names = [make_article_id(ADDRESS), "0" * 16, "f" * 16]
    values = [0, 1 << 34, 2**63 - 1]
    with engine.begin() as connection:
        migrate(connection, "0017", is_back=True)
        rows = [(value, int.from_bytes(bytes.fromhex(name), signed=True)) for name in names for value in values]
        sketch = Table("sketch", MetaData(), autoload_with=connection)
        connection.execute(insert(sketch), [{"value": value, "article": number} for value, number in rows])
    engine.dispose()

    again = open_database(database_url)
    with again.begin() as connection:
        assert compare_with_models(connection) == []
        assert not inspect(connection).has_table("sketch")
        keys = connection.scalars(select(SketchKey.key).order_by(SketchKey.key)).all()
        assert keys == sorted(key for name in names for key in make_index_keys(name, values))
    again.dispose()


def read_blocks(connection: Connection) -> list[Row[Any]]:
    """Return the blocks, of a view or of a table."""
    return list(
        connection.execute(select(StoredBlock.__table__).order_by(StoredBlock.article_id, StoredBlock.position))
    )


def test_a_table_of_blocks_becomes_a_value_of_each_article_and_goes_back(engine: Engine, database_url: URL) -> None:
    with engine.begin() as connection:
        fetch(connection, POSTS, 0)
        made = read_blocks(connection)
        migrate(connection, "0018", is_back=True)
        assert read_blocks(connection) == made
        # A kept block that is not in the text of its article, as a former edition may have left it.
        block = Table("block", MetaData(), autoload_with=connection)
        connection.execute(
            update(block).where(block.c.position == 1).values(text="Another \u201ctext\u201d", rule=None)
        )
        rows = read_blocks(connection)
        # A conversion that does not come to its end leaves the database as it was.
        connection.execute(update(block).where(block.c.position == 2).values(kind="rubble"))
    with pytest.raises(ValueError, match="rubble"):
        open_database(database_url)
    with engine.begin() as connection:
        assert "blocks" not in list_columns(connection)["article"]
        block = Table("block", MetaData(), autoload_with=connection)
        connection.execute(update(block).where(block.c.position == 2).values(kind=rows[2].kind))
        assert read_blocks(connection) == rows
    engine.dispose()

    again = open_database(database_url)
    with again.begin() as connection:
        assert compare_with_models(connection) == []
        assert read_blocks(connection) == rows
        assert len(load_article_blocks(connection, make_article_id(ADDRESS))) == len(rows) > 5
        migrate(connection, "0018", is_back=True)
        assert read_blocks(connection) == rows
    again.dispose()

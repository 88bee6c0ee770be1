"""The reports on the boilerplate of a site are the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import pytest
from give_blocks import give_blocks
from sqlalchemy import Engine, insert

from cleaning.memory.site_memory import RepeatedBlock
from cleaning.records.block import Block
from storage.articles.texts import count_accepted, count_archived_pages, get_last_run, load_stored_texts
from storage.database.engine import open_for_reading
from storage.models import Run, StoredArticle
from storage.site_memory.memories import add_keep_rule, save_memory
from storage.site_memory.site_report import (
    MIN_BEGINNING,
    count_site,
    find_repeated_blocks,
    find_text_positions,
    load_cuts_of_last_run,
)

if TYPE_CHECKING:
    from conftest import GiveArticles

RULES = ("repeated_block", "known_headline")
MOMENT = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def store(engine: Engine, give_articles: GiveArticles) -> Engine:
    """Four pages of courier, one of them rejected and one of a later run; one page of herald."""
    place = {"archive_file": "a.warc.gz", "archive_offset": 0}
    give_articles(
        engine,
        [
            {"id": "1", **place},
            {"id": "2", **place, "fetched_at": MOMENT + timedelta(days=1)},
            {"id": "3", **place, "rejected": "section"},
            {"id": "4"},
            {"id": "5", **place, "site": "herald"},
        ],
    )
    blocks = [
        ("1", "main > p#t1", "A" * 80, None),
        ("1", "main > h2", "B" * 15, None),
        ("1", "main > p", "Sign up", "repeated_block"),
        ("1", "main > p", "Sign up", "repeated_block"),
        ("2", "main > p#t2", "C" * 80, None),
        ("2", "main > p", "Sign up", "repeated_block"),
        ("2", "main > p", "Another story", "known_headline"),
        ("2", "aside > p", "Share", "share_bar"),
        ("3", "div > p", "D" * 900, None),
        ("5", "div > p", "Sign up", "repeated_block"),
    ]
    with engine.begin() as connection:
        for name, own in groupby(blocks, key=lambda one: one[0]):
            give_blocks(connection, name, [Block(text, path=path, rule=rule) for _, path, text, rule in own])
        connection.execute(insert(Run).values(id=9, spider="articles", started_at=MOMENT, counts={}))
        connection.execute(StoredArticle.__table__.update().where(StoredArticle.id.in_(("2", "4"))).values(run_id=9))
        known = [
            RepeatedBlock(key, articles, text, "main > p", "2026-11-01", "2026-11-20", 3)
            for key, articles, text in ((1, 3, "Sign up"), (2, 4, "Share"), (3, 2, "A story that goes on and on, 50 %"))
        ]
        save_memory(connection, "courier", "digest", "2", 12, b"memory", known)
    return engine


def test_the_counts_include_cut_blocks_but_not_those_with_a_keep_rule(store: Engine) -> None:
    with open_for_reading(store) as connection:
        assert count_site(connection, "courier", RULES) == ("courier", 3, 12, 2, 2)
        assert count_site(connection, "herald", RULES) == ("herald", 1, 0, 0, 1)
    with store.begin() as connection:
        add_keep_rule(connection, "courier", 2, "Share")
        give_blocks(connection, "4", [Block("repeated_block"), Block('"known_headline"', rule="share_bar")])
        assert count_site(connection, "courier", RULES).cut_from == 2
        assert count_site(connection, "courier", ()).cut_from == 0
        assert count_site(connection, "courier", RULES).repeated == 1


def test_the_fullest_positions_are_listed_until_they_hold_most_of_the_text(store: Engine) -> None:
    with open_for_reading(store) as connection:
        assert find_text_positions(connection, "courier", 400) == [("main > p#tN", 2, 160, 160 / 175)]
        assert find_text_positions(connection, "courier", 1) == [("main > p#tN", 1, 80, 1.0)]
        assert find_text_positions(connection, "nowhere", 400) == []
    with store.begin() as connection:  # it reads what an article holds once, not through the view
        connection.exec_driver_sql("DROP VIEW block")
        assert find_text_positions(connection, "courier", 1) == [("main > p#tN", 1, 80, 1.0)]


def test_cuts_are_those_of_the_last_run_counted_by_pages(store: Engine) -> None:
    with open_for_reading(store) as connection:
        pages, cuts = load_cuts_of_last_run(connection, "courier", RULES)
    assert pages == 2
    assert cuts == [("Another story", "known_headline", 1), ("Sign up", "repeated_block", 1)]


def test_a_block_is_found_by_fingerprint_by_text_and_by_a_unique_beginning(store: Engine) -> None:
    def found(key: int, text: str) -> list[int]:
        with open_for_reading(store) as connection:
            return [row.fingerprint for row in find_repeated_blocks(connection, "courier", key, text)]

    assert found(2, "whatever") == [2]
    assert found(77, "Sign up") == [1]
    assert found(77, "A story that goes on") == [3]
    assert len("A story that goes on") >= MIN_BEGINNING
    assert found(77, "A story that goes") == []
    assert found(77, "A story that goes on and %") == []


def test_texts_are_read_with_their_blocks_in_order(store: Engine) -> None:
    with open_for_reading(store) as connection:
        found = load_stored_texts(connection, ["2", "4", "nowhere"])
    assert set(found) == {"2", "4"}
    assert [text for text, _ in found["2"].blocks][1:] == ["Sign up", "Another story", "Share"]
    assert [rule for _, rule in found["2"].blocks] == [None, "repeated_block", "known_headline", "share_bar"]
    assert (found["4"].title, found["4"].rejected, found["4"].blocks) == ("Headline of 4", None, [])


def test_pages_and_articles_are_counted_from_a_day_on(store: Engine) -> None:
    with open_for_reading(store) as connection:
        assert count_archived_pages(connection, ["courier", "herald"], None) == 4
        assert count_archived_pages(connection, ["courier"], MOMENT + timedelta(hours=1)) == 1
        assert count_accepted(connection, ["courier", "herald"], None) == {"courier": 3, "herald": 1}
        assert count_accepted(connection, ["courier"], MOMENT + timedelta(hours=1)) == {"courier": 1}
        assert get_last_run(connection) == 9

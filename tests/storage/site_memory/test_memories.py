"""Storing site memories, repeated blocks and keep rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, event

from cleaning.memory.site_memory import (
    AMONG_KEPT,
    ELSEWHERE,
    RepeatedBlock,
    SiteMemory,
    build_cut_table,
    load_site_memory,
)
from storage.database.engine import open_for_reading
from storage.site_memory.memories import (
    StoredMemory,
    add_keep_rule,
    load_keep_rules,
    load_memories,
    load_memory,
    load_repeated_blocks,
    remove_keep_rule,
    save_memory,
)

SITE = "courier"
LARGEST = (1 << 63) - 1


def block(fingerprint: int, **values: Any) -> RepeatedBlock:
    plain = RepeatedBlock(fingerprint, 5, f"Line {fingerprint}", "div.foot > p", "2026-11-01", "2026-11-22", 3)
    return replace(plain, **values)


BLOCKS = [block(1), block(2, articles=9), block(LARGEST, first_seen="", last_seen="", articles=2)]


def store(connection: Connection, *blocks: RepeatedBlock, digest: str = "d1", version: str = "1") -> bool:
    return save_memory(connection, SITE, digest, version, 12, f"memory {digest}".encode(), blocks)


@contextmanager
def record_writes(connection: Connection) -> Iterator[list[tuple[str, str, int]]]:
    """Record the statements that write inside the block: verb, table, number of rows."""
    found: list[tuple[str, str, int]] = []

    def note(_connection: object, cursor: Any, statement: str, parameters: Any, _context: object, many: bool) -> None:
        verb, _, table, *_ = statement.split()
        if verb != "SELECT":
            found.append((verb, table, len(parameters) if many else cursor.rowcount))

    event.listen(connection, "after_cursor_execute", note)
    yield found
    event.remove(connection, "after_cursor_execute", note)


def test_a_memory_comes_back_as_it_was(engine: Engine) -> None:
    memory = SiteMemory(
        articles=12, repeated=build_cut_table({4: ELSEWHERE, LARGEST: AMONG_KEPT | ELSEWHERE}), names=("The Courier",)
    )
    with engine.begin() as connection:
        assert save_memory(connection, SITE, memory.digest, "1", memory.articles, memory.to_bytes(), BLOCKS)
    with open_for_reading(engine) as connection:
        stored = load_memory(connection, SITE)
        assert stored == StoredMemory(SITE, memory.digest, "1", 12, memory.to_bytes())
        assert SiteMemory.from_bytes(stored.data).digest == memory.digest
        assert load_site_memory(stored.data).is_repeated(LARGEST, among_kept=True)
        assert load_memory(connection, "gazette") is None


def test_all_memories_are_ordered_by_site(engine: Engine) -> None:
    with engine.begin() as connection:
        for site in ("gazette", "courier", "anzeiger"):
            save_memory(connection, site, "d", "1", 5, site.encode(), [])
        assert [(one.site, one.data) for one in load_memories(connection)] == [
            ("anzeiger", b"anzeiger"),
            ("courier", b"courier"),
            ("gazette", b"gazette"),
        ]


def test_an_equal_memory_is_not_written_again(engine: Engine) -> None:
    blocks = [*BLOCKS, block(7, text="a\x00b\ud800c", path="p\x07")]
    with engine.begin() as connection:
        assert store(connection, *blocks)
    with engine.begin() as connection, record_writes(connection) as statements:
        assert not store(connection, *reversed(blocks))
    assert statements == []


def test_only_blocks_that_differ_are_written(engine: Engine) -> None:
    with engine.begin() as connection:
        save_memory(connection, "gazette", "d", "1", 5, b"", BLOCKS)
        store(connection, *BLOCKS)
        with record_writes(connection) as statements:
            assert not store(connection, block(1), block(2, last_seen="2026-11-23", articles=10), block(3))
        assert statements == [("DELETE", "site_block", 2), ("INSERT", "site_block", 2)]
        rows = load_repeated_blocks(connection, SITE, 9)
        assert [(row.fingerprint, row.articles, row.last_seen) for row in rows] == [
            (2, 10, "2026-11-23"),
            (1, 5, "2026-11-22"),
            (3, 5, "2026-11-22"),
        ]
        assert len(load_repeated_blocks(connection, "gazette", 9)) == 3
        store(connection)
        assert load_repeated_blocks(connection, SITE, 9) == []
        assert len(load_repeated_blocks(connection, "gazette", 9)) == 3


def test_a_new_memory_replaces_the_old_one(engine: Engine) -> None:
    with engine.begin() as connection:
        store(connection, *BLOCKS)
        with record_writes(connection) as statements:
            assert store(connection, *BLOCKS, digest="d2")
        assert {table for _, table, _ in statements} == {"site_memory"}
        assert load_memories(connection) == [StoredMemory(SITE, "d2", "1", 12, b"memory d2")]


def test_an_equal_memory_of_another_cleaner_version_is_stored_but_not_reported_as_changed(engine: Engine) -> None:
    with engine.begin() as connection:
        store(connection, *BLOCKS)
        assert not store(connection, *BLOCKS, version="2")
        assert load_memories(connection) == [StoredMemory(SITE, "d1", "2", 12, b"memory d1")]


def test_blocks_are_ordered_by_articles_then_by_text(engine: Engine) -> None:
    with engine.begin() as connection:
        store(connection, block(1, text="b"), block(2, text="a"), block(3, text="c", articles=8), block(4, text="a"))
        assert [row.fingerprint for row in load_repeated_blocks(connection, SITE, 9)] == [3, 2, 4, 1]
        assert [row.fingerprint for row in load_repeated_blocks(connection, SITE, 2)] == [3, 2]


def test_a_block_comes_back_as_it_was(engine: Engine) -> None:
    with engine.begin() as connection:
        store(connection, block(LARGEST, text="Folgen\x00 Sie uns 星期", first_seen="", needed=6))
        row = load_repeated_blocks(connection, SITE, 1)[0]
    assert row == (SITE, LARGEST, 5, 6, "Folgen Sie uns 星期", "div.foot > p", "", "2026-11-22")


def test_a_keep_rule_holds_until_it_is_removed(engine: Engine) -> None:
    with engine.begin() as connection:
        assert add_keep_rule(connection, SITE, LARGEST, "Follow us\x00")
        assert add_keep_rule(connection, SITE, 1, "A refrain")
        assert add_keep_rule(connection, "gazette", 1, "A refrain of theirs")
        assert not add_keep_rule(connection, SITE, 1, "a REFRAIN")
        assert list(load_keep_rules(connection, SITE).items()) == [(1, "A refrain"), (LARGEST, "Follow us")]
        assert remove_keep_rule(connection, SITE, 1)
        assert not remove_keep_rule(connection, SITE, 1)
        assert load_keep_rules(connection, SITE) == {LARGEST: "Follow us"}
        assert load_keep_rules(connection, "gazette") == {1: "A refrain of theirs"}


def test_a_keep_rule_outlives_the_memory(engine: Engine) -> None:
    with engine.begin() as connection:
        store(connection, *BLOCKS)
        add_keep_rule(connection, SITE, 1, "Line 1")
        store(connection, digest="d2")
        assert load_keep_rules(connection, SITE) == {1: "Line 1"}

"""What was learnt of the sites, as the store keeps it: memories, blocks that repeat, pardons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, event

from cleaning.memory.site_memory import AMONG, ELSEWHERE, RepeatedBlock, SiteMemory, cuts, recollected
from storage.database import reading
from storage.memory import (
    StoredMemory,
    memories,
    memory_of,
    pardon,
    pardons,
    remember,
    repeated_blocks,
    unpardon,
)

SITE = "courier"
LARGEST = (1 << 63) - 1


def block(fingerprint: int, **values: Any) -> RepeatedBlock:
    plain = RepeatedBlock(fingerprint, 5, f"Line {fingerprint}", "div.foot > p", "2026-11-01", "2026-11-22", 3)
    return replace(plain, **values)


BLOCKS = [block(1), block(2, articles=9), block(LARGEST, first_seen="", last_seen="", articles=2)]


def store(connection: Connection, *blocks: RepeatedBlock, digest: str = "d1", version: str = "1") -> bool:
    return remember(connection, SITE, digest, version, 12, f"memory {digest}".encode(), blocks)


@contextmanager
def written(connection: Connection) -> Iterator[list[tuple[str, str, int]]]:
    """What is written meanwhile: verb, table, number of rows."""
    found: list[tuple[str, str, int]] = []

    def note(_connection: object, cursor: Any, statement: str, parameters: Any, _context: object, many: bool) -> None:
        verb, _, table, *_ = statement.split()
        if verb != "SELECT":
            found.append((verb, table, len(parameters) if many else cursor.rowcount))

    event.listen(connection, "after_cursor_execute", note)
    yield found
    event.remove(connection, "after_cursor_execute", note)


def test_a_memory_comes_back_as_it_was(engine: Engine) -> None:
    memory = SiteMemory(articles=12, repeated=cuts({4: ELSEWHERE, LARGEST: AMONG | ELSEWHERE}), names=("The Courier",))
    with engine.begin() as connection:
        assert remember(connection, SITE, memory.digest, "1", memory.articles, memory.packed(), BLOCKS)
    with reading(engine) as connection:
        stored = memory_of(connection, SITE)
        assert stored == StoredMemory(SITE, memory.digest, "1", 12, memory.packed())
        assert SiteMemory.unpacked(stored.data).digest == memory.digest
        assert recollected(stored.data).repeats(LARGEST, among=True)
        assert memory_of(connection, "gazette") is None


def test_all_memories_come_by_the_names_of_their_sites(engine: Engine) -> None:
    with engine.begin() as connection:
        for site in ("gazette", "courier", "anzeiger"):
            remember(connection, site, "d", "1", 5, site.encode(), [])
        assert [(one.site, one.data) for one in memories(connection)] == [
            ("anzeiger", b"anzeiger"),
            ("courier", b"courier"),
            ("gazette", b"gazette"),
        ]


def test_what_is_known_already_is_not_written_again(engine: Engine) -> None:
    blocks = [*BLOCKS, block(7, text="a\x00b\ud800c", path="p\x07")]
    with engine.begin() as connection:
        assert store(connection, *blocks)
    with engine.begin() as connection, written(connection) as statements:
        assert not store(connection, *reversed(blocks))
    assert statements == []


def test_of_the_blocks_only_those_are_written_that_differ(engine: Engine) -> None:
    with engine.begin() as connection:
        remember(connection, "gazette", "d", "1", 5, b"", BLOCKS)
        store(connection, *BLOCKS)
        with written(connection) as statements:
            assert not store(connection, block(1), block(2, last_seen="2026-11-23", articles=10), block(3))
        assert statements == [("DELETE", "site_block", 2), ("INSERT", "site_block", 2)]
        rows = repeated_blocks(connection, SITE, 9)
        assert [(row.fingerprint, row.articles, row.last_seen) for row in rows] == [
            (2, 10, "2026-11-23"),
            (1, 5, "2026-11-22"),
            (3, 5, "2026-11-22"),
        ]
        assert len(repeated_blocks(connection, "gazette", 9)) == 3
        store(connection)
        assert repeated_blocks(connection, SITE, 9) == []
        assert len(repeated_blocks(connection, "gazette", 9)) == 3


def test_a_memory_that_was_learnt_anew_replaces_the_one_before(engine: Engine) -> None:
    with engine.begin() as connection:
        store(connection, *BLOCKS)
        with written(connection) as statements:
            assert store(connection, *BLOCKS, digest="d2")
        assert {table for _, table, _ in statements} == {"site_memory"}
        assert memories(connection) == [StoredMemory(SITE, "d2", "1", 12, b"memory d2")]


def test_what_another_version_learns_alike_is_its_own_and_no_news(engine: Engine) -> None:
    with engine.begin() as connection:
        store(connection, *BLOCKS)
        assert not store(connection, *BLOCKS, version="2")
        assert memories(connection) == [StoredMemory(SITE, "d1", "2", 12, b"memory d1")]


def test_blocks_come_with_most_articles_first_then_by_their_text(engine: Engine) -> None:
    with engine.begin() as connection:
        store(connection, block(1, text="b"), block(2, text="a"), block(3, text="c", articles=8), block(4, text="a"))
        assert [row.fingerprint for row in repeated_blocks(connection, SITE, 9)] == [3, 2, 4, 1]
        assert [row.fingerprint for row in repeated_blocks(connection, SITE, 2)] == [3, 2]


def test_a_block_comes_back_as_it_was(engine: Engine) -> None:
    with engine.begin() as connection:
        store(connection, block(LARGEST, text="Folgen\x00 Sie uns 星期", first_seen="", needed=6))
        row = repeated_blocks(connection, SITE, 1)[0]
    assert row == (SITE, LARGEST, 5, 6, "Folgen Sie uns 星期", "div.foot > p", "", "2026-11-22")


def test_a_pardon_holds_until_it_is_taken_back(engine: Engine) -> None:
    with engine.begin() as connection:
        assert pardon(connection, SITE, LARGEST, "Follow us\x00")
        assert pardon(connection, SITE, 1, "A refrain")
        assert pardon(connection, "gazette", 1, "A refrain of theirs")
        assert not pardon(connection, SITE, 1, "a REFRAIN")
        assert list(pardons(connection, SITE).items()) == [(1, "A refrain"), (LARGEST, "Follow us")]
        assert unpardon(connection, SITE, 1)
        assert not unpardon(connection, SITE, 1)
        assert pardons(connection, SITE) == {LARGEST: "Follow us"}
        assert pardons(connection, "gazette") == {1: "A refrain of theirs"}


def test_a_pardon_outlives_the_memory(engine: Engine) -> None:
    with engine.begin() as connection:
        store(connection, *BLOCKS)
        pardon(connection, SITE, 1, "Line 1")
        store(connection, digest="d2")
        assert pardons(connection, SITE) == {1: "Line 1"}

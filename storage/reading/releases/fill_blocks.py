"""Gives the articles of a release their blocks.

A release has the kept blocks as the lines of the text, all of one kind. Its table `removed` has the cut ones with their
place among all blocks, its table `entries` those of live blogs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from cleaning.records.block import Block, BlockKind
from storage.models import StoredArticle, StoredEntry
from storage.models.packed_blocks import pack_blocks, unpack_blocks
from storage.reading.releases.convert_row import parse_offset

_BATCH = 500  # articles of a transaction
_WORD = re.compile(r"\w+")
_KINDS = {str(kind): kind for kind in BlockKind}
_ROW = StoredArticle.__table__.c
_SAVE = update(StoredArticle).where(_ROW.id == bindparam("name"))

Rows = list[dict[str, Any]]


def pack_lines(text: str) -> str | None:
    """Return the blocks of a text of which only the lines are known."""
    return pack_blocks((Block(line) for line in text.split("\n") if line), text)


def add_removed(engine: Engine, rows: Iterable[dict[str, Any]]) -> None:
    """Put the rows of the table `removed` between the lines of their articles. Rows of other articles are left out."""
    for groups in _group(rows):
        with engine.begin() as connection:
            for name, text, packed in _load(connection, groups):
                blocks = _insert_cut(unpack_blocks(packed, text), groups[name])
                connection.execute(_SAVE, {"name": name, "blocks": pack_blocks(blocks, text)})


def add_entries(engine: Engine, rows: Iterable[dict[str, Any]]) -> None:
    """Store the rows of the table `entries`, and let the lines of their articles name the entry that they are of."""
    for groups in _group(rows):
        with engine.begin() as connection:
            for name, text, packed in _load(connection, groups):
                entries = sorted(groups[name], key=itemgetter("position"))
                blocks = list(_name_entries(unpack_blocks(packed, text), entries))
                connection.execute(_SAVE, {"name": name, "blocks": pack_blocks(blocks, text)})
                connection.execute(insert(StoredEntry), [_make_entry(one, at) for at, one in enumerate(entries)])


def _group(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Rows]]:
    """Yield the rows by article, some hundred articles at once. The rows of an article stand together."""
    groups = ((name, list(own)) for name, own in groupby(rows, itemgetter("article_id")))
    while some := dict(islice(groups, _BATCH)):
        yield some


def _load(connection: Connection, groups: Mapping[str, Rows]) -> Sequence[Any]:
    return connection.execute(select(_ROW.id, _ROW.text, _ROW.blocks).where(_ROW.id.in_(list(groups)))).all()


def _insert_cut(kept: Sequence[Block], removed: Rows) -> Iterator[Block]:
    lines = iter(kept)
    at = 0
    for row in sorted(removed, key=itemgetter("position")):
        while at < row["position"] and (line := next(lines, None)) is not None:
            yield line
            at += 1
        kind = _KINDS.get(row["kind"], BlockKind.PARAGRAPH)
        yield Block(row["text"], kind, rule=row["rule"] or "unknown", evidence=row["evidence"])
        at += 1
    yield from lines


def _name_entries(blocks: Sequence[Block], entries: Rows) -> Iterator[Block]:
    """Yield the blocks; those of an entry follow each other in the text, the entries in the order of their page.

    Before its text an entry has a heading, of its time and headline.
    """
    lines = [(at, line) for at, one in enumerate(entries) for line in one["text"].split("\n") if line]
    headings = [_WORD.findall(f"{one['clock']} {one['heading']}") for one in entries]
    place = 0
    for block in blocks:
        at, line = lines[place] if place < len(lines) else (None, None)
        if at is None or not block.is_kept:
            yield block
        elif block.text == line:
            yield replace(block, entry=at)
            place += 1
        elif headings[at] and _WORD.findall(block.text) == headings[at]:
            yield replace(block, entry=at, kind=BlockKind.HEADING)
        else:
            yield block


def _make_entry(row: Mapping[str, Any], position: int) -> dict[str, Any]:
    return {
        "article_id": row["article_id"],
        "position": position,
        "time": row["time"],
        "time_offset": parse_offset(row["time_local"]),
        **{name: row[name] for name in ("clock", "heading", "authors", "anchor")},
        **{name: row[name] for name in ("first_fetched_at", "last_fetched_at")},
    }

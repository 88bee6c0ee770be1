"""Stores the memory of each site, its repeated blocks, and its keep rules.

`cleaning.memory.site_memory` packs a memory; the store reads only its digest. The caller holds the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from cleaning.memory.site_memory import RepeatedBlock
from storage.database.types import make_storable
from storage.models import KeepRule, StoredSiteBlock, StoredSiteMemory

_MEMORY = StoredSiteMemory.__table__.c
_BLOCK = StoredSiteBlock.__table__.c
_COLUMNS = (_MEMORY.site, _MEMORY.digest, _MEMORY.cleaner_version, _MEMORY.articles, _MEMORY.data)


class StoredMemory(NamedTuple):
    """The memory of a site as it was last learnt."""

    site: str
    digest: str  # equal for equal memories
    version: str  # of the cleaner that made the observations it was learnt from
    articles: int  # number of articles it was learnt from
    data: bytes


def load_memory(connection: Connection, site: str) -> StoredMemory | None:
    row = connection.execute(select(*_COLUMNS).where(_MEMORY.site == site)).one_or_none()
    return StoredMemory(*row) if row else None


def load_memories(connection: Connection) -> list[StoredMemory]:
    """Return the memories of all sites in order of their names."""
    return [StoredMemory(*row) for row in connection.execute(select(*_COLUMNS).order_by(_MEMORY.site))]


def save_memory(
    connection: Connection,
    site: str,
    digest: str,
    version: str,
    articles: int,
    data: bytes,
    blocks: Iterable[RepeatedBlock],
) -> bool:
    """Store the memory of a site and return whether its digest changed.

    `blocks` are all blocks that the site repeats now. Only rows that differ from the stored ones are written.
    """
    _save_blocks(connection, site, blocks)
    before = connection.execute(
        select(_MEMORY.digest, _MEMORY.cleaner_version, _MEMORY.data).where(_MEMORY.site == site)
    ).one_or_none()
    if before is not None and tuple(before) == (digest, version, data):
        return False
    connection.execute(delete(StoredSiteMemory).where(_MEMORY.site == site))
    connection.execute(
        insert(StoredSiteMemory).values(site=site, digest=digest, cleaner_version=version, articles=articles, data=data)
    )
    return before is None or before.digest != digest


def forget_memory(connection: Connection, site: str) -> None:
    """Delete what was learnt of a site. Its keep rules stay: the operator made them."""
    connection.execute(delete(StoredSiteBlock).where(_BLOCK.site == site))
    connection.execute(delete(StoredSiteMemory).where(_MEMORY.site == site))


def load_repeated_blocks(connection: Connection, site: str, limit: int) -> list[Row[Any]]:
    """Return the rows of the `limit` blocks that are on most articles of a site; blocks on as many by their text."""
    order = (_BLOCK.articles.desc(), _BLOCK.text, _BLOCK.fingerprint)
    return list(
        connection.execute(select(StoredSiteBlock.__table__).where(_BLOCK.site == site).order_by(*order).limit(limit))
    )


def add_keep_rule(connection: Connection, site: str, fingerprint: int, text: str) -> bool:
    """Store that a block is never cut because it repeats; return False if that is stored already."""
    if fingerprint in load_keep_rules(connection, site):
        return False
    connection.execute(insert(KeepRule).values(site=site, fingerprint=fingerprint, text=text))
    return True


def remove_keep_rule(connection: Connection, site: str, fingerprint: int) -> bool:
    """Delete a keep rule; return False if there is none."""
    deleted = connection.execute(delete(KeepRule).where(KeepRule.site == site, KeepRule.fingerprint == fingerprint))
    return deleted.rowcount > 0


def load_keep_rules(connection: Connection, site: str) -> dict[int, str]:
    """Return the keep rules of a site: fingerprint of the block -> its text, in order of the texts."""
    rows = connection.execute(select(KeepRule.fingerprint, KeepRule.text).where(KeepRule.site == site))
    return dict(sorted(((fingerprint, text) for fingerprint, text in rows), key=itemgetter(1, 0)))


def _save_blocks(connection: Connection, site: str, blocks: Iterable[RepeatedBlock]) -> None:
    now = {block.fingerprint: _make_row(site, block) for block in blocks}
    rows = connection.execute(select(StoredSiteBlock.__table__).where(_BLOCK.site == site))
    before = {row["fingerprint"]: dict(row) for row in rows.mappings()}
    removed = [key for key in before if before[key] != now.get(key)]
    added = [key for key in now if before.get(key) != now[key]]
    if removed:
        statement = delete(StoredSiteBlock).where(_BLOCK.site == site, _BLOCK.fingerprint == bindparam("key"))
        connection.execute(statement, [{"key": key} for key in sorted(removed)])
    if added:
        connection.execute(insert(StoredSiteBlock), [now[key] for key in sorted(added)])


def _make_row(site: str, block: RepeatedBlock) -> dict[str, Any]:
    return {
        "site": site,
        "fingerprint": block.fingerprint,
        "articles": block.articles,
        "needed": block.needed,
        "text": make_storable(block.text),
        "place": make_storable(block.path),
        "first_seen": block.first_seen,
        "last_seen": block.last_seen,
    }

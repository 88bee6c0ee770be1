"""What was learnt of the sites: each one's memory, the blocks that it repeats, and those that a person pardoned.

A memory is packed by `cleaning.memory.site_memory`; the store knows its digest alone. The transaction is the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from cleaning.memory.site_memory import RepeatedBlock
from storage.models import Pardon, StoredSiteBlock, StoredSiteMemory
from storage.types import storable

_MEMORY = StoredSiteMemory.__table__.c
_BLOCK = StoredSiteBlock.__table__.c
_KNOWN = (_MEMORY.site, _MEMORY.digest, _MEMORY.cleaner_version, _MEMORY.articles, _MEMORY.data)


class StoredMemory(NamedTuple):
    """A site's memory as it was learnt last."""

    site: str
    digest: str  # memories with the same one are equal
    version: str  # of the cleaner whose observations it was learnt from
    articles: int  # that it was learnt from
    data: bytes


def memory_of(connection: Connection, site: str) -> StoredMemory | None:
    row = connection.execute(select(*_KNOWN).where(_MEMORY.site == site)).one_or_none()
    return StoredMemory(*row) if row else None


def memories(connection: Connection) -> list[StoredMemory]:
    """The memories of all sites, by their names."""
    return [StoredMemory(*row) for row in connection.execute(select(*_KNOWN).order_by(_MEMORY.site))]


def remember(
    connection: Connection,
    site: str,
    digest: str,
    version: str,
    articles: int,
    data: bytes,
    blocks: Iterable[RepeatedBlock],
) -> bool:
    """Stores what was learnt of a site; answers whether its memory is another one than before, by the digest.

    `blocks` are all that the site repeats now. Only what differs from what is stored is written.
    """
    _remember_blocks(connection, site, blocks)
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


def repeated_blocks(connection: Connection, site: str, limit: int) -> list[Row[Any]]:
    """The rows of the `limit` blocks that stand on most of a site's articles; of those on as many the first by text."""
    order = (_BLOCK.articles.desc(), _BLOCK.text, _BLOCK.fingerprint)
    return list(
        connection.execute(select(StoredSiteBlock.__table__).where(_BLOCK.site == site).order_by(*order).limit(limit))
    )


def pardon(connection: Connection, site: str, fingerprint: int, text: str) -> bool:
    """Sees to it that a block is never cut for being repeated; False where it is pardoned already."""
    if fingerprint in pardons(connection, site):
        return False
    connection.execute(insert(Pardon).values(site=site, fingerprint=fingerprint, text=text))
    return True


def unpardon(connection: Connection, site: str, fingerprint: int) -> bool:
    """Takes a pardon back; False where there is none."""
    taken = connection.execute(delete(Pardon).where(Pardon.site == site, Pardon.fingerprint == fingerprint))
    return taken.rowcount > 0


def pardons(connection: Connection, site: str) -> dict[int, str]:
    """The fingerprints of a site's pardoned blocks, each with its text; in order of the texts."""
    rows = connection.execute(select(Pardon.fingerprint, Pardon.text).where(Pardon.site == site))
    return dict(sorted(((fingerprint, text) for fingerprint, text in rows), key=itemgetter(1, 0)))


def _remember_blocks(connection: Connection, site: str, blocks: Iterable[RepeatedBlock]) -> None:
    now = {block.fingerprint: _row(site, block) for block in blocks}
    rows = connection.execute(select(StoredSiteBlock.__table__).where(_BLOCK.site == site))
    before = {row["fingerprint"]: dict(row) for row in rows.mappings()}
    gone = [key for key in before if before[key] != now.get(key)]
    come = [key for key in now if before.get(key) != now[key]]
    if gone:
        one = delete(StoredSiteBlock).where(_BLOCK.site == site, _BLOCK.fingerprint == bindparam("key"))
        connection.execute(one, [{"key": key} for key in sorted(gone)])
    if come:
        connection.execute(insert(StoredSiteBlock), [now[key] for key in sorted(come)])


def _row(site: str, block: RepeatedBlock) -> dict[str, Any]:
    return {
        "site": site,
        "fingerprint": block.fingerprint,
        "articles": block.articles,
        "needed": block.needed,
        "text": storable(block.text),
        "place": storable(block.path),
        "first_seen": block.first_seen,
        "last_seen": block.last_seen,
    }

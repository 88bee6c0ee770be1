"""Where the further parts of an article lie in the archive: an article on several pages has one response for each.

The caller holds the transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select

from storage.archive.location import ArchiveLocation
from storage.models import StoredPart

# Built once, because building a statement takes as long as running it.
_KNOWN = select(StoredPart.url).where(StoredPart.url.in_(bindparam("urls", expanding=True)))
_LOOKUP = 500  # ids a query: SQLite allows 32,766 variables, older builds 999


class ArchivedPart(NamedTuple):
    """A further part of an article: its canonical URL and its response in the archive."""

    url: str
    location: ArchiveLocation


def save_parts(connection: Connection, article_id: str, parts: Sequence[ArchivedPart]) -> None:
    """Store the further parts of an article, in their order, in place of those of an earlier fetch."""
    connection.execute(delete(StoredPart).where(StoredPart.article_id == article_id))
    if parts:
        rows = [
            {
                "article_id": article_id,
                "position": position,
                "url": part.url,
                "archive_file": part.location.file,
                "archive_offset": part.location.offset,
            }
            for position, part in enumerate(parts, start=1)
        ]
        connection.execute(insert(StoredPart), rows)


def load_parts(connection: Connection, article_ids: Collection[str]) -> dict[str, tuple[ArchivedPart, ...]]:
    """Return the further parts of these articles by id, in their order. Articles on one page are left out."""
    row, ordered = StoredPart, sorted(article_ids)
    found: dict[str, list[ArchivedPart]] = defaultdict(list)
    for start in range(0, len(ordered), _LOOKUP):
        question = select(row.article_id, row.url, row.archive_file, row.archive_offset)
        question = question.where(row.article_id.in_(ordered[start : start + _LOOKUP]))
        for name, url, file, offset in connection.execute(question.order_by(row.article_id, row.position)):
            found[name].append(ArchivedPart(url, ArchiveLocation(file, offset)))
    return {name: tuple(parts) for name, parts in found.items()}


def is_known_part(connection: Connection, url: str) -> bool:
    """Return whether an article has the page at this canonical URL as a further part."""
    return bool(find_known_parts(connection, [url]))


def find_known_parts(connection: Connection, urls: Sequence[str]) -> set[str]:
    """Return those of these canonical URLs that an article has as a further part."""
    return {
        url
        for start in range(0, len(urls), _LOOKUP)
        for url in connection.scalars(_KNOWN, {"urls": urls[start : start + _LOOKUP]})
    }

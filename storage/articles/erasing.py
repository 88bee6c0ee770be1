"""Erases stored pages with all that hangs on them. The caller holds the transaction, and frees their duplicates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, Select, delete, func, select, update

from storage.archive.location import ArchiveLocation
from storage.archive.part_locations import ArchivedPart, load_parts
from storage.models import Revision, StoredArticle, StoredMatch

_ROW = StoredArticle.__table__.c


@dataclass(frozen=True, slots=True)
class ErasablePage:
    """A stored page, and what hangs on it. `locations` are its records in the archive, those of its parts included."""

    id: str
    url: str
    site: str
    title: str
    run_id: int
    rejected: str | None
    revisions: int
    same_story: tuple[str, ...]  # addresses of the articles that tell the same story
    locations: tuple[ArchiveLocation, ...]
    part_urls: tuple[str, ...]  # of the further pages of an article on several pages


class OtherAddress(NamedTuple):
    """An address under which no page is stored. `leads_to` is that of the stored page that it leads to."""

    url: str
    site: str
    leads_to: str | None


def load_erasable_pages(connection: Connection, names: list[str]) -> list[ErasablePage]:
    """Return the stored pages among these ids, in order of their ids; pages of other ids are left out."""
    question: Select[Any] = select(
        _ROW.id, _ROW.url, _ROW.site, _ROW.title, _ROW.run_id, _ROW.rejected, _ROW.archive_file, _ROW.archive_offset
    )
    rows = list(connection.execute(question.where(_ROW.id.in_(names)).order_by(_ROW.id)))
    parts = load_parts(connection, [row.id for row in rows])
    return [_load(connection, row, parts.get(row.id, ())) for row in rows]


def list_pages_of_site(connection: Connection, site: str, most: int) -> list[str]:
    """Return at most `most` ids of pages of a site, in order."""
    return list(connection.scalars(select(_ROW.id).where(_ROW.site == site).order_by(_ROW.id).limit(most)))


def count_pages_of_site(connection: Connection, site: str) -> int:
    return connection.execute(select(func.count()).select_from(StoredArticle).where(_ROW.site == site)).scalar_one()


def mark_erasable(connection: Connection, name: str, reason: str) -> None:
    """Mark a page as rejected, so that judging its duplicates again frees those that it represents."""
    connection.execute(update(StoredArticle).where(_ROW.id == name).values(rejected=reason))


def erase_page(connection: Connection, name: str) -> None:
    """Delete a page, its blocks, entries, revisions, parts, observation and memory dependency."""
    connection.execute(delete(StoredArticle).where(_ROW.id == name))


def overwrite_deleted(connection: Connection) -> None:
    """Have SQLite overwrite what this connection deletes: it would leave the bytes in the file. PostgreSQL vacuums."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def empty_journal(engine: Engine) -> None:
    """Have SQLite put its journal, which holds former pages of the file, into the file. PostgreSQL recycles its own."""
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()  # outside of any transaction
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def _load(connection: Connection, row: Row[Any], parts: tuple[ArchivedPart, ...]) -> ErasablePage:
    revision, match = Revision.__table__.c, StoredMatch.__table__.c
    earlier = connection.execute(
        select(revision.archive_file, revision.archive_offset).where(revision.article_id == row.id)
    ).all()
    places = [(row.archive_file, row.archive_offset), *(tuple(one) for one in earlier)]
    own = [ArchiveLocation(file, offset) for file, offset in places if file is not None]
    others = [
        *connection.scalars(select(match.other).where(match.one == row.id)),
        *connection.scalars(select(match.one).where(match.other == row.id)),
    ]
    story = connection.scalars(select(_ROW.url).where(_ROW.id.in_(others)).order_by(_ROW.url)) if others else ()
    return ErasablePage(
        row.id,
        row.url,
        row.site,
        row.title,
        row.run_id,
        row.rejected,
        len(earlier),
        tuple(story),
        tuple(dict.fromkeys((*own, *(part.location for part in parts)))),
        tuple(part.url for part in parts),
    )

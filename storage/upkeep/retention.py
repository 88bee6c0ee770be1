"""Which raw pages and which rejected pages are old enough to go. The caller holds the transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Update, bindparam, exists, func, select, update

from storage.database.query_batches import split_for_queries
from storage.models import Revision, StoredArticle, StoredPart
from storage.site_memory.observations import list_sites

_ARTICLE, _REVISION, _PART = StoredArticle.__table__, Revision.__table__, StoredPart.__table__
_WALL = "wall"  # the reason of pages by which crawls recognise the walls that earlier ones found


class Reference(NamedTuple):
    """A row that names a record of the archive: of an article, an earlier version (`fetched_at`) or a part."""

    article: str
    offset: int
    fetched_at: datetime | None = None
    position: int | None = None


class References(NamedTuple):
    """The rows that name records of one file; articles and parts with the time at which the article was fetched."""

    articles: list[tuple[Reference, datetime]]
    revisions: list[Reference]
    parts: list[tuple[Reference, datetime]]

    def list_places(self) -> set[int]:
        """Return the offsets of the records."""
        every = (*(ref for ref, _ in self.articles), *self.revisions, *(ref for ref, _ in self.parts))
        return {ref.offset for ref in every}


def list_newest(connection: Connection, most: int) -> set[str]:
    """Return the ids of the newest archived pages of each site: those that its memory is learnt from."""
    row = StoredArticle
    newest: set[str] = set()
    for site in list_sites(connection):
        question = select(row.id).where(row.site == site, row.archive_file.is_not(None))
        order = func.coalesce(row.published_at, row.fetched_at).desc()
        newest.update(connection.scalars(question.order_by(order, row.id).limit(most)))
    return newest


def count_references(connection: Connection) -> dict[str, int]:
    """Return for each file how many rows name a record of it."""
    counts: defaultdict[str, int] = defaultdict(int)
    for table in (_ARTICLE, _REVISION, _PART):
        file = table.c.archive_file
        named = select(file, func.count()).where(file.is_not(None), file != "").group_by(file)
        for name, count in connection.execute(named):
            counts[name] += count
    return dict(counts)


def load_references(connection: Connection, files: Sequence[str]) -> dict[str, References]:
    """Return the rows that name a record of each of these files, which should be many: each table is searched once."""
    found = {file: References([], [], []) for file in files}
    row, one, part = _ARTICLE.c, _REVISION.c, _PART.c
    for some in split_for_queries(files):
        # Through the ids, which an index holds with the file: reading every article with its text takes minutes.
        names = list(connection.scalars(select(row.id).where(row.archive_file.in_(some))))
        for ids in split_for_queries(names):
            articles = select(row.id, row.archive_file, row.archive_offset, row.fetched_at).where(row.id.in_(ids))
            for name, file, offset, fetched_at in connection.execute(articles):
                found[file].articles.append((Reference(name, offset), fetched_at))
        revisions = select(one.article_id, one.archive_file, one.archive_offset, one.fetched_at)
        for name, file, offset, at in connection.execute(revisions.where(one.archive_file.in_(some))):
            found[file].revisions.append(Reference(name, offset, fetched_at=at))
        parts = select(part.article_id, part.archive_file, part.archive_offset, part.position, row.fetched_at)
        parts = parts.join(_ARTICLE, row.id == part.article_id).where(part.archive_file.in_(some))
        for name, file, offset, position, fetched_at in connection.execute(parts):
            found[file].parts.append((Reference(name, offset, position=position), fetched_at))
    return found


def split_references(found: References, before: datetime, newest: set[str]) -> tuple[References, References]:
    """Return the references that stay, and those that go: of pages fetched `before`, and not among the newest.

    A part goes with its article. An earlier version goes by its own time.
    """

    def goes(ref: Reference, fetched_at: datetime) -> bool:
        return fetched_at < before and ref.article not in newest

    def is_old(ref: Reference) -> bool:
        return ref.fetched_at is not None and ref.fetched_at < before

    return (
        References(
            [one for one in found.articles if not goes(*one)],
            [ref for ref in found.revisions if not is_old(ref)],
            [one for one in found.parts if not goes(*one)],
        ),
        References(
            [one for one in found.articles if goes(*one)],
            [ref for ref in found.revisions if is_old(ref)],
            [one for one in found.parts if goes(*one)],
        ),
    )


def forget_places(connection: Connection, goes: References, now: datetime) -> None:
    """Take from rows the place of their record, and note in the articles when it was pruned."""
    values = {"archive_file": None, "archive_offset": None}
    if goes.articles:
        statement = (
            update(StoredArticle).where(StoredArticle.id == bindparam("name")).values(raw_pruned_at=now, **values)
        )
        connection.execute(statement, [{"name": ref.article} for ref, _ in goes.articles])
    if goes.revisions:
        connection.execute(_of_revision().values(values), [_name_revision(ref) for ref in goes.revisions])
    if goes.parts:
        empty = {"archive_file": "", "archive_offset": 0}
        connection.execute(_of_part().values(empty), [_name_part(ref) for ref, _ in goes.parts])


def move_places(connection: Connection, stays: References, file: str, places: Mapping[int, int]) -> None:
    """Have rows name their records in another file; `places` are the new offsets by the old ones."""
    values = {"archive_file": file, "archive_offset": bindparam("place")}
    if stays.articles:
        statement = update(StoredArticle).where(StoredArticle.id == bindparam("name")).values(values)
        rows = [{"name": ref.article, "place": places[ref.offset]} for ref, _ in stays.articles]
        connection.execute(statement, rows)
    if stays.revisions:
        named = [_name_revision(ref) | {"place": places[ref.offset]} for ref in stays.revisions]
        connection.execute(_of_revision().values(values), named)
    if stays.parts:
        parts = [_name_part(ref) | {"place": places[ref.offset]} for ref, _ in stays.parts]
        connection.execute(_of_part().values(values), parts)


def list_old_rejected(connection: Connection, before: datetime, newest: set[str]) -> Iterator[str]:
    """Yield the ids of rejected pages that were fetched `before`; not of walls, nor of pages with earlier versions.

    Those among the newest of their site stay: its memory is learnt from them, too.
    """
    row = _ARTICLE.c
    has_versions = exists().where(_REVISION.c.article_id == row.id)
    question = select(row.id).where(row.rejected.is_not(None), row.rejected != _WALL, row.fetched_at < before)
    for name in connection.scalars(question.where(~has_versions).order_by(row.id)).all():
        if name not in newest:
            yield name


def _of_revision() -> Update:
    row = Revision
    return update(Revision).where(row.article_id == bindparam("name"), row.fetched_at == bindparam("at"))


def _of_part() -> Update:
    row = StoredPart
    return update(StoredPart).where(row.article_id == bindparam("name"), row.position == bindparam("number"))


def _name_revision(ref: Reference) -> dict[str, object]:
    return {"name": ref.article, "at": ref.fetched_at}


def _name_part(ref: Reference) -> dict[str, object]:
    return {"name": ref.article, "number": ref.position}

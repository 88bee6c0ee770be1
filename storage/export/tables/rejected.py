"""The table of rejected pages that pass the filters, with the reason of the rejection."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, case, func, null, select

from storage.articles.revisions import REFUSAL_PREFIX
from storage.export.batch import Batch
from storage.export.rows.read import convert_values, stream_rows
from storage.export.schema import Field, FieldKind, Table
from storage.export.selection.choose import MATCHED, collate_bytewise
from storage.export.selection.selection import Selection
from storage.models import StoredArticle

TABLE = Table(
    "rejected",
    (
        Field("id", FieldKind.TEXT, "key of the page, the same in every release made from one store"),
        Field("rejected", FieldKind.TEXT, "reason of the rejection", is_repetitive=True),
        Field("site", FieldKind.TEXT, "the crawler's name of the site", is_repetitive=True),
        Field("url", FieldKind.TEXT, "address that answered, after redirects"),
        Field("canonical_url", FieldKind.TEXT, "address that the page itself declares", nullable=True),
        Field("title", FieldKind.TEXT, "headline"),
        Field("fetched_at", FieldKind.TIME, "when the page was fetched"),
        Field("language", FieldKind.TEXT, "language of the text as detected", is_repetitive=True),
        Field("robots", FieldKind.TEXTS, "directives of the page's robots tags, as written"),
        Field(
            "text",
            FieldKind.TEXT,
            "kept text, one block a line; null if the page asks not to be kept",
            nullable=True,
        ),
        Field("words", FieldKind.COUNT, "words of the kept text"),
        Field("cleaner_version", FieldKind.TEXT, "version of the cleaner that judged it", is_repetitive=True),
    ),
    "rejected",
)
_PAGE = StoredArticle.__table__.c


def stream_batches(connection: Connection, _selection: Selection) -> Iterator[Batch]:
    """Yield the pages in the order of a release. The database sorts only keys; the texts are looked up."""
    keys = (
        select(MATCHED.c.id)
        .where(MATCHED.c.rejected.is_not(None))
        .order_by(
            collate_bytewise(connection, MATCHED.c.site), MATCHED.c.day, collate_bytewise(connection, MATCHED.c.id)
        )
    )
    withheld = case((_PAGE.rejected.startswith(REFUSAL_PREFIX), null()), else_=_PAGE.text)
    columns = [withheld if name == "text" else _PAGE[name] for name in TABLE.names]
    dialect = connection.dialect.name
    for some in stream_rows(connection, keys):
        names = [name for (name,) in some]
        place = {name: number for number, name in enumerate(names)}
        found = [row for rows in stream_rows(connection, select(*columns).where(_PAGE.id.in_(names))) for row in rows]
        found.sort(key=lambda row: place[row[0]])
        of_fields = zip(TABLE.fields, zip(*found, strict=True), strict=True)
        yield Batch(TABLE, [convert_values(field.kind, column, dialect) for field, column in of_fields])


def count_rows(connection: Connection, _selection: Selection) -> int:
    question = select(func.count()).select_from(MATCHED).where(MATCHED.c.rejected.is_not(None))
    return connection.scalar(question) or 0

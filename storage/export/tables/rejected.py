"""Pages that the filters let through and that are no article, with the reason."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, case, func, null, select

from storage.export.batch import Batch
from storage.export.reading import streamed, values
from storage.export.schema import Field, Kind, Table
from storage.export.selection import MATCHED, Selection, bytewise
from storage.models import StoredArticle
from storage.revisions import REFUSAL

TABLE = Table(
    "rejected",
    (
        Field("id", Kind.TEXT, "key of the page, the same in every release made from one store"),
        Field("rejected", Kind.TEXT, "why it is no article", recurs=True),
        Field("site", Kind.TEXT, "the crawler's name of the site", recurs=True),
        Field("url", Kind.TEXT, "address that answered, after redirects"),
        Field("canonical_url", Kind.TEXT, "address that the page itself declares", nullable=True),
        Field("title", Kind.TEXT, "headline"),
        Field("fetched_at", Kind.MOMENT, "when the page was fetched"),
        Field("language", Kind.TEXT, "language of the text as detected", recurs=True),
        Field("robots", Kind.TEXTS, "what the page asks of robots, in its own words"),
        Field(
            "text", Kind.TEXT, "what was kept of it, one block a line; null where it asks not to be kept", nullable=True
        ),
        Field("words", Kind.COUNT, "words of what was kept"),
        Field("cleaner_version", Kind.TEXT, "version of the cleaner that judged it", recurs=True),
    ),
    "rejected",
)
_PAGE = StoredArticle.__table__.c


def batches(connection: Connection, _selection: Selection) -> Iterator[Batch]:
    """The pages in the order of a release. The database sorts their keys; their texts are looked up."""
    keys = (
        select(MATCHED.c.id)
        .where(MATCHED.c.rejected.is_not(None))
        .order_by(bytewise(connection, MATCHED.c.site), MATCHED.c.day, bytewise(connection, MATCHED.c.id))
    )
    withheld = case((_PAGE.rejected.startswith(REFUSAL), null()), else_=_PAGE.text)
    columns = [withheld if name == "text" else _PAGE[name] for name in TABLE.names]
    dialect = connection.dialect.name
    for some in streamed(connection, keys):
        names = [name for (name,) in some]
        place = {name: number for number, name in enumerate(names)}
        found = [row for rows in streamed(connection, select(*columns).where(_PAGE.id.in_(names))) for row in rows]
        found.sort(key=lambda row: place[row[0]])
        of_fields = zip(TABLE.fields, zip(*found, strict=True), strict=True)
        yield Batch(TABLE, [values(field.kind, column, dialect) for field, column in of_fields])


def count(connection: Connection, _selection: Selection) -> int:
    question = select(func.count()).select_from(MATCHED).where(MATCHED.c.rejected.is_not(None))
    return connection.scalar(question) or 0

"""What the articles of the release said before their sites changed them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, exists, select

from storage.export.batch import Batch
from storage.export.reading import streamed
from storage.export.schema import Field, Kind, Table
from storage.export.selection import CHOSEN, Selection
from storage.models import Revision
from storage.revisions import Version, histories

TABLE = Table(
    "revisions",
    (
        Field("article_id", Kind.TEXT, "id of the article that is another now"),
        Field("fetched_at", Kind.MOMENT, "first fetch of this version"),
        Field("last_fetched_at", Kind.MOMENT, "last fetch of this version"),
        Field("replaced_at", Kind.MOMENT, "first fetch of the version after it: in between the page was changed"),
        Field("title", Kind.TEXT, "headline"),
        Field("authors", Kind.TEXTS, "byline, one name an item"),
        Field("published_at", Kind.MOMENT, "publication as this version states it", nullable=True),
        Field("modified_at", Kind.MOMENT, "last change as this version states it", nullable=True),
        Field("text", Kind.TEXT, "this version, one block a line"),
        Field("words", Kind.COUNT, "words of the text"),
        Field("cleaner_version", Kind.TEXT, "version of the cleaner that made the text", recurs=True),
        Field(
            "changes",
            Kind.TEXTS,
            "what the version after it changed, each a JSON object: kind (headline, added, removed, changed, moved, "
            "recut), before and after (texts), at and to (lines of the texts, from 0), rule (of a recut); "
            "what does not apply is left out",
        ),
    ),
    "revisions",
)

_AT_ONCE = 50  # articles in memory, each with all its versions


def batches(connection: Connection, _selection: Selection) -> Iterator[Batch]:
    """The former versions, in the order of the articles in the release, then oldest first."""
    for found in _histories(connection):
        rows = [_row(name, version, after) for name, versions in found.items() for version, after in pairwise(versions)]
        if rows:
            yield Batch(TABLE, list(zip(*rows, strict=True)))


def count(connection: Connection, _selection: Selection) -> int:
    """Takes as long as to make them: whether two fetches are two versions, their texts decide."""
    return sum(len(versions) - 1 for found in _histories(connection) for versions in found.values())


def _histories(connection: Connection) -> Iterator[dict[str, list[Version]]]:
    has_former = exists().where(Revision.article_id == CHOSEN.c.id)
    for some in streamed(connection, select(CHOSEN.c.id).where(has_former).order_by(CHOSEN.c.n)):
        for start in range(0, len(some), _AT_ONCE):
            names = [name for (name,) in some[start : start + _AT_ONCE]]
            found = histories(connection, names)
            yield {name: found[name] for name in names}


def _row(name: str, version: Version, after: Version) -> tuple[Any, ...]:
    said = version.last
    return (
        name,
        version.since,
        version.until,
        after.since,
        said.title,
        list(said.authors),
        said.published_at,
        said.modified_at,
        version.text,
        said.words,
        said.cleaner_version,
        [json.dumps(change.document(), ensure_ascii=False) for change in after.changes],
    )

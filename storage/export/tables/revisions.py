"""The table of revisions: the former versions of the articles of the release."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, exists, select

from storage.articles.revisions import Version, load_histories
from storage.export.batch import Batch
from storage.export.rows.read import stream_rows
from storage.export.schema import Field, FieldKind, Table
from storage.export.selection.choose import CHOSEN
from storage.export.selection.selection import Selection
from storage.models import Revision

TABLE = Table(
    "revisions",
    (
        Field("article_id", FieldKind.TEXT, "id of the article that changed since"),
        Field("fetched_at", FieldKind.TIME, "first fetch of this version"),
        Field("last_fetched_at", FieldKind.TIME, "last fetch of this version"),
        Field("replaced_at", FieldKind.TIME, "first fetch of the next version: the page changed in between"),
        Field("title", FieldKind.TEXT, "headline"),
        Field("authors", FieldKind.TEXTS, "byline, one name an item"),
        Field("published_at", FieldKind.TIME, "publication as this version states it", nullable=True),
        Field("modified_at", FieldKind.TIME, "last change as this version states it", nullable=True),
        Field("text", FieldKind.TEXT, "this version, one block a line"),
        Field("words", FieldKind.COUNT, "words of the text"),
        Field("cleaner_version", FieldKind.TEXT, "version of the cleaner that made the text", is_repetitive=True),
        Field(
            "changes",
            FieldKind.TEXTS,
            "changes to the next version, each a JSON object: kind (headline, added, removed, changed, moved, "
            "recut, new_entry, old_entry), before and after (texts), at and to (lines of the texts, from 0), rule (of "
            "a recut); "
            "keys that do not apply are left out",
        ),
    ),
    "revisions",
)

_BATCH_ARTICLES = 50  # articles in memory, each with all its versions


def stream_batches(connection: Connection, _selection: Selection) -> Iterator[Batch]:
    """Yield the former versions in the order of the articles in the release, then oldest first."""
    for found in _stream_histories(connection):
        rows = [
            _make_row(name, version, after) for name, versions in found.items() for version, after in pairwise(versions)
        ]
        if rows:
            yield Batch(TABLE, list(zip(*rows, strict=True)))


def count_rows(connection: Connection, _selection: Selection) -> int:
    """Count the versions. This takes as long as reading them, because their texts decide what is a version."""
    return sum(len(versions) - 1 for found in _stream_histories(connection) for versions in found.values())


def _stream_histories(connection: Connection) -> Iterator[dict[str, list[Version]]]:
    has_former = exists().where(Revision.article_id == CHOSEN.c.id)
    for some in stream_rows(connection, select(CHOSEN.c.id).where(has_former).order_by(CHOSEN.c.n)):
        for start in range(0, len(some), _BATCH_ARTICLES):
            names = [name for (name,) in some[start : start + _BATCH_ARTICLES]]
            found = load_histories(connection, names)
            yield {name: found[name] for name in names}


def _make_row(name: str, version: Version, after: Version) -> tuple[Any, ...]:
    fetch = version.last
    return (
        name,
        version.since,
        version.until,
        after.since,
        fetch.title,
        list(fetch.authors),
        fetch.published_at,
        fetch.modified_at,
        version.text,
        fetch.words,
        fetch.cleaner_version,
        [json.dumps(change.to_dict(), ensure_ascii=False) for change in after.changes],
    )

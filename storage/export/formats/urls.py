"""Addresses and hashes without the texts, as JSON Lines: for what may not be passed on, and can be fetched again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.export.batch import Batch
from storage.export.formats import Format, Write
from storage.export.formats.jsonl import moment
from storage.export.hashes import LINE_BYTES, line_hashes, text_sha256
from storage.export.schema import ARTICLES, Field, Kind, Table

# Facts about the page and the text; nothing that its author wrote.
FACTS = ("id", "url", "canonical_url", "site", "published_at", "fetched_at", "language", "words")

# What stands in a file of this format.
URLS = Table(
    "urls",
    (
        *(next(field for field in ARTICLES.fields if field.name == name) for name in FACTS),
        Field("sha256", Kind.TEXT, "SHA-256 of the text in UTF-8"),
        Field("lines", Kind.TEXTS, f"of each line of the text the first {LINE_BYTES} bytes of its SHA-256"),
    ),
    ARTICLES.folder,
)


@contextmanager
def writing(path: Path, table: Table) -> Iterator[Write]:  # noqa: ARG001 (a batch brings its table)
    with path.open("x", encoding="utf-8", newline="\n") as file:

        def write(batch: Batch) -> None:
            for text, *facts in zip(batch.column("text"), *map(batch.column, FACTS), strict=True):
                values = (*facts, text_sha256(text), line_hashes(text))
                line = {
                    field.name: moment(value) if field.kind is Kind.MOMENT else value
                    for field, value in zip(URLS.fields, values, strict=True)
                }
                # In ASCII alone: an address is none of ours to trust with U+2028 and its like.
                file.write(json.dumps(line, allow_nan=False) + "\n")

        yield write


FORMAT = Format(
    name="urls",
    suffix=".urls.jsonl",
    writing=writing,
    tables=frozenset({ARTICLES.name}),
    how_to_read="""\
import json

with open("{path}", encoding="utf-8") as lines:
    articles = [json.loads(line) for line in lines]""",
)

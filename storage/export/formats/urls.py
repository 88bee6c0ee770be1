"""Addresses and hashes as JSON Lines, for texts that may not be passed on but can be fetched again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.export.batch import Batch
from storage.export.formats import Format, WriteBatch
from storage.export.formats.jsonl import format_time
from storage.export.schema import ARTICLES, Field, FieldKind, Table
from storage.export.text_hashes import LINE_BYTES, hash_lines, hash_text

# Facts about the page and the text, without anything its author wrote.
FACTS = ("id", "url", "canonical_url", "site", "published_at", "fetched_at", "language", "words")

# The fields of a file in this format.
URLS = Table(
    "urls",
    (
        *(next(field for field in ARTICLES.fields if field.name == name) for name in FACTS),
        Field("sha256", FieldKind.TEXT, "SHA-256 of the text in UTF-8"),
        Field("lines", FieldKind.TEXTS, f"of each line of the text the first {LINE_BYTES} bytes of its SHA-256"),
    ),
    ARTICLES.folder,
)


@contextmanager
def open_writer(path: Path, table: Table) -> Iterator[WriteBatch]:  # noqa: ARG001 (a batch has its table)
    with path.open("x", encoding="utf-8", newline="\n") as file:

        def write(batch: Batch) -> None:
            for text, *facts in zip(batch.column("text"), *map(batch.column, FACTS), strict=True):
                values = (*facts, hash_text(text), hash_lines(text))
                line = {
                    field.name: format_time(value) if field.kind is FieldKind.TIME else value
                    for field, value in zip(URLS.fields, values, strict=True)
                }
                # ASCII only: a foreign address may contain U+2028 and similar characters.
                file.write(json.dumps(line, allow_nan=False) + "\n")

        yield write


FORMAT = Format(
    name="urls",
    suffix=".urls.jsonl",
    open_writer=open_writer,
    tables=frozenset({ARTICLES.name}),
    as_frame={
        "pandas": 'articles = pandas.read_json("{path}", lines=True, dtype=False, precise_float=True)',
        "polars": 'articles = polars.read_ndjson("{path}", infer_schema_length=None)',
        "duckdb": "articles = duckdb.sql(\"SELECT * FROM read_json('{path}')\").df()",
    },
    how_to_read="""\
import json

with open("{path}", encoding="utf-8") as lines:
    articles = [json.loads(line) for line in lines]""",
)

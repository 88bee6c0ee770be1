"""JSON Lines in one Zstandard frame: small to store and send, and readable line by line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from storage.export.batch import Batch
from storage.export.formats import Format, WriteBatch
from storage.export.formats.jsonl import encode_lines
from storage.export.schema import Table

# Bytes given to the compressor at once. A fixed size, so that the output does not depend on the batches.
_PIECE = 1 << 20


@contextmanager
def open_writer(path: Path, table: Table) -> Iterator[WriteBatch]:
    # pyarrow chooses the level of a compressed stream. Choosing another level would need one frame for each piece, and
    # readers that stop after the first frame would see only the beginning of the corpus.
    with path.open("xb") as file, pa.CompressedOutputStream(file, "zstd") as compressed:
        waiting = bytearray()

        def write(batch: Batch) -> None:
            waiting.extend("".join(encode_lines(batch, table)).encode())
            whole = len(waiting) - len(waiting) % _PIECE
            for start in range(0, whole, _PIECE):
                compressed.write(bytes(waiting[start : start + _PIECE]))
            del waiting[:whole]

        yield write
        compressed.write(bytes(waiting))


FORMAT = Format(
    name="jsonl.zst",
    suffix=".jsonl.zst",
    open_writer=open_writer,
    written_with="pyarrow",
    as_frame={
        "pandas": (
            'lines = pyarrow.input_stream("{path}", compression="zstd")\n'
            "articles = pandas.read_json(lines, lines=True, dtype=False, precise_float=True)"
        ),
        "polars": 'articles = polars.read_ndjson("{path}", infer_schema_length=None)',
        "duckdb": "articles = duckdb.sql(\"SELECT * FROM read_json('{path}')\").df()",
    },
    how_to_read="""\
import io, json
import pyarrow

with io.TextIOWrapper(pyarrow.input_stream("{path}", compression="zstd"), encoding="utf-8") as lines:
    articles = [json.loads(line) for line in lines]""",
)

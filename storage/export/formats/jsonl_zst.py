"""JSON Lines in one Zstandard frame: for whoever keeps or sends a corpus of text and reads it line by line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from storage.export.batch import Batch
from storage.export.formats import Format, Write
from storage.export.formats.jsonl import lines
from storage.export.schema import Table

# What the compressor is given at once: how the records were batched must not reach it.
_PIECE = 1 << 20


@contextmanager
def writing(path: Path, table: Table) -> Iterator[Write]:
    # pyarrow compresses a stream at a level of its own; to name one, each piece would have to be a frame, and readers
    # that stop behind the first frame would see the beginning of the corpus alone.
    with path.open("xb") as file, pa.CompressedOutputStream(file, "zstd") as compressed:
        waiting = bytearray()

        def write(batch: Batch) -> None:
            waiting.extend("".join(lines(batch, table)).encode())
            whole = len(waiting) - len(waiting) % _PIECE
            for start in range(0, whole, _PIECE):
                compressed.write(bytes(waiting[start : start + _PIECE]))
            del waiting[:whole]

        yield write
        compressed.write(bytes(waiting))


FORMAT = Format(
    name="jsonl.zst",
    suffix=".jsonl.zst",
    writing=writing,
    written_with="pyarrow",
    how_to_read="""\
import io, json
import pyarrow

with io.TextIOWrapper(pyarrow.input_stream("{path}", compression="zstd"), encoding="utf-8") as lines:
    articles = [json.loads(line) for line in lines]""",
)

"""Write an observation as bytes, and read it back: a block is made only when it is asked for.

Learning looks at the fingerprints of all blocks of all pages of a site, and at the few blocks that repeat. So the
numbers stand in tables, one after the other, and the words in a list of JSON:

"OBS" and the format, the lengths of what follows, the words, tables of 8-byte numbers (sketch, blocks, wordings,
paths, patterns), tables of shares, one byte of flags for each block; all of it compressed
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from cleaning.errors import MemoryUnreadable
from cleaning.memory.site_memory import to_little_endian

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MAGIC, FORMAT = b"OBS", 2
LEVEL = 1  # of compression: most of it are hashes, which no level makes smaller
KEPT, TELLS_STORY = 1, 2  # flags of a block
UNKNOWN = -1.0  # in place of a likelihood
# The format, the bytes of the words, then the lengths of sketch, blocks, paths and patterns.
_COUNTS = struct.Struct("<H5I")

T = TypeVar("T")
Block = tuple[str, str, bool, bool, int]  # text, path, whether it is kept, whether it tells a story, wording
Position = tuple[float, "float | None"]  # share of kept texts, likelihood


class LazyTable(Mapping[int, T], Generic[T]):
    """A mapping that makes a value each time that it is asked for; `make` takes its number."""

    def __init__(self, keys: Iterable[int], make: Callable[[int], T]) -> None:
        self._numbers = {key: number for number, key in enumerate(keys)}
        self._make = make

    def __getitem__(self, key: int) -> T:
        return self._make(self._numbers[key])

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def __repr__(self) -> str:
        return repr(dict(self))


class PackedPositions(NamedTuple):
    """The positions of a page: their hashes, and the two shares of each."""

    keys: array[int]
    kept_shares: list[float]
    likelihoods: list[float | None]


class PackedObservation(NamedTuple):
    """What `pack_observation` wrote. `head` are the words and numbers that are of the whole page."""

    head: tuple[Any, ...]
    sketch: tuple[int, ...]
    blocks: array[int]
    texts: list[str]
    paths: list[str]
    places: array[int]  # of each block, the number of its path
    flags: bytes
    wordings: array[int]
    positions: tuple[PackedPositions, PackedPositions]

    def get_block(self, number: int) -> Block:
        flags = self.flags[number]
        path = self.paths[self.places[number]]
        return self.texts[number], path, bool(flags & KEPT), bool(flags & TELLS_STORY), self.wordings[number]


def pack_observation(
    head: Sequence[Any], sketch: Sequence[int], blocks: Mapping[int, Block], tables: Sequence[Mapping[int, Position]]
) -> bytes:
    """Return the bytes of an observation. `head` is a list for JSON."""
    paths = {path: number for number, path in enumerate(dict.fromkeys(path for _, path, *_ in blocks.values()))}
    texts, places = [block[0] for block in blocks.values()], [paths[block[1]] for block in blocks.values()]
    words = json.dumps([*head, texts, list(paths), places], separators=(",", ":")).encode()
    shares: Iterator[array[Any]] = (
        array("d", (UNKNOWN if share is None else share for share in column))
        for table in tables
        for column in ([one[0] for one in table.values()], [one[1] for one in table.values()])
    )
    numbers: Iterator[array[Any]] = (
        array("q", column)
        for column in (sketch, blocks, [block[4] for block in blocks.values()], *(table.keys() for table in tables))
    )
    flags = bytes(KEPT * block[2] | TELLS_STORY * block[3] for block in blocks.values())
    counts = _COUNTS.pack(FORMAT, len(words), len(sketch), len(blocks), *map(len, tables))
    columns = [_to_bytes(column) for column in (*numbers, *shares)]
    return zlib.compress(b"".join((MAGIC, counts, words, *columns, flags)), LEVEL)


def unpack_observation(data: bytes) -> PackedObservation:
    """Return what `pack_observation` wrote. Raise `MemoryUnreadable` if these bytes are something else."""
    try:
        raw = zlib.decompress(data)
        if not raw.startswith(MAGIC):
            raise MemoryUnreadable("the observation of a page has a format of long ago")
        start = len(MAGIC) + _COUNTS.size
        version, size, sketch_size, block_count, *tables = _COUNTS.unpack(raw[len(MAGIC) : start])
        if version != FORMAT:
            raise MemoryUnreadable(f"the observation of a page has format {version}, not {FORMAT}")
        *head, texts, paths, places = json.loads(raw[start : start + size])
        columns = _Columns(raw, start + size)
        sketch, blocks, wordings = (columns.take("q", length) for length in (sketch_size, block_count, block_count))
        keys = [columns.take("q", length) for length in tables]
        positions = [
            PackedPositions(
                key,
                columns.take("d", len(key)).tolist(),
                [None if share == UNKNOWN else share for share in columns.take("d", len(key))],
            )
            for key in keys
        ]
        flags = raw[columns.at :]
        places = array("L", places)
        if not len(texts) == len(places) == len(flags) == block_count or max(places, default=-1) >= len(paths):
            raise MemoryUnreadable("the observation of a page is damaged")
        return PackedObservation(
            tuple(head), tuple(sketch), blocks, texts, paths, places, flags, wordings, (positions[0], positions[1])
        )
    except (zlib.error, struct.error, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise MemoryUnreadable(f"the observation of a page cannot be read: {error}") from error


class _Columns:
    """Takes tables of numbers from bytes, one after the other."""

    def __init__(self, raw: bytes, at: int) -> None:
        self._raw = raw
        self.at = at

    def take(self, kind: str, length: int) -> array[Any]:
        """Raise ValueError if there are not so many numbers."""
        column = array(kind)
        end = self.at + length * column.itemsize
        column.frombytes(self._raw[self.at : end])
        if len(column) != length:
            raise ValueError("it ends too early")
        self.at = end
        return to_little_endian(column)


def _to_bytes(column: array[Any]) -> bytes:
    return to_little_endian(column).tobytes()

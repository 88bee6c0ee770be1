"""The memory of one site, in a form that is looked up fast and written to the same bytes on every machine."""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from base64 import b64decode, b64encode
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cleaning.errors import MemoryUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike

FORMAT = 1
SHARE_STEPS = 32  # shares are rounded to 1/32: smaller changes change no text
# Where a repeated block is cut: at positions whose texts are mostly kept, at all others. Or a keep rule says that it is
# the articles' own. Each is a bit.
AMONG_KEPT, ELSEWHERE, KEPT_BY_RULE = 1, 2, 4
CACHED_MEMORIES = 64  # per process: about as many as sites are crawled side by side
MIN_ARTICLES = 5  # of a site; a memory learned from fewer is not used
MAX_ARTICLES = 20  # counted at one position: more say nothing more


class FingerprintTable:
    """A sorted table of 63-bit fingerprints, each with a value of `width` bytes; 8 + `width` bytes per entry."""

    def __init__(self, values: Mapping[int, bytes], width: int) -> None:
        keys = sorted(values)
        self._keys = array("q", keys)
        self._data = b"".join(values[key] for key in keys)
        self._width = width

    def __len__(self) -> int:
        return len(self._keys)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FingerprintTable) and (self._keys, self._data) == (other._keys, other._data)

    __hash__ = None  # type: ignore[assignment]  # compared, never a key

    def __contains__(self, key: int) -> bool:
        return self.get(key) is not None

    def get(self, key: int) -> bytes | None:
        at = bisect_left(self._keys, key)
        if at == len(self._keys) or self._keys[at] != key:
            return None
        return self._data[at * self._width : (at + 1) * self._width]

    def to_record(self) -> list[str]:
        return [b64encode(to_little_endian(self._keys).tobytes()).decode(), b64encode(self._data).decode()]

    @classmethod
    def from_record(cls, record: list[str], width: int) -> FingerprintTable:
        keys = to_little_endian(array("q", b64decode(record[0])))
        table = cls({}, width)
        table._keys, table._data = keys, b64decode(record[1])
        if len(table._data) != width * len(keys):
            raise ValueError("the numbers of fingerprints and of values differ")
        return table


class PositionStatistics(NamedTuple):
    """What was kept of the texts at one position of a site's pages, over all articles; each article counts once."""

    articles: int = 0  # up to MAX_ARTICLES; 0 if the position is unknown
    kept_share: float = -1.0  # of the texts there, those of the article
    likelihood: float = -1.0  # their mean; -1 if none was classified

    def to_bytes(self) -> bytes:
        likelihood = 255 if self.likelihood < 0 else round(self.likelihood * SHARE_STEPS)
        return bytes((self.articles, round(self.kept_share * SHARE_STEPS), likelihood))


UNKNOWN_POSITION = PositionStatistics()


@dataclass(frozen=True, slots=True)
class RepeatedBlock:
    """A block that stands on several articles of a site."""

    fingerprint: int
    articles: int
    text: str  # as it stands on the first of them, cut to MAX_TEXT_CHARACTERS
    path: str  # its most frequent path
    first_seen: str  # ISO day of the earliest article that it stands on, "" if none is dated
    last_seen: str
    needed: int  # articles from which on it is cut
    kept: int = 0  # articles on which the cleaner keeps it without a memory, in the same words
    is_varied: bool = False  # kept in several wordings


@dataclass(frozen=True)
class SiteMemory:
    """What a site repeats and where its articles stand: all that cleaning needs to know of the site.

    `articles` is the number of distinct articles that it was learned from. `repeated` holds by fingerprint where each
    repeated block is cut (`AMONG_KEPT`, `ELSEWHERE`) or that it never is (`KEPT_BY_RULE`), `paths` and `patterns` by
    hash the statistics of positions. `headlines` are the fingerprints of the site's headlines, `names` the parts of its
    titles that are no headlines.
    """

    articles: int = 0
    repeated: FingerprintTable = field(default_factory=lambda: FingerprintTable({}, 1))
    paths: FingerprintTable = field(default_factory=lambda: FingerprintTable({}, 3))
    patterns: FingerprintTable = field(default_factory=lambda: FingerprintTable({}, 3))
    headlines: FingerprintTable = field(default_factory=lambda: FingerprintTable({}, 0))
    names: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether it was learned from enough articles to be used."""
        return self.articles >= MIN_ARTICLES

    def is_repeated(self, fingerprint: int, *, among_kept: bool) -> bool:
        """Return whether the block with this fingerprint is cut, among texts that are mostly kept or elsewhere."""
        where = self.repeated.get(fingerprint)
        return where is not None and bool(where[0] & (AMONG_KEPT if among_kept else ELSEWHERE))

    def has_keep_rule(self, fingerprint: int) -> bool:
        """Return whether the site's operator has said that the block with this fingerprint is the articles' own."""
        where = self.repeated.get(fingerprint)
        return where is not None and bool(where[0] & KEPT_BY_RULE)

    def get_positions(self, path: int, pattern: int) -> tuple[PositionStatistics, PositionStatistics]:
        """Return the statistics of a path and of a pattern, by their hashes."""
        return _unpack_statistics(self.paths.get(path)), _unpack_statistics(self.patterns.get(pattern))

    def to_bytes(self) -> bytes:
        return zlib.compress(self._json)

    @cached_property
    def _json(self) -> bytes:
        """The memory as JSON; equal memories give equal bytes."""
        record = {
            "format": FORMAT,
            "articles": self.articles,
            "repeated": self.repeated.to_record(),
            "paths": self.paths.to_record(),
            "patterns": self.patterns.to_record(),
            "headlines": self.headlines.to_record(),
            "names": self.names,
        }
        return json.dumps(record, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> SiteMemory:
        """Raise `MemoryUnreadable` if these bytes are no memory of this format."""
        try:
            record = json.loads(zlib.decompress(data))
            if record["format"] != FORMAT:
                raise MemoryUnreadable(f"the site's memory has format {record['format']}, not {FORMAT}")
            return cls(
                record["articles"],
                FingerprintTable.from_record(record["repeated"], 1),
                FingerprintTable.from_record(record["paths"], 3),
                FingerprintTable.from_record(record["patterns"], 3),
                FingerprintTable.from_record(record["headlines"], 0),
                tuple(record["names"]),
            )
        except (zlib.error, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
            raise MemoryUnreadable(f"the site's memory cannot be read: {error}") from error

    def save(self, path: str | PathLike[str]) -> None:
        """Write the memory to a file, replacing what is there. Raise OSError if it cannot be written.

        >>> from cleaning import SiteMemory
        >>> SiteMemory(articles=7).save("paper.memory")
        >>> SiteMemory.load("paper.memory").articles
        7
        """
        Path(path).write_bytes(self.to_bytes())

    @classmethod
    def load(cls, path: str | PathLike[str]) -> SiteMemory:
        """Return the memory in a file. Raise OSError if it cannot be read, `MemoryUnreadable` if it is no memory."""
        return cls.from_bytes(Path(path).read_bytes())

    @cached_property
    def digest(self) -> str:
        """A hash of the content: memories with the same digest clean alike."""
        return sha256(self._json).hexdigest()[:16]


@lru_cache(maxsize=CACHED_MEMORIES)
def load_site_memory(data: bytes) -> SiteMemory:
    """Return the memory in these bytes, cached. Raise `MemoryUnreadable` if they are no memory of this format."""
    return SiteMemory.from_bytes(data)


def build_cut_table(values: Mapping[int, int]) -> FingerprintTable:
    return FingerprintTable({key: bytes((value,)) for key, value in values.items()}, 1)


def build_fingerprint_set(values: Iterable[int]) -> FingerprintTable:
    return FingerprintTable(dict.fromkeys(values, b""), 0)


def build_position_table(values: Mapping[int, PositionStatistics]) -> FingerprintTable:
    return FingerprintTable({key: value.to_bytes() for key, value in values.items()}, 3)


def to_little_endian(numbers: array[int]) -> array[int]:
    """Swap the bytes on big-endian machines, so that they are the same on every machine; and back again."""
    if sys.byteorder == "big":
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers


def _unpack_statistics(data: bytes | None) -> PositionStatistics:
    if data is None:
        return UNKNOWN_POSITION
    articles, kept_share, likelihood = data
    return PositionStatistics(
        articles, kept_share / SHARE_STEPS, -1.0 if likelihood == 255 else likelihood / SHARE_STEPS
    )

"""What is known of a site, in a form that is read fast and written the same way everywhere."""

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
from typing import TYPE_CHECKING, NamedTuple

from cleaning.errors import MemoryUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FORMAT = 1
STEPS = 32  # to which shares are rounded: what moves less moves no text
# Where a repeated block is cut: at places whose texts are mostly kept, at any other.
AMONG, ELSEWHERE = 1, 2
REMEMBERED = 64  # memories of a process: of the sites that are crawled side by side
FEWEST = 5  # articles of a site that teaches anything
MOST_ARTICLES = 20  # beyond it the number of articles that speak for a place says no more


class Numbers:
    """An ordered set of fingerprints, each with `width` bytes that belong to it; eight bytes and those a member."""

    def __init__(self, values: Mapping[int, bytes], width: int) -> None:
        keys = sorted(values)
        self._keys = array("q", keys)
        self._data = b"".join(values[key] for key in keys)
        self._width = width

    def __len__(self) -> int:
        return len(self._keys)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Numbers) and (self._keys, self._data) == (other._keys, other._data)

    __hash__ = None  # type: ignore[assignment]  # compared, never looked up

    def __contains__(self, key: int) -> bool:
        return self.get(key) is not None

    def get(self, key: int) -> bytes | None:
        at = bisect_left(self._keys, key)
        if at == len(self._keys) or self._keys[at] != key:
            return None
        return self._data[at * self._width : (at + 1) * self._width]

    def written(self) -> list[str]:
        return [b64encode(little_endian(self._keys).tobytes()).decode(), b64encode(self._data).decode()]

    @classmethod
    def read(cls, record: list[str], width: int) -> Numbers:
        keys = little_endian(array("q", b64decode(record[0])))
        read = cls({}, width)
        read._keys, read._data = keys, b64decode(record[1])
        if len(read._data) != width * len(keys):
            raise ValueError("numbers without their data")
        return read


class Standing(NamedTuple):
    """What became of the texts at a place of the site's pages, over its articles, each of which has one voice."""

    articles: int = 0  # up to MOST_ARTICLES; 0 where the place is not known
    kept: float = -1.0  # share of its texts that were the article's
    likelihood: float = -1.0  # their mean likelihood; -1 where none was weighed

    def packed(self) -> bytes:
        return bytes(
            (self.articles, round(self.kept * STEPS), 255 if self.likelihood < 0 else round(self.likelihood * STEPS))
        )


UNKNOWN = Standing()


@dataclass(frozen=True, slots=True)
class RepeatedBlock:
    """A block that stands on several of a site's articles."""

    fingerprint: int
    articles: int
    text: str  # as it stands on the first of them, cut to a line
    path: str  # where it usually stands
    first_seen: str  # day of the earliest article that it stands on, in ISO form, "" where none is dated
    last_seen: str
    needed: int  # articles from which on it is cut
    kept: int = 0  # articles on which the cleaner alone keeps it in the same words
    varied: bool = False  # whether it is kept in several wordings


@dataclass(frozen=True)
class SiteMemory:
    """What a site repeats and where its articles stand: all that cleaning needs of it.

    `articles` are the distinct ones it was learnt from. `repeated` gives for fingerprints of blocks where they are cut
    (`ELSEWHERE`, `AMONG`), `paths` and `patterns` the standing of places, `headlines` are fingerprints of the site's
    own headlines, `names` what its titles carry beside them.
    """

    articles: int = 0
    repeated: Numbers = field(default_factory=lambda: Numbers({}, 1))
    paths: Numbers = field(default_factory=lambda: Numbers({}, 3))
    patterns: Numbers = field(default_factory=lambda: Numbers({}, 3))
    headlines: Numbers = field(default_factory=lambda: Numbers({}, 0))
    names: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether it was learnt from enough articles to be believed."""
        return self.articles >= FEWEST

    def repeats(self, fingerprint: int, *, among: bool) -> bool:
        """Whether the block with this fingerprint is the site's where it stands: among what articles keep, or not."""
        cut = self.repeated.get(fingerprint)
        return cut is not None and bool(cut[0] & (AMONG if among else ELSEWHERE))

    def standing(self, path: int, pattern: int) -> tuple[Standing, Standing]:
        return _standing(self.paths.get(path)), _standing(self.patterns.get(pattern))

    def packed(self) -> bytes:
        return zlib.compress(self._written)

    @cached_property
    def _written(self) -> bytes:
        """Equal memories are written alike."""
        record = {
            "format": FORMAT,
            "articles": self.articles,
            "repeated": self.repeated.written(),
            "paths": self.paths.written(),
            "patterns": self.patterns.written(),
            "headlines": self.headlines.written(),
            "names": self.names,
        }
        return json.dumps(record, sort_keys=True).encode()

    @classmethod
    def unpacked(cls, data: bytes) -> SiteMemory:
        """Raises `MemoryUnreadable` where these bytes are no memory of this format."""
        try:
            record = json.loads(zlib.decompress(data))
            if record["format"] != FORMAT:
                raise MemoryUnreadable(f"the site's memory is of format {record['format']}, not {FORMAT}")
            return cls(
                record["articles"],
                Numbers.read(record["repeated"], 1),
                Numbers.read(record["paths"], 3),
                Numbers.read(record["patterns"], 3),
                Numbers.read(record["headlines"], 0),
                tuple(record["names"]),
            )
        except (zlib.error, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
            raise MemoryUnreadable(f"the site's memory cannot be read: {error}") from error

    @cached_property
    def digest(self) -> str:
        """A name for what is known: memories with the same one clean alike."""
        return sha256(self._written).hexdigest()[:16]


@lru_cache(maxsize=REMEMBERED)
def recollected(data: bytes) -> SiteMemory:
    """The memory in these bytes: those that were asked for last are read once. Raises `MemoryUnreadable`."""
    return SiteMemory.unpacked(data)


def cuts(values: Mapping[int, int]) -> Numbers:
    return Numbers({key: bytes((value,)) for key, value in values.items()}, 1)


def members(values: Iterable[int]) -> Numbers:
    return Numbers(dict.fromkeys(values, b""), 0)


def standings(values: Mapping[int, Standing]) -> Numbers:
    return Numbers({key: value.packed() for key, value in values.items()}, 3)


def little_endian(numbers: array[int]) -> array[int]:
    """The same numbers, whose bytes are the same on every machine; and back again."""
    if sys.byteorder == "big":
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers


def _standing(data: bytes | None) -> Standing:
    if data is None:
        return UNKNOWN
    articles, kept, likelihood = data
    return Standing(articles, kept / STEPS, -1.0 if likelihood == 255 else likelihood / STEPS)

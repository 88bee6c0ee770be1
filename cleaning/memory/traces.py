"""What of a site's memory the text of one article depends on: its blocks' standing, and that of its places.

A trace is kept beside the article. When the memory has changed, the digests of the two tell which articles are to be
cleaned again, without a look at their pages.
"""

from __future__ import annotations

from array import array
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from cleaning.errors import MemoryUnreadable
from cleaning.memory.fingerprint import fingerprint
from cleaning.memory.observation import places
from cleaning.memory.site_memory import MOST_ARTICLES, little_endian

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cleaning.memory.site_memory import SiteMemory
    from cleaning.runs import Run


UNKNOWN = "unknown"  # what a memory says that is not to be believed yet


class Trace(NamedTuple):
    """The fingerprints of a page's blocks, and the numbers of its texts' paths and patterns; each in order, once."""

    blocks: array[int]
    paths: array[int]
    patterns: array[int]

    @classmethod
    def of(cls, runs: Sequence[Run]) -> Trace:
        numbers = [places(place) for place in dict.fromkeys(run.place for run in runs)]
        blocks = _ordered(key for run in runs if (key := fingerprint(run.text)))
        return cls(blocks, _ordered(path for path, _ in numbers), _ordered(pattern for _, pattern in numbers))

    def packed(self) -> bytes:
        parts = [array("q", map(len, self)), *self]
        return b"".join(little_endian(part).tobytes() for part in parts)

    @classmethod
    def unpacked(cls, data: bytes) -> Trace:
        """Raises `MemoryUnreadable` where these bytes are no trace."""
        try:
            numbers = little_endian(array("q", data))
            one, two, three = numbers[:3]
        except ValueError as error:
            raise MemoryUnreadable("an article's trace cannot be read") from error
        if len(numbers) != 3 + one + two + three:
            raise MemoryUnreadable("an article's trace is not whole")
        rest = numbers[3:]
        return cls(rest[:one], rest[one : one + two], rest[one + two :])

    def digest(self, memory: SiteMemory) -> str:
        """A name for what the memory says of this page: where it is equal, the text is."""
        if not memory.is_known:
            return UNKNOWN
        said = sha256(repr((min(memory.articles, MOST_ARTICLES), memory.names)).encode("utf-8", "replace"))
        for key in self.blocks:
            said.update(memory.repeated.get(key) or (b"h" if key in memory.headlines else b"-"))
        for table, keys in ((memory.paths, self.paths), (memory.patterns, self.patterns)):
            for key in keys:
                said.update(table.get(key) or b"---")
        return said.hexdigest()[:16]


def _ordered(numbers: Iterable[int]) -> array[int]:
    return array("q", sorted(set(numbers)))

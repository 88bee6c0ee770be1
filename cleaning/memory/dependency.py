"""The part of a site's memory that the text of one article depends on: the entries for its blocks and its positions.

The dependency is stored beside the article. When the memory has changed, the memory fingerprints of before and after
say which articles must be cleaned again, without reading their pages.
"""

from __future__ import annotations

from array import array
from dataclasses import astuple
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from cleaning.duplicates.fingerprint import hash_to_int
from cleaning.errors import MemoryUnreadable
from cleaning.memory.observation import fingerprint_run, hash_position
from cleaning.memory.site_memory import MAX_ARTICLES, to_little_endian
from cleaning.records.given import NO_RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cleaning.memory.site_memory import SiteMemory
    from cleaning.page.text_runs import TextRun
    from cleaning.records.given import SiteRules


UNKNOWN_SITE = "unknown"  # the fingerprint of a memory that was learned from too few articles


class MemoryDependency(NamedTuple):
    """The fingerprints of a page's blocks, and the hashes of its texts' paths and patterns; each sorted and unique.

    `rules` says by which rules of the site the page was cleaned (`hash_site_rules`); 0 without any.
    """

    blocks: array[int]
    paths: array[int]
    patterns: array[int]
    rules: int = 0

    @classmethod
    def from_runs(cls, runs: Sequence[TextRun], rules: int = 0) -> MemoryDependency:
        positions = [hash_position(element) for element in dict.fromkeys(run.element for run in runs)]
        blocks = _sort_unique(key for run in runs if (key := fingerprint_run(run)))
        paths, patterns = (path for path, _ in positions), (pattern for _, pattern in positions)
        return cls(blocks, _sort_unique(paths), _sort_unique(patterns), rules)

    @classmethod
    def merge(cls, dependencies: Iterable[MemoryDependency]) -> MemoryDependency:
        """Return the dependency of a text that is made of several pages, all of one site."""
        every = [cls.from_runs(()), *dependencies]
        blocks, paths, patterns = (
            _sort_unique(number for table in tables for number in table)
            for tables in zip(*(one[:3] for one in every), strict=True)
        )
        return cls(blocks, paths, patterns, every[-1].rules)

    def to_bytes(self) -> bytes:
        tables = self[:3]
        parts = [array("q", map(len, tables)), *tables, array("q", [self.rules] if self.rules else [])]
        return b"".join(to_little_endian(part).tobytes() for part in parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> MemoryDependency:
        """Raise `MemoryUnreadable` if these bytes are no memory dependency."""
        try:
            numbers = to_little_endian(array("q", data))
            blocks, paths, patterns = numbers[:3]
        except ValueError as error:
            raise MemoryUnreadable("an article's memory dependency cannot be read") from error
        end = 3 + blocks + paths + patterns
        if len(numbers) - end not in (0, 1):
            raise MemoryUnreadable("an article's memory dependency is truncated or too long")
        rest = numbers[3:end]
        rules = numbers[end] if len(numbers) > end else 0
        return cls(rest[:blocks], rest[blocks : blocks + paths], rest[blocks + paths :], rules)

    def fingerprint_memory(self, memory: SiteMemory) -> str:
        """Return a hash of all that the memory says of this page: if it is equal, so is the article's text."""
        if not memory.is_known:
            return UNKNOWN_SITE
        digest = sha256(repr((min(memory.articles, MAX_ARTICLES), memory.names)).encode("utf-8", "replace"))
        for key in self.blocks:
            digest.update(memory.repeated.get(key) or (b"h" if key in memory.headlines else b"-"))
        for table, keys in ((memory.paths, self.paths), (memory.patterns, self.patterns)):
            for key in keys:
                digest.update(table.get(key) or b"---")
        return digest.hexdigest()[:16]


def hash_site_rules(rules: SiteRules) -> int:
    """Return a number for the rules of a site: equal for equal rules, 0 if there are none."""
    return 0 if rules == NO_RULES else hash_to_int(repr(astuple(rules)))


def _sort_unique(numbers: Iterable[int]) -> array[int]:
    return array("q", sorted(set(numbers)))

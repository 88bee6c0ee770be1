"""Unites the entries of a live blog from several fetches: what its page no longer shows is kept at its place.

A page may show its last entries only, and grows between two fetches. Each entry has the wording of the latest fetch
that showed it. The order is that of the latest page; an entry that left it stands where it stood among its neighbours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from cleaning.records.block import Block, LiveEntry
from storage.articles.diff import MIN_LIKENESS, compare_tallies, tally_words

# Entries of one time, heading or id that an entry is compared with. Newsrooms write a few a minute; a page that gives
# thousands one time would hold up the storing of all other pages.
MAX_ALIKE = 12


@dataclass(frozen=True)
class EntryText:
    """An entry with its blocks, and those between it and the next one, which belong to none."""

    entry: LiveEntry
    blocks: tuple[Block, ...] = ()

    @cached_property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks if block.is_kept and block.entry is not None)

    @cached_property
    def tally(self) -> Counter[str]:
        return tally_words(self.text)


@dataclass(frozen=True, slots=True)
class LiveText:
    """The blocks of a live blog: those before its first entry, its entries, and those behind the last."""

    head: tuple[Block, ...]
    entries: tuple[EntryText, ...]
    tail: tuple[Block, ...]

    @classmethod
    def split(cls, blocks: Sequence[Block], entries: Sequence[LiveEntry]) -> LiveText:
        """Take the blocks of an article apart."""
        head: list[Block] = []
        own: list[list[Block]] = [[] for _ in entries]
        between: list[Block] = []
        current: int | None = None
        for block in blocks:
            if block.entry is not None and block.entry < len(own):
                if current is not None:
                    own[current] += between
                    between = []
                current = block.entry
                own[current].append(block)
            else:
                (head if current is None else between).append(block)
        return cls(tuple(head), tuple(map(EntryText, entries, map(tuple, own))), tuple(between))

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks in reading order; each names its entry by the number that it has here."""
        numbered = (
            block if block.entry is None else replace(block, entry=number)
            for number, one in enumerate(self.entries)
            for block in one.blocks
        )
        return (*self.head, *numbered, *self.tail)


def unite(page: LiveText, other: LiveText) -> LiveText:
    """Return the text of a page with the entries that another fetch of it has.

    Of an entry that both have, the wording is that of the later of the fetches that showed it last. All entries must
    say when they were fetched.
    """
    found = match_entries(page.entries, other.entries)
    entries = list(page.entries)
    for at, to in found.items():
        entries[to] = _unite_entry(entries[to], other.entries[at])
    placed = _insert(entries, [None if at in found else _take_out(one) for at, one in enumerate(other.entries)], found)
    return LiveText(page.head, tuple(placed), page.tail)


def _unite_entry(one: EntryText, other: EntryText) -> EntryText:
    later = other if _last(other) > _last(one) else one
    first = min(moment for moment in (one.entry.first_fetched_at, other.entry.first_fetched_at) if moment is not None)
    return EntryText(
        replace(later.entry, first_fetched_at=first), later.blocks if later is one else _bare(later.blocks)
    )


def _last(one: EntryText) -> float:
    return one.entry.last_fetched_at.timestamp() if one.entry.last_fetched_at is not None else 0.0


def _take_out(one: EntryText) -> EntryText:
    return EntryText(one.entry, _bare(one.blocks))


def _bare(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks of an entry without the numbers of lists and tables, which are those of another page."""
    return tuple(replace(block, layout="") for block in blocks if block.entry is not None)


def _insert(entries: list[EntryText], extra: Sequence[EntryText | None], found: dict[int, int]) -> list[EntryText]:
    """Insert the extra entries, each behind the one that stood before it; None stands for those that are there."""
    anchored: dict[int, list[EntryText]] = {}
    waiting: list[EntryText] = []  # before the first one that is there
    before: dict[int, list[EntryText]] = {}
    place: int | None = None
    for at, one in enumerate(extra):
        if one is None:
            place = found[at]
            if waiting:
                before.setdefault(place, []).extend(waiting)
                waiting = []
        elif place is None:
            waiting.append(one)
        else:
            anchored.setdefault(place, []).append(one)
    merged: list[EntryText] = []
    for number, one in enumerate(entries):
        merged += [*before.get(number, ()), one, *anchored.get(number, ())]
    if not waiting:
        return merged
    return [*waiting, *merged] if _stand_before(waiting, entries) else [*merged, *waiting]


def _stand_before(some: Sequence[EntryText], entries: Sequence[EntryText]) -> bool:
    """Return whether entries that share no neighbour with a page stand before its own, by their times."""
    times = [one.entry.time for one in entries if one.entry.time is not None]
    other = next((one.entry.time for one in some if one.entry.time is not None), None)
    if other is None or not times:
        return False
    is_newest_first = times[0] > times[-1]
    return other > times[0] if is_newest_first else other < times[0]


def match_entries(page: Sequence[EntryText], other: Sequence[EntryText]) -> dict[int, int]:
    """Return which entries of another fetch are which of the page, by index: by their ids, times, headings and words.

    An id that is given to another entry at every fetch ("entry-1" is always the first) tells nothing by itself.
    """
    found: dict[int, int] = {}
    taken: set[int] = set()
    for key, is_same in _STEPS:
        places: dict[Hashable, dict[int, None]] = {}
        for to, one in enumerate(page):
            if to not in taken and (value := key(one)) is not None:
                places.setdefault(value, {})[to] = None
        for at, one in enumerate(other):
            if at in found:
                continue
            alike = places.get(key(one), {})
            for to in islice(alike, MAX_ALIKE):
                if is_same(page[to], one):
                    found[at] = to
                    taken.add(to)
                    del alike[to]
                    break
    return found


def _by_anchor(one: EntryText) -> Hashable:
    return one.entry.anchor or None


def _by_moment(one: EntryText) -> Hashable:
    return one.entry.time or one.entry.clock or None


def _by_heading(one: EntryText) -> Hashable:
    return one.entry.heading or None


def _by_moment_and_text(one: EntryText) -> Hashable:
    return (_by_moment(one), one.text) if one.text else None


def _has_same_head(one: EntryText, other: EntryText) -> bool:
    return _by_moment(one) == _by_moment(other) and one.entry.heading == other.entry.heading


def _has_like_text(one: EntryText, other: EntryText) -> bool:
    return one.text == other.text or compare_tallies(one.tally, other.tally) >= MIN_LIKENESS


def _is_nearly_same(one: EntryText, other: EntryText) -> bool:
    same = [
        _by_moment(one) == _by_moment(other),
        bool(one.entry.heading) and one.entry.heading == other.entry.heading,
        _has_like_text(one, other),
    ]
    return any(same)


_STEPS: tuple[tuple[Callable[[EntryText], Hashable], Callable[[EntryText, EntryText], bool]], ...] = (
    (_by_anchor, _is_nearly_same),
    (_by_moment_and_text, lambda _one, _other: True),
    (_by_moment, lambda one, other: _has_same_head(one, other) and bool(one.entry.heading)),
    (_by_moment, _has_like_text),
    (_by_heading, _has_like_text),
)

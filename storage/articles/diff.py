"""Compares two versions of a text, block by block.

    headline   the title differs
    added      a block that was not there before
    removed    a block that is no longer there
    changed    a block that keeps most of its words
    moved      the same block at another position
    recut      the same block, kept in one version and cut as boilerplate in the other
    new_entry  a block of an entry of a live blog that was not there before
    old_entry  a block of an entry that the page of a live blog no longer shows

A recut is not an edit of the page: the cleaner knew more, or less, of the site. A live blog grows, and many show their
last entries only: that is no edit of its text either. Blocks that are cut in both versions
are not part of the text and are not reported.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, NamedTuple

# Two blocks count as one changed block if they share at least this fraction of their words (Dice's coefficient).
# Below it the old block was removed and the new one added.
MIN_LIKENESS = 0.5
# Blocks of one version without the common beginning and end. Longer texts are not aligned, because alignment takes
# quadratic time. Moved blocks are found all the same.
MAX_ALIGNED = 2_000
MAX_SHIFT = 10  # blocks: how far from its old position within a gap a changed block is searched for
_CHARACTER = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"  # scripts without spaces
_WORD = re.compile(rf"[{_CHARACTER}]|[^\W{_CHARACTER}]+")


class RevisionBlock(NamedTuple):
    """A block as a revision stores it: kind, text, the rule that cut it (None: it is kept), and its entry.

    `entry` is the number of the entry of a live blog among those of its version.
    """

    kind: str
    text: str
    rule: str | None = None
    entry: int | None = None


class EditKind(StrEnum):
    """What happened to a block, or to the headline."""

    HEADLINE = "headline"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    RECUT = "recut"
    NEW_ENTRY = "new_entry"
    OLD_ENTRY = "old_entry"


_NO_EDITS = frozenset((EditKind.RECUT, EditKind.NEW_ENTRY, EditKind.OLD_ENTRY))


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a block, or of the headline.

    `at` is the position of the block among the kept blocks before, `to` its position among those after, from 0; None
    if the block was not kept there. `before` and `after` are its texts. `rule` is the rule that cut a recut block.
    """

    kind: EditKind
    before: str | None = None
    after: str | None = None
    at: int | None = None
    to: int | None = None
    rule: str | None = None

    @property
    def is_edit(self) -> bool:
        """Whether the text of the page was changed: it was neither cut otherwise nor continued by entries."""
        return self.kind not in _NO_EDITS

    def to_dict(self) -> dict[str, Any]:
        """Return the change as a JSON object without the fields that are None."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def diff_blocks(
    before: Sequence[RevisionBlock], after: Sequence[RevisionBlock], titles: tuple[str, str] = ("", "")
) -> list[Change]:
    """Return the changes between two versions, the headline first, then in the reading order of the later version.

    Blocks in the same order in both versions are matched by difflib's longest runs (Ratcliff and Metzener 1988), other
    blocks by their whole text, then by their words. `apply_changes` turns the kept texts before into those after.
    """
    old, new = get_kept_texts(before), get_kept_texts(after)
    gaps = list(_find_gaps(old, new))
    old_positions = {at: gap.new.start for gap in gaps for at in gap.old}  # -> where the block would be read now
    new_positions = {to for gap in gaps for to in gap.new}
    found: list[Change] = []

    def add(kind: EditKind, at: int | None, to: int | None, rule: str | None = None) -> None:
        text_before, text_after = None if at is None else old[at], None if to is None else new[to]
        found.append(Change(kind, text_before, text_after, at, to, rule))

    for at, to in _match_same_texts(old_positions, new_positions, old, new):
        add(EditKind.MOVED, at, to)
    matched = _get_matched_positions(found)
    cut = _get_cut_rules(after)
    for at in (at for at in old_positions if at not in matched[0] and cut.get(old[at])):
        add(EditKind.RECUT, at, None, cut[old[at]].pop())
    cut = _get_cut_rules(before)
    for to in (to for to in sorted(new_positions - matched[1]) if cut.get(new[to])):
        add(EditKind.RECUT, None, to, cut[new[to]].pop())
    matched = _get_matched_positions(found)
    for gap in gaps:
        for at, to in _match_similar_texts(gap, *matched, old, new):
            add(EditKind.CHANGED, at, to)
    matched = _get_matched_positions(found)
    gone, come = old_positions.keys() - matched[0], new_positions - matched[1]
    old_entries, new_entries = _find_whole_entries(before, gone), _find_whole_entries(after, come)
    for at in gone:
        add(EditKind.OLD_ENTRY if at in old_entries else EditKind.REMOVED, at, None)
    for to in come:
        add(EditKind.NEW_ENTRY if to in new_entries else EditKind.ADDED, None, to)
    found.sort(
        key=lambda one: (old_positions[one.at or 0] if one.to is None else one.to, one.to is not None, one.at or 0)
    )
    return ([Change(EditKind.HEADLINE, *titles)] if titles[0] != titles[1] else []) + found


def apply_changes(texts: Sequence[str], changes: Iterable[Change]) -> list[str]:
    """Return the kept texts after these changes."""
    changes = [change for change in changes if change.kind is not EditKind.HEADLINE]
    removed = {change.at for change in changes}
    after = [text for at, text in enumerate(texts) if at not in removed]
    for change in sorted((change for change in changes if change.to is not None), key=lambda change: change.to or 0):
        after.insert(change.to or 0, change.after or "")
    return after


def get_kept_texts(blocks: Iterable[RevisionBlock]) -> list[str]:
    """Return the texts of the blocks that no rule cut."""
    return [block.text for block in blocks if block.rule is None]


def _find_whole_entries(blocks: Iterable[RevisionBlock], changed: Container[int]) -> set[int]:
    """Return the positions among the kept blocks of the entries of which every block changed."""
    entries: defaultdict[int, list[int]] = defaultdict(list)
    for position, block in enumerate(block for block in blocks if block.rule is None):
        if block.entry is not None:
            entries[block.entry].append(position)
    return {at for positions in entries.values() if all(at in changed for at in positions) for at in positions}


class _Gap(NamedTuple):
    """Positions of blocks before that were replaced by blocks after; one of the ranges may be empty."""

    old: range
    new: range


def _find_gaps(old: Sequence[str], new: Sequence[str]) -> Iterator[_Gap]:
    shorter = min(len(old), len(new))
    head = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    room = shorter - head
    tail = next((place for place in range(room) if old[-1 - place] != new[-1 - place]), room)
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(map(len, middle)) > MAX_ALIGNED:
        yield _Gap(range(head, len(old) - tail), range(head, len(new) - tail))
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
        if tag != "equal":
            yield _Gap(range(head + i1, head + i2), range(head + j1, head + j2))


def _match_same_texts(
    gone: Iterable[int], come: Iterable[int], old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """Yield the positions of the same text before and after."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at in sorted(gone, reverse=True):
        places[old[at]].append(at)
    for to in sorted(come):
        if places.get(new[to]):
            yield places[new[to]].pop(), to


def _get_matched_positions(changes: Iterable[Change]) -> tuple[set[int | None], set[int | None]]:
    changes = list(changes)
    return {one.at for one in changes}, {one.to for one in changes}


def _get_cut_rules(pieces: Sequence[RevisionBlock]) -> dict[str, list[str]]:
    """Return the rules of the cut blocks by text, in reverse reading order: `pop` takes the first block's rule."""
    rules: defaultdict[str, list[str]] = defaultdict(list)
    for piece in reversed(pieces):
        if piece.rule is not None:
            rules[piece.text].append(piece.rule)
    return rules


def _match_similar_texts(
    gap: _Gap,
    old_taken: Container[int | None],
    new_taken: Container[int | None],
    old: Sequence[str],
    new: Sequence[str],
) -> Iterator[tuple[int, int]]:
    """Yield the positions of blocks with similar words, the most similar pair first."""
    froms = [at for at in gap.old if at not in old_taken]
    tos = [to for to in gap.new if to not in new_taken]
    shift = len(tos) - len(froms)  # a block may have kept its distance from the end of the gap
    words = [tally_words(new[to]) for to in tos]
    pairs: list[tuple[float, int, int]] = []
    for i, at in enumerate(froms):
        own = tally_words(old[at])
        near = {*range(i - MAX_SHIFT, i + MAX_SHIFT + 1), *range(i + shift - MAX_SHIFT, i + shift + MAX_SHIFT + 1)}
        likenesses = ((compare_tallies(own, words[j]), tos[j]) for j in near if 0 <= j < len(tos))
        pairs.extend((-likeness, at, to) for likeness, to in likenesses if likeness >= MIN_LIKENESS)
    used: tuple[set[int], set[int]] = set(), set()
    for _, at, to in sorted(pairs):
        if at not in used[0] and to not in used[1]:
            used[0].add(at)
            used[1].add(to)
            yield at, to


def tally_words(text: str) -> Counter[str]:
    """Return how often each word of a text stands in it, for `compare_tallies`."""
    return Counter(_WORD.findall(text.casefold()))


def compare_tallies(one: Counter[str], other: Counter[str]) -> float:
    """Return the fraction of their words that both texts share, 0 to 1 (Dice 1945)."""
    total = one.total() + other.total()
    if total == 0 or 2 * min(one.total(), other.total()) < MIN_LIKENESS * total:
        return 0.0
    return 2 * (one & other).total() / total

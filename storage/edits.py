"""What changed from one version of a text to the next, block by block.

    headline   the title is another
    added      a block that was not there
    removed    a block that is there no more
    changed    a block whose words are others, but most of them the same
    moved      the same block at another place
    recut      the same block, kept in one version and cut as chaff in the other

A recut is no edit of the page: what the cleaner knew of its site was more, or less. Blocks that are cut in both are no
part of the text, and are not told of.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, NamedTuple

# A block is changed, not removed and another one added, where so much of both is the same words (Dice's coefficient).
ALIKE = 0.5
# Blocks of one version, without those at its beginning and end that the other shares. Longer ones are not aligned: it
# takes the square of their number. Moved blocks are found all the same.
MOST_ALIGNED = 2_000
NEAR = 10  # blocks: how far from its old place, among those that were replaced with it, a changed block is looked for
_CHARACTER = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"  # scripts without spaces
_WORD = re.compile(rf"[{_CHARACTER}]|[^\W{_CHARACTER}]+")


class Piece(NamedTuple):
    """A block as a revision keeps it: what it is, its text, the rule that cut it (None: it is kept)."""

    kind: str
    text: str
    rule: str | None = None


class Edit(StrEnum):
    """What happened to a block, or to the headline."""

    HEADLINE = "headline"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    RECUT = "recut"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `at` is the place of the block among those kept before, `to` among those kept after, from 0.

    `before` and `after` are its texts there. Without `at` it was not kept before, without `to` it is not kept after;
    `rule` is the one that cut a recut block, before or after.
    """

    kind: Edit
    before: str | None = None
    after: str | None = None
    at: int | None = None
    to: int | None = None
    rule: str | None = None

    @property
    def is_edit(self) -> bool:
        """Whether somebody changed the page: all but a recut."""
        return self.kind is not Edit.RECUT

    def document(self) -> dict[str, Any]:
        """The same as JSON has it: what is none is left out."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def changes(before: Sequence[Piece], after: Sequence[Piece], titles: tuple[str, str] = ("", "")) -> list[Change]:
    """What changed, the headline first, then in the order in which the later version is read.

    Blocks that stand in both in the same order are matched by difflib's longest runs (Ratcliff and Metzener 1988), the
    others by their whole text, then by their words. `applied` to the kept texts before, they give those after.
    """
    old, new = kept(before), kept(after)
    gaps = list(_gaps(old, new))
    gone = {at: gap.new.start for gap in gaps for at in gap.old}  # -> where it would be read now
    come = {to for gap in gaps for to in gap.new}
    told: list[Change] = []

    def tell(kind: Edit, at: int | None, to: int | None, rule: str | None = None) -> None:
        text_before, text_after = None if at is None else old[at], None if to is None else new[to]
        told.append(Change(kind, text_before, text_after, at, to, rule))

    for at, to in _same(gone, come, old, new):
        tell(Edit.MOVED, at, to)
    taken = _taken(told)
    cut = _cut(after)
    for at in (at for at in gone if at not in taken[0] and cut.get(old[at])):
        tell(Edit.RECUT, at, None, cut[old[at]].pop())
    cut = _cut(before)
    for to in (to for to in sorted(come - taken[1]) if cut.get(new[to])):
        tell(Edit.RECUT, None, to, cut[new[to]].pop())
    taken = _taken(told)
    for gap in gaps:
        for at, to in _alike(gap, *taken, old, new):
            tell(Edit.CHANGED, at, to)
    taken = _taken(told)
    for at in gone.keys() - taken[0]:
        tell(Edit.REMOVED, at, None)
    for to in come - taken[1]:
        tell(Edit.ADDED, None, to)
    told.sort(key=lambda one: (gone[one.at or 0] if one.to is None else one.to, one.to is not None, one.at or 0))
    return ([Change(Edit.HEADLINE, *titles)] if titles[0] != titles[1] else []) + told


def applied(texts: Sequence[str], made: Iterable[Change]) -> list[str]:
    """The kept texts after these changes."""
    made = [change for change in made if change.kind is not Edit.HEADLINE]
    away = {change.at for change in made}
    after = [text for at, text in enumerate(texts) if at not in away]
    for change in sorted((change for change in made if change.to is not None), key=lambda change: change.to or 0):
        after.insert(change.to or 0, change.after or "")
    return after


def kept(pieces: Iterable[Piece]) -> list[str]:
    """The texts of the blocks that no rule cut."""
    return [piece.text for piece in pieces if piece.rule is None]


class _Gap(NamedTuple):
    """Blocks that were replaced by others; either may be none."""

    old: range
    new: range


def _gaps(old: Sequence[str], new: Sequence[str]) -> Iterator[_Gap]:
    shorter = min(len(old), len(new))
    head = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    room = shorter - head
    tail = next((place for place in range(room) if old[-1 - place] != new[-1 - place]), room)
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(map(len, middle)) > MOST_ALIGNED:
        yield _Gap(range(head, len(old) - tail), range(head, len(new) - tail))
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
        if tag != "equal":
            yield _Gap(range(head + i1, head + i2), range(head + j1, head + j2))


def _same(
    gone: Iterable[int], come: Iterable[int], old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """Places of the same text, before and after."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at in sorted(gone, reverse=True):
        places[old[at]].append(at)
    for to in sorted(come):
        if places.get(new[to]):
            yield places[new[to]].pop(), to


def _taken(told: Iterable[Change]) -> tuple[set[int | None], set[int | None]]:
    told = list(told)
    return {one.at for one in told}, {one.to for one in told}


def _cut(pieces: Sequence[Piece]) -> dict[str, list[str]]:
    """The cut blocks: by their texts, the rules that cut them, the first of them last."""
    rules: defaultdict[str, list[str]] = defaultdict(list)
    for piece in reversed(pieces):
        if piece.rule is not None:
            rules[piece.text].append(piece.rule)
    return rules


def _alike(
    gap: _Gap,
    old_taken: Container[int | None],
    new_taken: Container[int | None],
    old: Sequence[str],
    new: Sequence[str],
) -> Iterator[tuple[int, int]]:
    """Places of blocks that say nearly the same, the most alike first."""
    froms = [at for at in gap.old if at not in old_taken]
    tos = [to for to in gap.new if to not in new_taken]
    shift = len(tos) - len(froms)  # a block that is looked for may have kept its distance from the gap's end
    words = [_words(new[to]) for to in tos]
    pairs: list[tuple[float, int, int]] = []
    for i, at in enumerate(froms):
        own = _words(old[at])
        near = {*range(i - NEAR, i + NEAR + 1), *range(i + shift - NEAR, i + shift + NEAR + 1)}
        likenesses = ((_likeness(own, words[j]), tos[j]) for j in near if 0 <= j < len(tos))
        pairs.extend((-likeness, at, to) for likeness, to in likenesses if likeness >= ALIKE)
    used: tuple[set[int], set[int]] = set(), set()
    for _, at, to in sorted(pairs):
        if at not in used[0] and to not in used[1]:
            used[0].add(at)
            used[1].add(to)
            yield at, to


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Share of the words of both that they have in common, 0 to 1 (Dice 1945)."""
    total = one.total() + other.total()
    if total == 0 or 2 * min(one.total(), other.total()) < ALIKE * total:
        return 0.0
    return 2 * (one & other).total() / total

"""Which words were changed between two texts, for a reader: runs of words that stayed, went or came."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal, NamedTuple

from storage.database.words import UNSPACED

_LINE = re.compile(r"\n[^\n]*|[^\n]+")  # a line, with the break before it
# Vowel signs and points belong to the letter before them, but are no letters to a regular expression.
_MARKS = "".join(sign for sign in map(chr, range(0x300, 0xFE30)) if unicodedata.category(sign).startswith("M"))
# A word or a sign, with the space behind it. Scripts without spaces between words have a piece for each character.
_PIECE = re.compile(rf"(?:[{UNSPACED}][{_MARKS}]*|(?:(?![{UNSPACED}])\w[{_MARKS}]*)+|[^\w\s])\s*|\s+")
# Pairs of pieces. A comparison of more takes seconds at worst: then all of it went, and all of it came.
_MAX_PAIRS = 2_000_000


class WordRun(NamedTuple):
    """Words that stand side by side."""

    what: Literal["same", "gone", "new"]
    text: str


def compare_words(before: str, after: str) -> Iterator[WordRun]:
    """Yield the runs of two texts in reading order; what went stands before what came in its place.

    Lines are matched first, then the words of the others. The runs "same" and "gone" make up `before`, those that are
    not "gone" make up `after`.
    """
    compared = (run for run in _compare_lines(before, after) if run.text)
    for what, runs in groupby(compared, key=lambda run: run.what):
        yield WordRun(what, "".join(run.text for run in runs))


def count_changed_words(runs: Iterable[WordRun]) -> tuple[int, int]:
    """Return how many words went, and how many came. In scripts without spaces between words, characters."""
    counts = {"gone": 0, "new": 0, "same": 0}
    for run in runs:
        counts[run.what] += sum(1 for piece in _PIECE.findall(run.text) if piece[0].isalnum())
    return counts["gone"], counts["new"]


def _compare_lines(before: str, after: str) -> Iterator[WordRun]:
    old, new = _LINE.findall(before), _LINE.findall(after)
    for is_same, there, here in _match(old, new):
        gone, come = "".join(old[there]), "".join(new[here])
        yield from (WordRun("same", gone),) if is_same else _compare_pieces(gone, come)


def _compare_pieces(before: str, after: str) -> Iterator[WordRun]:
    """Compare two lines word by word. A word is the same whatever space stands behind it, as at the end of a line."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    for is_same, there, here in _match([one.rstrip() for one in old], [one.rstrip() for one in new]):
        if is_same:
            for one, other in zip(old[there], new[here], strict=True):
                word = one if one == other else one.rstrip()
                yield WordRun("same", word)
                yield from _replace(one[len(word) :], other[len(word) :])
        else:
            yield from _replace("".join(old[there]), "".join(new[here]))


def _match(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, slice, slice]]:
    """Yield the places of what stayed (True), and of what differs (False) in both sequences."""
    shorter = min(len(old), len(new))
    head = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    room = shorter - head
    tail = next((place for place in range(room) if old[-1 - place] != new[-1 - place]), room)
    ends = len(old) - tail, len(new) - tail
    yield True, slice(0, head), slice(0, head)
    middle = old[head : ends[0]], new[head : ends[1]]
    if len(middle[0]) * len(middle[1]) > _MAX_PAIRS:
        yield False, slice(head, ends[0]), slice(head, ends[1])
    else:
        for kind, start, end, new_start, new_end in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
            yield kind == "equal", slice(head + start, head + end), slice(head + new_start, head + new_end)
    yield True, slice(ends[0], len(old)), slice(ends[1], len(new))


def _replace(gone: str, come: str) -> Iterator[WordRun]:
    yield WordRun("gone", gone)
    yield WordRun("new", come)

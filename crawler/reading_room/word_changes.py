"""Which words were changed between two texts, for a reader: runs of words that stayed, went or came."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

_LINE = re.compile(r"\n[^\n]*|[^\n]+")  # a line, with the break before it
_PIECE = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")  # a word or a sign, with the space behind it
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
    for run in _compare(_LINE.findall(before), _LINE.findall(after)):
        if isinstance(run, WordRun):
            yield run
        else:
            old, new = run
            for words in _compare(_PIECE.findall(old), _PIECE.findall(new)):
                yield from (words,) if isinstance(words, WordRun) else _replace(*words)


def _compare(old: Sequence[str], new: Sequence[str]) -> Iterator[WordRun | tuple[str, str]]:
    """Yield what stayed as a run, and what differs as a pair: the text before, and the one in its place."""
    shorter = min(len(old), len(new))
    head = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    room = shorter - head
    tail = next((place for place in range(room) if old[-1 - place] != new[-1 - place]), room)
    if head:
        yield WordRun("same", "".join(old[:head]))
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(middle[0]) * len(middle[1]) > _MAX_PAIRS:
        yield "".join(middle[0]), "".join(middle[1])
    else:
        for kind, start, end, new_start, new_end in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
            gone, come = "".join(middle[0][start:end]), "".join(middle[1][new_start:new_end])
            yield WordRun("same", gone) if kind == "equal" else (gone, come)
    if tail:
        yield WordRun("same", "".join(old[len(old) - tail :]))


def _replace(gone: str, come: str) -> Iterator[WordRun]:
    if gone:
        yield WordRun("gone", gone)
    if come:
        yield WordRun("new", come)

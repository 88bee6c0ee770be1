"""Which words were changed between two texts, for a reader: runs of words that stayed, went or came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

_PIECE = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")  # a word or a sign, with the space behind it
_MAX_PIECES = 3_000  # of a text; a longer one is compared by lines, since a comparison may take the square of it


class WordRun(NamedTuple):
    """Words that stand side by side."""

    what: Literal["same", "gone", "new"]
    text: str


def compare_words(before: str, after: str) -> Iterator[WordRun]:
    """Yield the runs of two texts in reading order; what went stands before what came in its place.

    The runs "same" and "gone" make up `before`, those that are not "gone" make up `after`.
    """
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    if max(len(old), len(new)) > _MAX_PIECES:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            yield WordRun("same", "".join(old[start:end]))
            continue
        if end > start:
            yield WordRun("gone", "".join(old[start:end]))
        if new_end > new_start:
            yield WordRun("new", "".join(new[new_start:new_end]))

"""The line with date, byline and source between headline and text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.article import BlockKind
from cleaning.rules.names import DATELINE, names
from cleaning.rules.reading import SENTENCE_END, Cut, Reading, weight

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 4  # of them, and they stand among the first
FIRST = 10
LONGEST = 120
YEAR_OR_TIME = re.compile(r"(?<!\d)(?:(?:19|20)\d\d|[0-2]?\d[:.][0-5]\d)(?!\d)|年|月")
BY = re.compile(r"^(?:by|von|por|par|di|door)\s+\w", re.IGNORECASE)
LETTERS = re.compile(r"[^\W\d_]+")
MOST_WORDS, MOST_LETTERS = 10, 60


def rule(reading: Reading) -> Iterator[Cut]:
    first = reading.body[0] if reading.body else -1
    found = 0
    for at, (index, block) in enumerate(reading.kept()):
        if at >= FIRST or index >= first or found == MOST:
            return
        # A heading with a time is an entry of a live blog.
        if (
            block.kind is not BlockKind.HEADING
            and weight(block.text) <= LONGEST
            and (evidence := _evidence(block.text, block.path))
        ):
            found += 1
            yield Cut(index, evidence)


def _evidence(text: str, path: str) -> str | None:
    called = names(path.rpartition(" > ")[2]) & DATELINE
    words = LETTERS.findall(text)
    short = len(words) <= MOST_WORDS and sum(map(len, words)) <= MOST_LETTERS
    if YEAR_OR_TIME.search(text) and short and (called or not SENTENCE_END.search(text.rstrip(")»”"))):
        return "a date before the first paragraph"
    if BY.match(text) and short and not SENTENCE_END.search(text):
        return "a byline before the first paragraph"
    if called and short:
        return f"stands in “{path.rpartition(' > ')[2]}” before the first paragraph"
    return None

"""Copyright lines at the end of the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.phrases import holds
from cleaning.rules.reading import Cut, Reading, is_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cleaning.article import Block

YEAR = r"(?:19|20)\d\d"
SIGN = re.compile(rf"(?<!\w)[©ⓒ]|\(c\)\s{{0,3}}{YEAR}|\bcopyright\W{{0,4}}(?:\(c\)|by)?\W{{0,3}}{YEAR}", re.IGNORECASE)
QUOTED = re.compile(r"[\"“„«‹「『]")
LAST = 6  # blocks at the end
LONGEST = 600
OPENING = 40  # characters in which the sign stands


def rule(reading: Reading) -> Iterator[Cut]:
    kept = list(reading.kept())
    for index, block in kept[max(1, len(kept) - LAST) :]:
        if len(block.text) > LONGEST:
            continue
        sign = SIGN.search(block.text[:OPENING])
        phrase = holds("rights", reading.key(index)) if len(block.text) <= LONGEST / 2 or sign else None
        if sign or (phrase and not _speaks(reading, index, block, phrase)):
            yield Cut(index, f"“{(sign[0] if sign else phrase)}” in the last lines")


def _speaks(reading: Reading, index: int, block: Block, phrase: str) -> bool:
    """Whether a paragraph quotes the formula, or holds it in its midst: then it speaks of it."""
    key = reading.key(index)
    edge = key.startswith(phrase) or key.endswith(phrase)
    return is_body(block) and (not edge or QUOTED.match(block.text) is not None)

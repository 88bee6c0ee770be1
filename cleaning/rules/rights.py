"""Cut copyright lines, and notices of the platform that the text was uploaded to, at the end of the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.phrases import find_phrase
from cleaning.rules.page_blocks import Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cleaning.records.block import Block

YEAR = r"(?:19|20)\d\d"
SIGN = re.compile(rf"(?<!\w)[©ⓒ]|\(c\)\s{{0,3}}{YEAR}|\bcopyright\W{{0,4}}(?:\(c\)|by)?\W{{0,3}}{YEAR}", re.IGNORECASE)
QUOTED = re.compile(r"[\"“„«‹「『]")
LAST = 6  # blocks at the end
MAX_CHARACTERS = 600
OPENING = 40  # characters in which the copyright sign must stand


def rule(page: PageBlocks) -> Iterator[Cut]:
    kept = list(page.kept_blocks())
    for index, block in kept[max(1, len(kept) - LAST) :]:
        if len(block.text) > MAX_CHARACTERS:
            continue
        sign = SIGN.search(block.text[:OPENING])
        phrase = find_phrase("rights", page.get_key(index)) if len(block.text) <= MAX_CHARACTERS / 2 or sign else None
        if sign or (phrase and not _is_about_phrase(page, index, block, phrase)):
            yield Cut(index, f"“{(sign[0] if sign else phrase)}” in the last lines")


def _is_about_phrase(page: PageBlocks, index: int, block: Block, phrase: str) -> bool:
    """Return whether a paragraph writes about the phrase: quotes it, or holds it in the middle."""
    key = page.get_key(index)
    edge = key.startswith(phrase) or key.endswith(phrase)
    return page.is_body(index) and (not edge or QUOTED.match(block.text) is not None)

"""Cut lines that ask the reader to sign up, subscribe, follow or donate, or to wait until access is verified."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import EXCLAMATIONS, FULL_STOPS
from cleaning.phrases import find_opening_phrase, find_phrase
from cleaning.records.block import BlockKind
from cleaning.rules.page_blocks import BlockPosition, Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHARACTERS = 250
LINKED = 0.2  # link share from which on a line asks to follow its link
MOSTLY_LINKED = 0.3  # the same for a line that only mentions newsletters
MAX_NOTICE_CHARACTERS = 400  # of a paywall's notice, which may stand in the midst of the text
QUOTED = re.compile(r"[\"“”„«»‹›「」『』]")
SENTENCES = re.compile(rf"[{FULL_STOPS}{EXCLAMATIONS}:|：｜•·–—]")


def rule(page: PageBlocks) -> Iterator[Cut]:
    last = page.body[-1] if page.body else -1
    for index, block in page.kept_blocks():
        if len(block.text) > MAX_NOTICE_CHARACTERS:
            continue
        if (phrase := find_phrase("access", page.get_key(index))) and _is_notice(page, index):
            yield Cut(index, f"“{phrase}” in a notice on access")
            continue
        if len(block.text) > MAX_CHARACTERS:
            continue
        phrase = find_phrase("act", page.get_key(index))
        if phrase is None:
            continue
        asks = any(find_opening_phrase("act", normalize_headline(part)) for part in SENTENCES.split(block.text))
        # A line that only mentions newsletters or subscribers may be a paragraph or item of the article.
        if block.link_share >= LINKED and page.count_own_links(block):
            if asks or (
                block.link_share >= MOSTLY_LINKED and not (page.is_body(index) or block.kind is BlockKind.ITEM)
            ):
                yield Cut(index, f"“{phrase}” with a link")
        elif index > last >= 0 and (asks or page.find_position(index) is BlockPosition.OUTSIDE):
            yield Cut(index, f"“{phrase}” after the last paragraph")


def _is_notice(page: PageBlocks, index: int) -> bool:
    """Return whether a sentence of the block is such a notice from its beginning, or the block asks to log in."""
    block = page.blocks[index]
    if QUOTED.search(block.text):
        return False  # somebody tells of one
    return any(find_opening_phrase("access", normalize_headline(part)) for part in SENTENCES.split(block.text)) or (
        block.link_share > 0 and find_phrase("act", page.get_key(index)) is not None
    )

"""Cut notices on cookies and consent that stand alone: see `cleaning.foreign.consent` for those with a form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.page.headline_key import normalize_headline
from cleaning.phrases import find_opening_phrase, find_phrase
from cleaning.records.block import BlockKind
from cleaning.rules.page_blocks import BlockPosition, Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

QUOTED = re.compile(r"^[\"“„«‹「『»]")


def rule(page: PageBlocks) -> Iterator[Cut]:
    if find_phrase("cookie", normalize_headline(page.context.title)):
        return  # an article about them
    notices = {
        index: phrase
        for index, block in page.kept_blocks()
        if block.kind is not BlockKind.HEADING
        and not QUOTED.match(block.text)
        and (phrase := find_opening_phrase("consent", page.get_key(index)))
        and find_phrase("cookie", page.get_key(index))
    }
    if not notices:
        return
    others = [index for index in page.body if index not in notices]
    for index, phrase in notices.items():
        position = page.find_position(index)
        if others and (index < others[0] or index > others[-1] or position is BlockPosition.OUTSIDE):
            yield Cut(index, f"“{phrase}”, beside the text")
        elif others and page.blocks[index].links and position is BlockPosition.WITHIN:
            yield Cut(index, f"“{phrase}” and a link")

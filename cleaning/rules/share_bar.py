"""Cut whole lines that are only the words of buttons: share, print, advertisement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.phrases import load_phrases
from cleaning.records.block import BlockKind
from cleaning.rules.page_blocks import BlockPosition, Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cleaning.records.block import Block


def rule(page: PageBlocks) -> Iterator[Cut]:
    words = load_phrases("share")
    for index, block in page.kept_blocks():
        if page.get_key(index) in words and not _is_subject(page, index, block):
            yield Cut(index, "nothing but the words of a button")


def _is_subject(page: PageBlocks, index: int, block: Block) -> bool:
    """Return whether the words name a subject of the article: "Facebook" over a chapter, or in a list of networks."""
    if block.kind is BlockKind.CODE:
        return True
    return (
        block.kind in {BlockKind.HEADING, BlockKind.ITEM, BlockKind.ROW}
        and not block.links
        and index < page.last_paragraph
        and page.find_position(index) is not BlockPosition.OUTSIDE
    )

"""Cut links and labels after the article's last paragraph, outside of the element that holds the paragraphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.page.paragraphs import count_letters, ends_a_sentence
from cleaning.records.block import BlockKind
from cleaning.rules.page_blocks import BlockPosition, Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

LINKED = 0.4
SHORT = 60  # letters
FEW_WORDS = 4


def rule(page: PageBlocks) -> Iterator[Cut]:
    last = page.last_paragraph
    if last < 0:
        return
    for index, _ in page.kept_blocks():
        if (
            index > last
            and page.find_position(index) is BlockPosition.OUTSIDE
            and (evidence := _find_evidence(page, index))
        ):
            yield Cut(index, f"{evidence}, after the last paragraph")


def _find_evidence(page: PageBlocks, index: int) -> str | None:
    block = page.blocks[index]
    if not block.links and page.is_answered(index):
        return None
    few = len(block.text.split()) < FEW_WORDS
    if block.link_share >= LINKED:
        # One or two linked words may be a place, a person or a product that the text ends with.
        return None if few and block.kind is BlockKind.PARAGRAPH else f"{block.link_share:.0%} of it links"
    if block.kind is BlockKind.HEADING:
        return "a heading"
    if index in page.context.teasers:
        return "a teaser under a linked headline"
    if block.kind is not BlockKind.PARAGRAPH or count_letters(block.text) > SHORT or ends_a_sentence(block.text):
        return None
    return "a short line" if few and index > page.body[-1] else None

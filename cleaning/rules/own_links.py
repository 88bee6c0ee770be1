"""Cut lines that are only links to other pages of the same site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.page.paragraphs import ends_a_sentence
from cleaning.records.block import BlockKind
from cleaning.rules.page_blocks import BlockPosition, Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL_LINK = 0.85
RICH_LINK = 0.6
SHORT_LINE = 150
FEW_WORDS = 4
MAX_LINKED_TEXT = 0.5  # share of the text; a page with more is a list, and the list is the article


def rule(page: PageBlocks) -> Iterator[Cut]:
    total = sum(len(block.text) for _, block in page.kept_blocks())
    found = [(index, evidence) for index, block in page.kept_blocks() if (evidence := _find_evidence(page, index))]
    if sum(len(page.blocks[index].text) for index, _ in found) > MAX_LINKED_TEXT * total:
        return
    for index, evidence in found:
        yield Cut(index, evidence)


def _find_evidence(page: PageBlocks, index: int) -> str | None:
    block = page.blocks[index]
    if block.link_share < RICH_LINK:
        return None
    if block.kind is BlockKind.ROW:  # of a table that lays out the page
        return f"a row, {block.link_share:.0%} of it links"
    if page.count_own_links(block) * 2 < max(1, len(block.links)):
        return None
    words = len(block.text.split())
    sentence = ends_a_sentence(block.text)
    share = f"{block.link_share:.0%} of it links to {page.site}"
    if page.find_position(index) is BlockPosition.OUTSIDE:
        if block.kind is BlockKind.PARAGRAPH and words < FEW_WORDS:
            return None
        if block.link_share >= ALL_LINK or (len(block.text) <= SHORT_LINE and not sentence):
            return f"{share}, outside the article’s container"
        return None
    # Among the paragraphs linked items and headings belong to the article.
    if (
        block.kind in {BlockKind.PARAGRAPH, BlockKind.QUOTE}
        and words >= FEW_WORDS
        and block.link_share >= ALL_LINK
        and not sentence
    ):
        return share
    return None

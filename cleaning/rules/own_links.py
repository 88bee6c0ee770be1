"""Lines that are nothing but links to other pages of the same site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.article import BlockKind
from cleaning.rules.reading import Cut, Place, Reading, ends_a_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL_LINK = 0.85
RICH_LINK = 0.6
SHORT_LINE = 150
FEW_WORDS = 4
MOST_OF_TEXT = 0.5  # a page whose text is links for the greater part is a list: the list is the article


def rule(reading: Reading) -> Iterator[Cut]:
    total = sum(len(block.text) for _, block in reading.kept())
    found = [(index, evidence) for index, block in reading.kept() if (evidence := _evidence(reading, index))]
    if sum(len(reading.blocks[index].text) for index, _ in found) > MOST_OF_TEXT * total:
        return
    for index, evidence in found:
        yield Cut(index, evidence)


def _evidence(reading: Reading, index: int) -> str | None:
    block = reading.blocks[index]
    if block.link_share < RICH_LINK:
        return None
    if block.kind is BlockKind.ROW:  # of a table that lays out the page
        return f"a row, {block.link_share:.0%} of it links"
    if reading.own_links(block) * 2 < max(1, len(block.links)):
        return None
    words = len(block.text.split())
    sentence = ends_a_sentence(block.text)
    share = f"{block.link_share:.0%} of it links to {reading.site}"
    if reading.place(index) is Place.OUTSIDE:
        if block.kind is BlockKind.PARAGRAPH and words < FEW_WORDS:
            return None
        if block.link_share >= ALL_LINK or (len(block.text) <= SHORT_LINE and not sentence):
            return f"{share}, outside the article’s container"
        return None
    # Among the paragraphs linked items and headings are the article's own structure.
    if (
        block.kind in {BlockKind.PARAGRAPH, BlockKind.QUOTE}
        and words >= FEW_WORDS
        and block.link_share >= ALL_LINK
        and not sentence
    ):
        return share
    return None

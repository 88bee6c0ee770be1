"""Links and labels after the article's last paragraph, outside of the element that holds the paragraphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.article import BlockKind
from cleaning.rules.reading import Cut, Place, Reading, ends_a_sentence, weight

if TYPE_CHECKING:
    from collections.abc import Iterator

LINKED = 0.4
SHORT = 60
FEW_WORDS = 4


def rule(reading: Reading) -> Iterator[Cut]:
    last = reading.last_paragraph
    if last < 0:
        return
    for index, _ in reading.kept():
        if index > last and reading.place(index) is Place.OUTSIDE and (evidence := _evidence(reading, index)):
            yield Cut(index, f"{evidence}, after the last paragraph")


def _evidence(reading: Reading, index: int) -> str | None:
    block = reading.blocks[index]
    few = len(block.text.split()) < FEW_WORDS
    if block.link_share >= LINKED:
        # A linked name or two may be a place, a person, a product that the text ends with.
        return None if few and block.kind is BlockKind.PARAGRAPH else f"{block.link_share:.0%} of it links"
    if block.kind is BlockKind.HEADING:
        return "a heading"
    if index in reading.context.teasers:
        return "a teaser under a linked headline"
    if block.kind is not BlockKind.PARAGRAPH or weight(block.text) > SHORT or ends_a_sentence(block.text):
        return None
    return "a short line" if few and index > reading.body[-1] else None

"""The words of buttons: share, print, advertisement, as whole lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.article import BlockKind
from cleaning.phrases import phrases
from cleaning.rules.reading import Cut, Place, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cleaning.article import Block


def rule(reading: Reading) -> Iterator[Cut]:
    words = phrases("share")
    for index, block in reading.kept():
        if reading.key(index) in words and not _names(reading, index, block):
            yield Cut(index, "nothing but the words of a button")


def _names(reading: Reading, index: int, block: Block) -> bool:
    """Whether the words name what the article speaks of: "Facebook" over a chapter, or in its list of networks."""
    if block.kind is BlockKind.CODE:
        return True
    return (
        block.kind in {BlockKind.HEADING, BlockKind.ITEM, BlockKind.ROW}
        and not block.links
        and index < reading.last_paragraph
        and reading.place(index) is not Place.OUTSIDE
    )

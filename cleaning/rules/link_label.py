"""Labels over linked headlines that trafilatura left out: "More from the city", in any language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.rules.reading import SENTENCE_END, Cut, Place, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

LINKED = 0.4  # what is linked itself is judged as a link


def rule(reading: Reading) -> Iterator[Cut]:
    last = reading.last_paragraph
    for index, block in reading.kept():
        if reading.place(index) is not Place.OUTSIDE and index < last:
            continue
        if (
            index in reading.context.labels
            and block.link_share < LINKED
            and not SENTENCE_END.search(block.text.rstrip(":"))
        ):
            yield Cut(index, "stands right over a linked headline")

"""Labels over linked headlines that trafilatura left out, after the last paragraph, in any language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.rules.reading import Cut, Reading, ends_a_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator


def rule(reading: Reading) -> Iterator[Cut]:
    last = reading.last_paragraph
    for index, block in reading.kept():
        label = index > last and index in reading.context.labels
        if label and not block.links and not ends_a_sentence(block.text.rstrip(":")):
            yield Cut(index, "stands right over a linked headline")

"""Labels over linked headlines that trafilatura left out, after the last paragraph, in any language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.rules.reading import SENTENCE_END, Cut, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator


def rule(reading: Reading) -> Iterator[Cut]:
    last = reading.last_paragraph
    for index, block in reading.kept():
        label = index > last and index in reading.context.labels
        if label and not block.links and not SENTENCE_END.search(block.text.rstrip(":")):
            yield Cut(index, "stands right over a linked headline")

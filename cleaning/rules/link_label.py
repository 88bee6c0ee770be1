"""Cut labels over linked headlines that trafilatura left out, after the last paragraph, in any language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.page.paragraphs import ends_a_sentence
from cleaning.rules.page_blocks import Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator


def rule(page: PageBlocks) -> Iterator[Cut]:
    last = page.last_paragraph
    for index, block in page.kept_blocks():
        label = index > last and index in page.context.labels
        if label and not block.links and not ends_a_sentence(block.text.rstrip(":")):
            yield Cut(index, "stands right over a linked headline")

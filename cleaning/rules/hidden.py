"""Cut what no reader of the page sees; `cleaning.foreign.hidden_text` tells it from text that a script shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.page.paragraphs import count_letters
from cleaning.rules.page_blocks import Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_REMAINING = 0.35  # share of the text: if more would be cut, a script shows it


def rule(page: PageBlocks) -> Iterator[Cut]:
    hidden = page.context.hidden
    if not hidden:
        return
    lengths = {index: count_letters(block.text) for index, block in page.kept_blocks()}
    seen = sum(length for index, length in lengths.items() if index not in hidden)
    if seen >= MIN_REMAINING * sum(lengths.values()):
        for index in lengths:
            if index in hidden:
                yield Cut(index, hidden[index])

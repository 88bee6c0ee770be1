"""Cut what no reader of the page sees; `cleaning.foreign.hidden_text` tells it from text that a script shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.rules.page_blocks import Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator


def rule(page: PageBlocks) -> Iterator[Cut]:
    for index, _ in page.kept_blocks():
        if evidence := page.context.hidden.get(index):
            yield Cut(index, evidence)

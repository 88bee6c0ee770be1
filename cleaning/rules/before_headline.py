"""Cut what stands before the visible headline in the page: kickers, dates and bars, never the article's prose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.rules.page_blocks import Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LEAD = 8  # blocks; a headline further down is another article's, or a repeated one


def rule(page: PageBlocks) -> Iterator[Cut]:
    lead = page.context.lead
    if lead > MAX_LEAD or any(page.is_body(index) for index in range(min(lead, len(page.blocks)))):
        return
    for index, _ in page.kept_blocks():
        if index < lead:
            yield Cut(index, "stands before the headline in the page")

"""What stands before the visible headline in the page: kickers, dates, bars, never the article's prose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.rules.reading import Cut, Reading, is_body

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 8  # a headline this far down is another article's, or a repeated one


def rule(reading: Reading) -> Iterator[Cut]:
    lead = reading.context.lead
    if lead > MOST or any(is_body(block) for block in reading.blocks[:lead]):
        return
    for index, _ in reading.kept():
        if index < lead:
            yield Cut(index, "stands before the headline in the page")

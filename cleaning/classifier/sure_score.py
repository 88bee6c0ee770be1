"""Find the low scores of a page read by place that are sure: such blocks are cut wherever they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.article import Block, BlockKind
from cleaning.page.tags import ITEMS
from cleaning.rules.unlikely import LINKED as MAX_PROTECTED_LINKED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun

# Below these a text of a page that is read by place is cut wherever it stands, and below .5 if it is linked, too: of
# other texts with a low score among the paragraphs most were the article's.
SURE_THRESHOLDS = {BlockKind.PARAGRAPH: 0.4, BlockKind.CAPTION: 0.5, BlockKind.HEADING: 0.15, BlockKind.ITEM: 0.1}


def is_surely_beside(block: Block, likelihood: float, run: TextRun, items: Mapping[BlockElement, float]) -> bool:
    """Return whether an unlikely block of a page that was read by place is none of the article wherever it stands."""
    if block.link_share > MAX_PROTECTED_LINKED:
        return True
    item = _find_item(run)
    if item is not None:
        return items[item] < SURE_THRESHOLDS[BlockKind.ITEM]
    return likelihood < SURE_THRESHOLDS.get(block.kind, 0)


def rate_items(runs: Sequence[TextRun], likelihoods: Mapping[int, float]) -> dict[BlockElement, float]:
    """Return the likelihood of each list item and table row: that of the likeliest text in it."""
    items: dict[BlockElement, float] = {}
    for number, value in likelihoods.items():
        item = _find_item(runs[number])
        if item is not None:
            items[item] = max(value, items.get(item, 0.0))
    return items


def _find_item(run: TextRun) -> BlockElement | None:
    """Return the innermost list item or table row that a run stands in."""
    return next((element for element in run.element.walk_up() if element.tag in ITEMS or element.tag == "tr"), None)

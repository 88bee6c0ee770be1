"""Find the low scores of a page read by place that are sure: such blocks are cut wherever they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.page.tags import LISTS
from cleaning.records.block import Block, BlockKind
from cleaning.rules.unlikely import LINKED as MAX_PROTECTED_LINKED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun

# Below these a text of a page that is read by place is cut wherever it stands, and below .5 if it is linked, too: of
# other texts with a low score among the paragraphs most were the article's.
SURE_THRESHOLDS = {BlockKind.PARAGRAPH: 0.4, BlockKind.CAPTION: 0.5, BlockKind.HEADING: 0.05, BlockKind.ITEM: 0.1}


def is_surely_beside(block: Block, likelihood: float, run: TextRun, lists: Mapping[BlockElement, float]) -> bool:
    """Return whether an unlikely block of a page that was read by place is none of the article wherever it stands."""
    if block.link_share > MAX_PROTECTED_LINKED:
        return True
    if run.element.tag == "caption":  # of a table, whose rows have no score
        return False
    around = _find_list(run)
    if around is not None:
        return lists[around] < SURE_THRESHOLDS[BlockKind.ITEM]
    return likelihood < SURE_THRESHOLDS.get(block.kind, 0)


def rate_lists(runs: Sequence[TextRun], likelihoods: Mapping[int, float]) -> dict[BlockElement, float]:
    """Return the likelihood of each list and table: that of the likeliest text in it."""
    lists: dict[BlockElement, float] = {}
    for number, value in likelihoods.items():
        around = _find_list(runs[number])
        if around is not None:
            lists[around] = max(value, lists.get(around, 0.0))
    return lists


def _find_list(run: TextRun) -> BlockElement | None:
    """Return the outermost list or table that a run stands in."""
    found = None
    for element in run.element.walk_up():
        if element.tag in LISTS or element.tag == "table":
            found = element
    return found

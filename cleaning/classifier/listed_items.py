"""Find lists between paragraphs that the extraction left out: their items are the article's as the paragraphs are."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from cleaning.page.block_elements import BlockElement
from cleaning.page.paragraphs import is_paragraph

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cleaning.page.text_runs import TextRun

LISTS = frozenset(("ul", "ol"))
MAX_ITEMS = 200
ANNOUNCES = (":", "：")  # ends of a text that a list follows


def find_listed_items(runs: Sequence[TextRun], taken: Collection[int]) -> Iterator[int]:
    """Yield the indexes of the items of unlinked lists that stand between two paragraphs, or below a colon.

    The paragraphs were taken, and are in the element that the list is in.
    """
    at = 0
    for around, group in groupby(runs, _find_list):
        items = range(at, at := at + sum(1 for _ in group))
        if around is None or len(items) > MAX_ITEMS or any(runs[item].links for item in items):
            continue
        before, after = items.start - 1, items.stop
        if _is_beside(runs, before, taken, around) and (
            runs[before].text.endswith(ANNOUNCES)
            or (_is_beside(runs, after, taken, around) and is_paragraph(runs[before]) and is_paragraph(runs[after]))
        ):
            yield from (item for item in items if item not in taken and runs[item].has_words)


def _is_beside(runs: Sequence[TextRun], index: int, taken: Collection[int], around: BlockElement) -> bool:
    """Return whether a run was taken and stands in the element that a list stands in."""
    return index in taken and 0 <= index < len(runs) and runs[index].element.parent is around.parent


def _find_list(run: TextRun) -> BlockElement | None:
    """Return the list that a run is an item of."""
    item = run.element
    return item.parent if item.tag == "li" and item.parent is not None and item.parent.tag in LISTS else None

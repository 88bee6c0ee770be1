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
    for around, items in _group_items(runs):
        if around is None or len(items) > MAX_ITEMS or any(runs[item].links for item in items):
            continue
        before, after = items.start - 1, items.stop
        if _is_beside(runs, before, taken, around) and (
            runs[before].text.endswith(ANNOUNCES)
            or (_is_beside(runs, after, taken, around) and is_paragraph(runs[before]) and is_paragraph(runs[after]))
        ):
            yield from (item for item in items if item not in taken and runs[item].has_words)


def _group_items(runs: Sequence[TextRun]) -> Iterator[tuple[BlockElement | None, range]]:
    """Yield the items of each list that have no other text between them."""
    numbers = [number for number, run in enumerate(runs) if run.element.tag == "li"]
    # The difference of number and place is the same for numbers that follow each other.
    places = groupby(enumerate(numbers), lambda pair: (pair[1] - pair[0], _find_list(runs[pair[1]])))
    for (_, around), group in places:
        items = [number for _, number in group]
        yield around, range(items[0], items[-1] + 1)


def _is_beside(runs: Sequence[TextRun], index: int, taken: Collection[int], around: BlockElement) -> bool:
    """Return whether a run was taken and stands in the element that a list stands in."""
    return index in taken and 0 <= index < len(runs) and runs[index].element.parent is around.parent


def _find_list(run: TextRun) -> BlockElement | None:
    """Return the list that a run is an item of."""
    item = run.element
    return item.parent if item.tag == "li" and item.parent is not None and item.parent.tag in LISTS else None

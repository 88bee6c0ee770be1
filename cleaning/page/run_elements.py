"""List the block elements in which the texts of a page stand, each once: thousands of runs share some hundreds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun


def list_labels(runs: Iterable[TextRun]) -> set[str]:
    """Return the labels of all block elements around these runs: what no label has, no path of the page has."""
    seen: set[BlockElement] = set()
    for run in runs:
        element: BlockElement | None = run.element
        while element is not None and element not in seen:
            seen.add(element)
            element = element.parent
    return {element.label for element in seen}

"""Find the paragraphs that are the article's by their place alone, without trafilatura.

The element that holds most prose holds the article. A paragraph counts for the elements around it, less the farther out
they are, so that the innermost element wins that still holds all parts of the text.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from cleaning.page.paragraphs import MIN_BODY_CHARACTERS, count_letters, is_paragraph
from cleaning.page.part_names import CHROME, COMMENTS, read_part_names

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun

BESIDE_TAGS = frozenset(("nav", "aside", "footer", "form"))
MIN_CHARACTERS = 200  # of prose outside of comments and such elements; with less they are the text
MAX_LEVELS, FARTHER = 5, 0.75  # elements around a paragraph that it counts for, and what is left of it at each
NAMED_CHROME = 0.5  # weight of a paragraph in a part that is named like a teaser, a bar or a form


class _Place(NamedTuple):
    """Whether an element is beside the article by its tag or as comments, and whether its names are those of chrome."""

    beside: bool = False
    chrome: bool = False


class _Places:
    """The places of one page's elements, each computed once from that of the element around it."""

    def __init__(self) -> None:
        self._known: dict[BlockElement, _Place] = {}

    def get(self, element: BlockElement) -> _Place:
        missing: list[BlockElement] = []
        outer: BlockElement | None = element
        while outer is not None and outer not in self._known:
            missing.append(outer)
            outer = outer.parent
        place = self._known[outer] if outer is not None else _Place()
        for inner in reversed(missing):
            names = read_part_names(inner.label) if inner.parent is not None else frozenset[str]()
            place = self._known[inner] = _Place(
                place.beside or inner.tag in BESIDE_TAGS or not names.isdisjoint(COMMENTS),
                place.chrome or not names.isdisjoint(CHROME),
            )
        return place


def find_main_paragraphs(runs: Sequence[TextRun], without: Collection[int] = ()) -> frozenset[int]:
    """Return the paragraphs in the element that holds most prose; `without` are runs that are none."""
    paragraphs = [
        index
        for index, run in enumerate(runs)
        if run.characters >= MIN_BODY_CHARACTERS and index not in without and is_paragraph(run)
    ]
    places = _Places()
    own = [index for index in paragraphs if not places.get(runs[index].element).beside]
    if sum(runs[index].characters for index in own) < MIN_CHARACTERS:
        own = paragraphs
    held: defaultdict[BlockElement, float] = defaultdict(float)
    for index in own:
        run = runs[index]
        weight = count_letters(run.text) * (NAMED_CHROME if places.get(run.element).chrome else 1.0)
        outer = run.element.parent
        for _ in range(MAX_LEVELS):
            if outer is None:
                break
            held[outer] += weight
            weight *= FARTHER
            outer = outer.parent
    if not held:
        return frozenset()
    main = max(held, key=lambda element: held[element])  # the first in the page of those that hold as much
    return frozenset(index for index in own if main in runs[index].element.walk_up())

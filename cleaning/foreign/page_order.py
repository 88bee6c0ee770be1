"""Know where the sentences of a page stand: before, in or after an element."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

from cleaning.article import BlockKind
from cleaning.page.paragraphs import MAX_BODY_LINK_SHARE, MIN_BODY_LETTERS, count_letters, ends_a_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from cleaning.page.text_runs import TextRun

MIN_SENTENCE_LETTERS = 40  # of a text that tells something; captions and notices are shorter or have no full stop


class PageOrder:
    """The elements of a page in their order, with the numbers at which they begin and end, and the page's sentences."""

    def __init__(self, tree: HtmlElement, runs: Sequence[TextRun]) -> None:
        self._runs = runs
        self._begins: dict[HtmlElement, int] = {element: number for number, element in enumerate(tree.iter())}

    def get_begin(self, element: HtmlElement) -> int:
        """Return the element's number in page order; -1 for one of another tree."""
        return self._begins.get(element, -1)

    def get_end(self, element: HtmlElement) -> int:
        """Return the number of the first element after this one and all that it holds."""
        while element is not None:
            following = element.getnext()
            if following is not None:
                return self._begins[following]
            element = element.getparent()
        return len(self._begins)

    @cached_property
    def _sentences(self) -> tuple[list[int], list[TextRun]]:
        found = [(self._begins[run.nodes[0].element], run) for run in self._runs if _tells_something(run)]
        # A text behind an element stands after all that the element holds; runs are in page order already.
        places, last = [], 0
        for place, _ in found:
            last = max(last, place)
            places.append(last)
        return places, [run for _, run in found]

    def list_sentences(self, begin: int, end: int) -> list[TextRun]:
        """Return the texts in sentences whose element has a number from `begin` on and before `end`."""
        places, runs = self._sentences
        return runs[bisect_left(places, begin) : bisect_left(places, end)]

    def list_paragraphs(self, begin: int, end: int) -> list[TextRun]:
        """Return the sentences there that are long enough for a paragraph."""
        return [run for run in self.list_sentences(begin, end) if count_letters(run.text) >= MIN_BODY_LETTERS]


def _tells_something(run: TextRun) -> bool:
    return (
        run.link_characters < MAX_BODY_LINK_SHARE * run.characters
        and run.element.kind is not BlockKind.HEADING
        and ends_a_sentence(run.text)
        and count_letters(run.text) >= MIN_SENTENCE_LETTERS
    )

"""Know where the sentences of a page stand: before, in or after an element."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from itertools import accumulate, count, islice
from typing import TYPE_CHECKING, NamedTuple

from cleaning.page.paragraphs import MAX_BODY_LINK_SHARE, MIN_BODY_LETTERS, count_letters, ends_a_sentence
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

    from cleaning.page.text_runs import TextRun

MIN_SENTENCE_LETTERS = 40  # of a text that tells something; captions and notices are shorter or have no full stop


class Sentence(NamedTuple):
    """A text in sentences that tells something, and its letters."""

    run: TextRun
    letters: int


class PageOrder:
    """The elements of a page in their order, with the numbers at which they begin and end, and the page's sentences."""

    def __init__(self, tree: HtmlElement, runs: Sequence[TextRun]) -> None:
        self._runs = runs
        self._begins: dict[HtmlElement, int] = dict(zip(tree.iter(), count(), strict=False))

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
    def _sentences(self) -> tuple[list[int], list[Sentence]]:
        found = [
            Sentence(run, letters)
            for run in self._runs
            if run.link_characters < MAX_BODY_LINK_SHARE * run.characters
            and ends_a_sentence(run.text)
            and (letters := count_letters(run.text)) >= MIN_SENTENCE_LETTERS
            and run.element.kind is not BlockKind.HEADING
        ]
        # A text behind an element stands after all that the element holds; runs are in page order already.
        places = accumulate((self._begins[sentence.run.nodes[0].element] for sentence in found), max)
        return list(places), found

    def has_sentence(self, begin: int, end: int) -> bool:
        """Return whether a sentence stands in an element with a number from `begin` on and before `end`."""
        places, _ = self._sentences
        return bisect_left(places, begin) < bisect_left(places, end)

    def list_sentences(self, begin: int, end: int) -> Iterator[Sentence]:
        """Yield the texts in sentences whose element has a number from `begin` on and before `end`."""
        places, sentences = self._sentences
        return islice(sentences, bisect_left(places, begin), bisect_left(places, end))

    def count_paragraphs(self, begin: int, end: int) -> int:
        """Count the sentences there that are long enough for a paragraph."""
        return sum(sentence.letters >= MIN_BODY_LETTERS for sentence in self.list_sentences(begin, end))

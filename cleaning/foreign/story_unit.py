"""Find the element that belongs to a heading of a page, and the elements beside the heading."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

    from cleaning.foreign.page_order import PageOrder

MAX_KICKERS = 3  # elements before a headline among which a label stands


def find_unit(heading: HtmlElement, headline: HtmlElement, order: PageOrder) -> HtmlElement:
    """Return the outermost element that holds the heading, but neither the page's headline nor a sentence before it."""
    begin, own = order.get_begin(heading), order.get_begin(headline)
    unit = heading
    for around in heading.iterancestors():
        first = order.get_begin(around)
        if around.tag == "body" or first <= own or order.has_sentence(first, begin):
            break
        unit = around
    return unit


def find_own_element(
    unit: HtmlElement, headline: HtmlElement, order: PageOrder, headings: Sequence[HtmlElement]
) -> HtmlElement | None:
    """Return the first element beside a unit that holds text of the page's article; None if it is an entry itself."""
    numbers = set(map(order.get_begin, headings))
    begin = order.get_begin(headline)
    for element in unit.getparent():
        first, end = order.get_begin(element), order.get_end(element)
        if element is unit:
            return None
        if end > begin and order.has_sentence(max(first, begin), end):
            return None if any(first <= number < end for number in numbers) else element
    return None


def list_elements_beside(heading: HtmlElement, unit: HtmlElement, order: PageOrder) -> Iterator[HtmlElement]:
    """Yield the elements of a unit before its first sentence; where it is only a heading, those that follow it."""
    first, begin = order.get_begin(unit), order.get_begin(heading)
    end = order.get_end(unit.getparent())
    sentence = next(order.list_sentences(begin + 1, end), None)
    last = order.get_begin(sentence.run.nodes[0].element) if sentence is not None else end
    for element in (*unit.iter(), *(inner for sibling in unit.itersiblings() for inner in sibling.iter())):
        number = order.get_begin(element)
        if number >= last:
            return
        if number > first or element is not heading:
            yield element


def list_elements_before(heading: HtmlElement, unit: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the few elements right before a heading, in its unit and before it."""
    element = heading
    while True:
        yield from list_preceding(element)
        if element is unit:
            return
        element = element.getparent()


def list_preceding(element: HtmlElement) -> Iterator[HtmlElement]:
    return islice(element.itersiblings(preceding=True), MAX_KICKERS)

"""Find the text runs in the elements that hold the article, as the page's spider or sites.toml says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cleaning.page.tags import INLINE
from cleaning.records.article import RuleOutcome
from cleaning.site_rules.selectors import find_elements

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

    from cleaning.page.text_runs import TextRun
    from cleaning.records.given import Page

SPIDER = "the spider"  # the origin of what `Known` says


class TextPlace(NamedTuple):
    """The indexes of the runs in the elements that hold the article, and the labels of those elements' paths.

    `runs` is empty where no selector names an element with text: then the page is cleaned as any other.
    """

    runs: frozenset[int] = frozenset()
    paths: tuple[tuple[str, ...], ...] = ()
    outcomes: tuple[RuleOutcome, ...] = ()


def find_text_place(tree: HtmlElement, runs: Sequence[TextRun], page: Page) -> TextPlace:
    """Return where the article stands: where the page's spider says, else where sites.toml says."""
    outcomes = []
    for origin, selector in ((SPIDER, page.known.text), ("sites.toml", page.rules.text)):
        if selector is None:
            continue
        elements, problem = find_elements(tree, selector)
        inside = {inner for element in elements for inner in element.iter()}
        chosen = frozenset(index for index, run in enumerate(runs) if run.has_words and run.nodes[0].holder in inside)
        if elements and not chosen:
            problem = "the element holds no text"
        outcomes.append(RuleOutcome("text", selector, len(elements), origin, problem))
        if chosen:
            paths = tuple(dict.fromkeys(_list_labels(elements, runs, chosen)))
            return TextPlace(chosen, paths, tuple(outcomes))
    return TextPlace(outcomes=tuple(outcomes))


def _list_labels(
    elements: Sequence[HtmlElement], runs: Sequence[TextRun], chosen: frozenset[int]
) -> Iterator[tuple[str, ...]]:
    """Yield, for each of the elements with a text, the labels from <body> down to it, as paths of blocks have them."""
    waiting = set(elements)
    for index in sorted(chosen):
        holder = runs[index].nodes[0].holder
        around = [holder, *holder.iterancestors()] if holder is not None else []
        for element in around:
            if element in waiting:
                waiting.discard(element)
                blocks = [one for one in (element, *element.iterancestors()) if one.tag not in INLINE]
                # <html> and <body> are no part of a path.
                yield tuple(runs[index].element.path.split(" > ")[: max(0, len(blocks) - 2)])

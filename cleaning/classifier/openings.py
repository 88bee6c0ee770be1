"""Find the first paragraphs of an article that trafilatura left out because of the name of their box.

Papers put the paragraphs that every reader sees into a box of its own, called teaser, share or paywall. trafilatura and
the classifier know these names from advertisements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.classifier.context_features import CAPTIONS
from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import is_paragraph
from cleaning.page.part_names import CHROME, COMMENTS, DATELINE, read_part_names
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cleaning.extraction import Extraction
    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun

MAX_STEPS = 6  # runs from an opening to the next paragraph of the article
MAX_LEVELS = 4  # elements between either of them and the element that holds both
MAX_LINKED = 0.2
# Names of boxes that hold first paragraphs, among those of parts beside the article.
BOXES = frozenset(
    """
    teaser teasers share sharing social banner promo promotion paywall premium ad ads advert widget message embed
    upsell sponsored subscription readmore
    """.split()  # noqa: SIM905
)
NOTICES = frozenset("captions figure img picture alert notification notice bio".split())  # noqa: SIM905
FOREIGN = (CHROME | COMMENTS | CAPTIONS | DATELINE | NOTICES) - BOXES
FOREIGN_TAGS = frozenset("aside nav footer form figure figcaption ul ol dl table details blockquote".split())  # noqa: SIM905


def find_openings(extraction: Extraction, titles: Collection[str], taken: Collection[int]) -> frozenset[int]:
    """Return the runs right before the first paragraph that was taken, and like it, that were left out.

    They stand below the headline; `titles` are the texts that it may have.
    """
    runs = extraction.runs
    first = next((number for number in sorted(taken) if is_paragraph(runs[number])), None)
    if first is None:
        return frozenset()
    keys = {key for title in titles if (key := normalize_headline(title))}
    found: list[int] = []
    last = first
    for number in range(first - 1, -1, -1):
        run = runs[number]
        if last - number > MAX_STEPS:
            break
        if run.element.kind is BlockKind.HEADING and normalize_headline(run.text) in keys:
            return frozenset(found)
        if number not in taken and number not in extraction.unseen and _is_opening(run, runs[first]):
            found.append(number)
            last = number
    return frozenset()


def _is_opening(run: TextRun, first: TextRun) -> bool:
    if (
        not is_paragraph(run)
        or run.element.kind is not BlockKind.PARAGRAPH
        or run.link_characters > MAX_LINKED * run.characters
    ):
        return False
    between = _list_between(run.element, first.element)
    return between is not None and _is_own(between) and all(element.tag not in FOREIGN_TAGS for element in between)


def stands_in_foreign_box(run: TextRun, following: TextRun) -> bool:
    """Return whether a paragraph stands in a box without the one after it, named like a part beside the article."""
    return not _is_own(_list_between(run.element, following.element) or ())


def _is_own(between: Sequence[BlockElement]) -> bool:
    return frozenset[str]().union(*(read_part_names(element.label) for element in between)).isdisjoint(FOREIGN)


def _list_between(element: BlockElement, other: BlockElement) -> Sequence[BlockElement] | None:
    """Return the elements around the first up to the one that holds both, without it; None where that is far."""
    around = list(element.walk_up())
    holders = {one: at for at, one in enumerate(other.walk_up())}
    for at, one in enumerate(around):
        if one in holders:
            return around[:at] if at <= MAX_LEVELS and holders[one] <= MAX_LEVELS else None
    return None

"""Find the teasers below and the labels above linked headlines, which lead to other articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.page.addresses import get_domain, identify_page, resolve_link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cleaning.extraction import Extraction
    from cleaning.page.text_runs import TextRun

MIN_HEADLINE = 15  # characters of a linked headline
LINKED = 0.8  # its link share
MIN_TEASER = 40  # characters; shorter texts between headline and teaser are dates, names, sections
MAX_LABELS = 3


def find_teasers(extraction: Extraction, url: str) -> frozenset[int]:
    """Return the indexes of the blocks right below a headline that links to another page of the same site."""
    runs, site = extraction.runs, get_domain(url)
    return frozenset(
        index
        for index, span in enumerate(extraction.spans)
        if span
        and len(extraction.blocks[index].text) >= MIN_TEASER
        and _ends_with_headline(runs[max(0, span[0] - MAX_LABELS - 1) : span[0]], url, site)
    )


def find_labels(extraction: Extraction, url: str) -> frozenset[int]:
    """Return the indexes of the short blocks right above such a headline in the page, extracted or not."""
    runs, site = extraction.runs, get_domain(url)
    return frozenset(
        index
        for index, span in enumerate(extraction.spans)
        if span
        and len(extraction.blocks[index].text) < MIN_TEASER
        and span[0] + 1 < len(runs)
        and _is_headline(runs[span[0] + 1], url, site)
    )


def _ends_with_headline(before: Iterable[TextRun], url: str, site: str) -> bool:
    """Return whether the last run before a text is a linked headline, labels left out."""
    for run in reversed(list(before)):
        if _is_headline(run, url, site):
            return True
        if run.characters >= MIN_TEASER:
            return False
    return False


def _is_headline(run: TextRun, url: str, site: str) -> bool:
    linked = run.characters >= MIN_HEADLINE and run.link_characters >= LINKED * run.characters
    if not linked:
        return False
    targets = (resolve_link(url, link) for link in run.links)
    return any(get_domain(target) == site and identify_page(target) != identify_page(url) for target in targets)

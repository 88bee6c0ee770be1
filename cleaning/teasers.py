"""Linked headlines that lead to other stories, and what stands around them: teasers below, labels above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.addresses import absolute, domain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cleaning.extraction import Extraction
    from cleaning.runs import Run

HEADLINE = 15  # characters that a linked headline has at least
LINKED = 0.8
LABEL = 40  # shorter texts between headline and teaser are dates, names, sections
MOST_LABELS = 3


def teasers(extraction: Extraction, url: str) -> frozenset[int]:
    """The indexes of the blocks that stand under a headline which links to another page of the same site."""
    runs, site = extraction.runs, domain(url)
    return frozenset(
        index
        for index, span in enumerate(extraction.spans)
        if span
        and len(extraction.blocks[index].text) >= LABEL
        and _leads(runs[max(0, span[0] - MOST_LABELS - 1) : span[0]], url, site)
    )


def labels(extraction: Extraction, url: str) -> frozenset[int]:
    """The indexes of the short blocks that stand right over such a headline, in the page if not among the blocks."""
    runs, site = extraction.runs, domain(url)
    return frozenset(
        index
        for index, span in enumerate(extraction.spans)
        if span
        and len(extraction.blocks[index].text) < LABEL
        and span[0] + 1 < len(runs)
        and _is_headline(runs[span[0] + 1], url, site)
    )


def _leads(before: Iterable[Run], url: str, site: str) -> bool:
    """Whether the last run before a text, but for labels, is a linked headline."""
    for run in reversed(list(before)):
        if _is_headline(run, url, site):
            return True
        if run.characters >= LABEL:
            return False
    return False


def _is_headline(run: Run, url: str, site: str) -> bool:
    linked = run.characters >= HEADLINE and run.link_characters >= LINKED * run.characters
    return linked and any(domain(absolute(url, link)) == site for link in run.links)

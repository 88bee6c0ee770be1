"""Choose the texts of a page's article: by their place, by the memory of its site, or with trafilatura."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from cleaning.classifier.classify import Classification, add_repeated_blocks, classify
from cleaning.classifier.model import load_model, load_place_model, load_site_model, load_site_place_model
from cleaning.classifier.read_by_place import classify_by_place
from cleaning.corrections.mark_corrections import mark_corrections
from cleaning.extraction import Extraction, build_extraction

if TYPE_CHECKING:
    from cleaning.classifier.model import TreeModel
    from cleaning.memory.match import MemoryMatch
    from cleaning.reading.page_reading import PageReading


class Models(NamedTuple):
    """Models to measure: of pages extracted by trafilatura or by site memory, and of pages read by place."""

    model: TreeModel
    by_place: TreeModel | None = None


def choose_texts(reading: PageReading, match: MemoryMatch | None, models: Models | None) -> Classification | None:
    """Return the article's texts, its corrections among them; None where that needs the tree, which is not there."""
    if match is None and reading.choice is not None:
        return reading.choice
    if reading.is_markup and (reading.place.runs or reading.posts):
        # Where the site's operator, or a forum's program, says where the text stands, neither trafilatura nor the
        # classifier is asked.
        found: Classification | None = _take_place(reading, match)
    else:
        found = _classify_texts(reading, match, models)
    if found is None:
        return None
    extraction, low_scores = mark_corrections(found.extraction, found.low_scores, match.cut if match else ())
    return Classification(extraction, low_scores, found.likelihoods)


def _classify_texts(reading: PageReading, match: MemoryMatch | None, models: Models | None) -> Classification | None:
    """Choose the article's texts by their place where that leaves no doubt; otherwise extract and classify them."""
    url, metadata = reading.facts.url, reading.metadata
    place_model = models.by_place if models else load_site_place_model() if match else load_place_model()
    is_understood = match is not None and match.is_understood
    if place_model is not None and reading.is_markup and not is_understood and not reading.is_thread:
        whole = Extraction(runs=tuple(reading.runs), base=reading.base, unseen=reading.unseen)
        by_place = classify_by_place(whole, place_model, metadata, url, match)
        if by_place is not None:
            return by_place
    extraction = _extract(reading, match)
    if extraction is None:
        return None
    model = models.model if models else load_site_model() if match else load_model()
    return classify(replace(extraction, unseen=reading.unseen), model, metadata, url, match)


def _extract(reading: PageReading, match: MemoryMatch | None) -> Extraction | None:
    """Extract the texts at positions where the site's articles stand; where the page differs, ask trafilatura."""
    if not reading.is_markup:
        return Extraction()
    if match is not None and match.is_understood:
        return build_extraction(reading.runs, match.taken, reading.base)
    if reading.tree is None:
        return None
    without = match.cut if match else ()
    return reading.tree.extract(reading.facts.url, reading.runs, without, comments=reading.is_thread)


def _take_place(reading: PageReading, match: MemoryMatch | None) -> Classification:
    """Extract the texts that are known to be the page's, without what the site repeats."""
    place = reading.place.runs or reading.posts
    chosen = place.difference(match.cut) if match is not None else place
    extraction = build_extraction(reading.runs, chosen, reading.base, join_rows=True)
    return Classification(extraction if match is None else add_repeated_blocks(extraction, match), {}, {})

"""Choose a page's texts by their place, without trafilatura, and tell the pages where that is unsure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cleaning.classifier.classify import MAX_CLASSIFIED, THRESHOLD, Classification, Scores, grow, score_runs
from cleaning.classifier.main_paragraphs import BESIDE_TAGS, find_main_paragraphs
from cleaning.classifier.openings import stands_in_foreign_box
from cleaning.classifier.page_features import EDGE, PageFeatures
from cleaning.classifier.seldom_own import lower_likelihood
from cleaning.extraction import Extraction, build_extraction
from cleaning.page.paragraphs import is_paragraph
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from cleaning.classifier.model import TreeModel
    from cleaning.memory.match import MemoryMatch
    from cleaning.metadata.collect import Metadata
    from cleaning.page.text_runs import TextRun

# Without trafilatura a page is unsure where its doubtful characters (those of each run, by how near its likelihood is
# to .5) are more than this share of its likely ones; the offsets make pages with little text unsure.
# A memory knows the texts beside the article, so that more doubt is allowed with one.
MAX_DOUBT, MAX_DOUBT_WITH_MEMORY, DOUBT_OFFSET, TEXT_OFFSET = 0.132, 0.16, 50, 200


def build_features_by_place(
    runs: Sequence[TextRun],
    metadata: Metadata,
    url: str,
    unseen: Collection[int] = (),
    memory_match: MemoryMatch | None = None,
) -> PageFeatures:
    """Return the features of a page of which trafilatura was not asked: the main element's paragraphs were taken."""
    return PageFeatures(
        runs,
        find_main_paragraphs(runs, {*unseen, *memory_match.cut} if memory_match is not None else unseen),
        url=url,
        titles=(metadata.draft.title, *metadata.titles),
        description=metadata.draft.description or "",
        memory_match=memory_match,
        by_place=True,
    )


def classify_by_place(
    found: Extraction, model: TreeModel, metadata: Metadata, url: str, memory_match: MemoryMatch | None = None
) -> Classification | None:
    """Choose the article's runs without trafilatura; None where that is unsure.

    `found` has the page's runs and no block. `memory_match` is what the memory of the page's site says of them, if
    there is one. `model` must be trained for it.
    """
    features = build_features_by_place(found.runs, metadata, url, found.unseen, memory_match)
    candidates = [number for number in features.find_candidates() if number not in found.unseen]
    if not features.taken or len(candidates) > MAX_CLASSIFIED:
        return None
    scores = score_runs(candidates, features, model)
    if is_unsure(found.runs, scores.likelihoods, with_memory=memory_match is not None):
        return None
    lowered = {
        number: value
        if memory_match is not None and memory_match.is_surely_kept(found.runs[number])
        else lower_likelihood(value, found.runs[number], scores.vectors[number])
        for number, value in scores.likelihoods.items()
    }
    scores = Scores(scores.vectors, lowered)
    # Unlikely texts above, among and below the likely ones are left to the rules, as those that trafilatura takes are.
    likely = {number for number, value in scores.likelihoods.items() if value > THRESHOLD}
    first, last = min(likely, default=0), max(likely, default=0)
    around = (number for number in scores.likelihoods if first - EDGE <= number <= last + EDGE)
    taken = likely.union(
        number
        for number in around
        if features.is_inside(number) or (number < last and _may_be_above(found.runs[number]))
    )
    extraction = replace(build_extraction(found.runs, taken, found.base, join_rows=True), unseen=found.unseen)
    return grow(extraction, scores, model, metadata, memory_match, by_place=True)


def _may_be_above(run: TextRun) -> bool:
    """Return whether trafilatura might take a text above the container: it drops headers and what is beside."""
    return not any(element.tag == "header" or element.tag in BESIDE_TAGS for element in run.element.walk_up())


def is_unsure(runs: Sequence[TextRun], likelihoods: Mapping[int, float], *, with_memory: bool = False) -> bool:
    """Return whether a page needs trafilatura: it has code, or too much doubtful text.

    Text is doubtful that may be or may not be the page's own, or begins in a box that is named like one beside it.
    """
    if any(runs[number].element.kind is BlockKind.CODE for number in likelihoods):
        return True
    likely = (number for number, value in likelihoods.items() if value > THRESHOLD)
    opening = [runs[number] for number in likely if is_paragraph(runs[number])][:2]
    if len(opening) > 1 and stands_in_foreign_box(*opening):
        return True
    found = sum(runs[number].characters for number, value in likelihoods.items() if value > THRESHOLD)
    doubt = sum(runs[number].characters * min(value, 1 - value) for number, value in likelihoods.items())
    most = MAX_DOUBT_WITH_MEMORY if with_memory else MAX_DOUBT
    return doubt + DOUBT_OFFSET > most * (found + TEXT_OFFSET)

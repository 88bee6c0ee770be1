"""Classify the text runs of a page: how likely each is the article's, by all features at once.

Each rule is sure of one thing; what no rule is sure of is classified here. Runs that trafilatura left out are added if
they are likely. Blocks that it took get a low score if they are unlikely; the rule `unlikely` cuts those.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from itertools import islice
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple

from cleaning.classifier.explanation import reasons_against, reasons_for
from cleaning.classifier.features import FEATURES
from cleaning.classifier.listed_items import find_listed_items
from cleaning.classifier.openings import find_openings
from cleaning.classifier.page_features import EDGE, PageFeatures
from cleaning.classifier.sure_score import is_surely_beside, rate_lists
from cleaning.extraction import Extraction, build_block
from cleaning.page.paragraphs import is_paragraph
from cleaning.records.block import Block, BlockKind
from cleaning.rules.page_blocks import LowScore

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from cleaning.classifier.model import TreeModel
    from cleaning.memory.match import MemoryMatch
    from cleaning.metadata.collect import Metadata
    from cleaning.page.block_elements import BlockElement

# The likelihood above which a text is added, and below which a block gets a low score. Chosen on pages that the model
# had not seen: a higher one raises precision and lowers recall.
THRESHOLD = 0.5
# The same for adding a paragraph if at least two body paragraphs stand in elements of the same tags and classes: the
# article is cut into several equal parts, of which trafilatura took one. The paragraphs of a part are added together,
# by their mean: the last one of the article has less beside it that speaks for it than the others.
MIN_ALIKE, ALIKE_THRESHOLD = 2, 0.15
ALIKE = FEATURES.index("alike")
KEEP_RULE = "a keep rule of its site names it"  # the evidence of a block that is kept for that
MAX_CLASSIFIED = 5_000  # runs of a page; the longest article seen has 1,400


class Classification(NamedTuple):
    """An extraction with the added blocks, the low scores by block index, and the likelihoods by run index."""

    extraction: Extraction
    low_scores: dict[int, LowScore]
    likelihoods: dict[int, float]


class Scores(NamedTuple):
    """The feature vectors and likelihoods of a page's uncertain runs, by run index."""

    vectors: dict[int, list[float]]
    likelihoods: dict[int, float]


def build_page_features(
    extraction: Extraction, metadata: Metadata, url: str, memory_match: MemoryMatch | None = None
) -> PageFeatures:
    """Return the features of an extracted page."""
    return PageFeatures(
        extraction.runs,
        {number for span in extraction.spans for number in span},
        url=url,
        titles=(metadata.draft.title, *metadata.titles),
        description=metadata.draft.description or "",
        memory_match=memory_match,
    )


def classify(
    extraction: Extraction, model: TreeModel, metadata: Metadata, url: str, memory_match: MemoryMatch | None = None
) -> Classification:
    """Add the likely runs that an extraction lacks, in page order, and score the blocks that it has.

    `memory_match` is what the memory of the page's site says of its runs, if there is one; `model` must be trained for
    it. The evidence of an added block says that it was added. A block that could not be traced back to the page is
    neither moved nor scored.
    """
    features = build_page_features(extraction, metadata, url, memory_match)
    candidates = (number for number in features.find_candidates() if number not in extraction.unseen)
    scores = score_runs((number for number in candidates if not features.is_certain(number)), features, model)
    return grow(extraction, scores, model, metadata, memory_match)


def score_runs(numbers: Iterable[int], features: PageFeatures, model: TreeModel) -> Scores:
    vectors = {number: features.build_vector(number) for number in islice(numbers, MAX_CLASSIFIED)}
    return Scores(vectors, {number: model.predict(vector) for number, vector in vectors.items()})


def grow(
    extraction: Extraction,
    scores: Scores,
    model: TreeModel,
    metadata: Metadata,
    memory_match: MemoryMatch | None,
    *,
    by_place: bool = False,
) -> Classification:
    """Add the likely runs that an extraction lacks, and score its blocks.

    With `by_place` the extraction was made of runs, so that all of its blocks can be traced.
    """
    vectors, likelihoods = scores
    taken = {number for span in extraction.spans for number in span}
    placed: list[tuple[int, Block, tuple[int, ...]]] = []  # sort key, block, run indexes
    last = -1
    for block, span in zip(extraction.blocks, extraction.spans, strict=True):
        for part, numbers in _split_block(extraction, block, span, likelihoods):
            last = numbers[0] if numbers else last
            placed.append((last, part, numbers))
    by_memory = memory_match is not None and memory_match.is_understood
    # A run whose number is not in the tree may have been taken by trafilatura: that cannot be traced.
    is_traced = by_memory or by_place
    left_out = {
        number: likelihood
        for number, likelihood in likelihoods.items()
        if number not in taken and (extraction.runs[number].opening or is_traced)
    }
    origin = "new at its place" if by_memory else "left out at first"
    placed += _list_likely(extraction, left_out, vectors, model, origin)
    placed_runs = {number for _, _, numbers in placed for number in numbers}
    known = {number for number in placed_runs if likelihoods[number] > THRESHOLD} if by_place else placed_runs
    openings, listed = set[int](), set[int]()
    if not by_memory:
        openings.update(find_openings(extraction, (metadata.draft.title, *metadata.titles), known))
        cut = memory_match.cut if memory_match else ()
        listed.update(find_listed_items(extraction.runs, known.union(openings, cut)))
        listed.difference_update(extraction.unseen)
    placed += _list_openings(extraction, openings - placed_runs)
    placed += _list_listed(extraction, listed - placed_runs)
    sure = openings | listed
    if memory_match is not None:
        sure.update(memory_match.kept_by_rule)
        placed += _list_repeated(extraction, memory_match, [numbers for _, _, numbers in placed if numbers])
    placed.sort(key=lambda item: item[0])

    lists = rate_lists(extraction.runs, likelihoods) if by_place else {}
    low_scores = {}
    for index, (_, block, numbers) in enumerate(placed):
        if not block.is_kept or not sure.isdisjoint(numbers) or (block.kind is BlockKind.ROW and not block.links):
            continue  # a row of a table with figures, whose features say nothing
        mean = _mean_likelihood(extraction, numbers, likelihoods)
        if mean is not None and mean < THRESHOLD:
            lowest = min(
                (number for number in numbers if number in likelihoods), key=lambda number: likelihoods[number]
            )
            low_scores[index] = LowScore(
                mean,
                partial(_explain_low_score, mean, model, vectors[lowest]),
                is_sure=by_place and is_surely_beside(block, mean, extraction.runs[lowest], lists),
            )
    grown = replace(
        extraction, blocks=tuple(block for _, block, _ in placed), spans=tuple(span for _, _, span in placed)
    )
    return Classification(grown, low_scores, likelihoods)


def _list_likely(
    extraction: Extraction,
    left_out: Mapping[int, float],
    vectors: Mapping[int, Sequence[float]],
    model: TreeModel,
    origin: str,
) -> Iterator[tuple[int, Block, tuple[int, ...]]]:
    """Yield the likely runs that were left out, as kept blocks that say why they were added."""
    equal_parts = _find_equal_parts(extraction, left_out, vectors)
    for number, value in left_out.items():
        run = extraction.runs[number]
        if value > THRESHOLD or number in equal_parts:
            added = build_block(run.text, [run], extraction.base)
            if added is not None:
                reason = f"{origin}, {value:.0%} likely: {reasons_for(model, vectors[number])}"
                yield number, replace(added, evidence=reason), (number,)


def _list_openings(extraction: Extraction, openings: Collection[int]) -> Iterator[tuple[int, Block, tuple[int, ...]]]:
    """Yield the first paragraphs that were left out, as kept blocks that say so."""
    for number in openings:
        run = extraction.runs[number]
        block = build_block(run.text, [run], extraction.base)
        if block is not None:
            yield number, replace(block, evidence="left out at first, right before the first paragraph"), (number,)


def _list_listed(extraction: Extraction, listed: Collection[int]) -> Iterator[tuple[int, Block, tuple[int, ...]]]:
    """Yield the list items between paragraphs that were left out, as kept blocks that say so."""
    for number in listed:
        block = build_block(extraction.runs[number].text, [extraction.runs[number]], extraction.base)
        if block is not None:
            yield number, replace(block, evidence="left out at first, in a list between two paragraphs"), (number,)


def add_repeated_blocks(extraction: Extraction, memory_match: MemoryMatch) -> Extraction:
    """Add the site's repeated blocks in and around the article to an extraction of traced blocks.

    They are cut, but for those that a keep rule names.
    """
    placed = [(span[0], block, span) for block, span in zip(extraction.blocks, extraction.spans, strict=True)]
    placed += _list_repeated(extraction, memory_match, [span for _, _, span in placed])
    placed.sort(key=lambda item: item[0])
    return replace(extraction, blocks=tuple(one[1] for one in placed), spans=tuple(one[2] for one in placed))


def _list_repeated(
    extraction: Extraction, memory_match: MemoryMatch, spans: Sequence[tuple[int, ...]]
) -> Iterator[tuple[int, Block, tuple[int, ...]]]:
    """Yield the site's repeated blocks in and around the spans of the article: cut, or kept by a keep rule."""
    if not spans:
        return
    first, last = min(span[0] for span in spans) - EDGE, max(span[0] for span in spans) + EDGE
    taken = {number for span in spans for number in span}
    kept = {number: (None, KEEP_RULE) for number in memory_match.kept_by_rule if number not in taken}
    for number, (rule, evidence) in (memory_match.cut | kept).items():
        if first <= number <= last:
            block = build_block(extraction.runs[number].text, [extraction.runs[number]], extraction.base)
            if block is not None:
                yield number, replace(block, rule=rule, evidence=evidence), (number,)


def _explain_low_score(mean: float, model: TreeModel, vector: Sequence[float]) -> str:
    return f"{mean:.0%} likely: {reasons_against(model, vector)}"


def _find_equal_parts(
    extraction: Extraction, left_out: Mapping[int, float], vectors: Mapping[int, Sequence[float]]
) -> set[int]:
    """Return the paragraphs that were left out with their part of an article that is cut into equal parts."""
    parts: defaultdict[BlockElement | None, list[int]] = defaultdict(list)
    for number in left_out:
        run = extraction.runs[number]
        if vectors[number][ALIKE] >= MIN_ALIKE and is_paragraph(run):
            parts[run.element.parent].append(number)
    return {
        number
        for part in parts.values()
        for number in part
        if max(left_out[number], fmean(left_out[other] for other in part)) > ALIKE_THRESHOLD
    }


def _split_block(
    extraction: Extraction, block: Block, span: tuple[int, ...], likelihoods: dict[int, float]
) -> list[tuple[Block, tuple[int, ...]]]:
    """Return the block itself, or its lines if some of them are unlikely and others are not."""
    verdicts = [likelihoods.get(number, 1.0) < THRESHOLD for number in span]
    runs = [extraction.runs[number] for number in span]
    if (
        len(set(verdicts)) < 2
        or block.kind in {BlockKind.ROW, BlockKind.CODE}
        or " ".join(run.text for run in runs) != block.text
    ):
        return [(block, span)]
    parts = [build_block(run.text, [run], extraction.base) for run in runs]
    return [(part, (number,)) for part, number in zip(parts, span, strict=True) if part is not None]


def _mean_likelihood(extraction: Extraction, span: tuple[int, ...], likelihoods: dict[int, float]) -> float | None:
    """Return the mean likelihood of a block's runs, weighted by their length; None if none was classified."""
    if not any(number in likelihoods for number in span):
        return None
    sizes = [(likelihoods.get(number, 1.0), max(1, extraction.runs[number].characters)) for number in span]
    return sum(value * size for value, size in sizes) / sum(size for _, size in sizes)

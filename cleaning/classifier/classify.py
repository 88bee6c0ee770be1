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

from cleaning.article import Block, BlockKind
from cleaning.classifier.explanation import reasons_against, reasons_for
from cleaning.classifier.features import FEATURES
from cleaning.classifier.listed_items import find_listed_items
from cleaning.classifier.main_paragraphs import find_main_paragraphs
from cleaning.classifier.openings import find_openings
from cleaning.classifier.page_features import EDGE, PageFeatures
from cleaning.extraction import Extraction, build_block, build_extraction
from cleaning.page.paragraphs import is_paragraph
from cleaning.page.tags import CELLS, ITEMS
from cleaning.rules.page_blocks import QUESTION_END, LowScore

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from cleaning.classifier.model import TreeModel
    from cleaning.memory.match import MemoryMatch
    from cleaning.metadata.collect import Metadata
    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun

# The likelihood above which a text is added, and below which a block gets a low score. Chosen on pages that the model
# had not seen: a higher one raises precision and lowers recall.
THRESHOLD = 0.5
# The same for adding a paragraph if at least two body paragraphs stand in elements of the same tags and classes: the
# article is cut into several equal parts, of which trafilatura took one. The paragraphs of a part are added together,
# by their mean: the last one of the article has less beside it that speaks for it than the others.
MIN_ALIKE, ALIKE_THRESHOLD = 2, 0.15
ALIKE = FEATURES.index("alike")
HEADING_THRESHOLD = 0.15  # of a heading without links among the texts that are read by place
# Without trafilatura a page is unsure where its doubtful characters (those of each run, by how near its likelihood is
# to .5) are more than this share of its likely ones; the offsets make pages with little text unsure.
MAX_DOUBT, DOUBT_OFFSET, TEXT_OFFSET = 0.13, 50, 200
MAX_CLASSIFIED = 5_000  # runs of a page; the longest article seen has 1,400


class Classification(NamedTuple):
    """An extraction with the added blocks, the low scores by block index, and the likelihoods by run index."""

    extraction: Extraction
    low_scores: dict[int, LowScore]
    likelihoods: dict[int, float]


class _Scores(NamedTuple):
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
    scores = _score((number for number in candidates if not features.is_certain(number)), features, model)
    return _grow(extraction, scores, model, metadata, memory_match)


def build_features_by_place(
    runs: Sequence[TextRun], metadata: Metadata, url: str, unseen: Collection[int] = ()
) -> PageFeatures:
    """Return the features of a page of which trafilatura was not asked: the main element's paragraphs were taken."""
    return PageFeatures(
        runs,
        find_main_paragraphs(runs, unseen),
        url=url,
        titles=(metadata.draft.title, *metadata.titles),
        description=metadata.draft.description or "",
        by_place=True,
    )


def classify_by_place(found: Extraction, model: TreeModel, metadata: Metadata, url: str) -> Classification | None:
    """Choose the article's runs without trafilatura; None where that is unsure.

    `found` has the page's runs and no block. `model` must be trained for it.
    """
    features = build_features_by_place(found.runs, metadata, url, found.unseen)
    candidates = [number for number in features.find_candidates() if number not in found.unseen]
    if not features.taken or len(candidates) > MAX_CLASSIFIED:
        return None
    scores = _score(candidates, features, model)
    if is_unsure(found.runs, scores.likelihoods):
        return None
    chosen = {number for number, value in scores.likelihoods.items() if value > THRESHOLD}
    chosen.update(_list_headings(found.runs, chosen, scores.likelihoods))
    extraction = replace(build_extraction(found.runs, chosen, found.base, join_rows=True), unseen=found.unseen)
    return _grow(extraction, scores, model, metadata, None, by_place=True)


def _list_headings(runs: Sequence[TextRun], chosen: Collection[int], likelihoods: Mapping[int, float]) -> Iterator[int]:
    """Yield the headings without links among the chosen runs, which are judged by a lower likelihood."""
    first, last = min(chosen, default=0), max(chosen, default=0)
    for number, value in likelihoods.items():
        run = runs[number]
        is_heading = run.element.kind is BlockKind.HEADING and not run.links
        if is_heading and value > HEADING_THRESHOLD and first < number < last:
            yield number


def is_unsure(runs: Sequence[TextRun], likelihoods: Mapping[int, float]) -> bool:
    """Return whether a page needs trafilatura.

    It has code, an unlikely item, cell or question among its texts, or too much text that may be or may not be its own.
    """
    if any(runs[number].element.kind is BlockKind.CODE for number in likelihoods) or _has_unlikely_kind(
        runs, likelihoods
    ):
        return True
    found = sum(runs[number].characters for number, value in likelihoods.items() if value > THRESHOLD)
    doubt = sum(runs[number].characters * min(value, 1 - value) for number, value in likelihoods.items())
    return doubt + DOUBT_OFFSET > MAX_DOUBT * (found + TEXT_OFFSET)


def _has_unlikely_kind(runs: Sequence[TextRun], likelihoods: Mapping[int, float]) -> bool:
    """Return whether a text that is hardly linked is unlikely, but of a kind that the article has.

    That is an item, a heading or a line like the likely ones among them, a cell or a question among or beside them.
    """
    likely = [number for number, value in likelihoods.items() if value > THRESHOLD]
    if not likely:
        return False
    around = {runs[number].element.parent for number in likely}
    paths = {runs[number].element.path for number in likely}
    for number, value in likelihoods.items():
        run = runs[number]
        if (
            value > THRESHOLD
            or 2 * run.link_characters > run.characters
            or not likely[0] - EDGE < number < likely[-1] + EDGE
        ):
            continue
        tags = {element.tag for element in run.element.walk_up()}
        is_heading = run.element.kind is BlockKind.HEADING and value <= HEADING_THRESHOLD
        is_alike = not run.links and (run.element.path in paths or (is_heading and run.element.parent in around))
        is_among = likely[0] < number < likely[-1] and (is_alike or not tags.isdisjoint(ITEMS))
        if is_among or not tags.isdisjoint(CELLS) or (run.element.parent in around and QUESTION_END.search(run.text)):
            return True
    return False


def _score(numbers: Iterable[int], features: PageFeatures, model: TreeModel) -> _Scores:
    vectors = {number: features.build_vector(number) for number in islice(numbers, MAX_CLASSIFIED)}
    return _Scores(vectors, {number: model.predict(vector) for number, vector in vectors.items()})


def _grow(
    extraction: Extraction,
    scores: _Scores,
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
    is_traced = by_memory or by_place
    # A run whose number is not in the tree may have been taken by trafilatura: that cannot be traced.
    left_out = {
        number: likelihood
        for number, likelihood in likelihoods.items()
        if number not in taken and (extraction.runs[number].opening or is_traced)
    }
    equal_parts = _find_equal_parts(extraction, left_out, vectors)
    for number, value in left_out.items():
        run = extraction.runs[number]
        if value > THRESHOLD or number in equal_parts:
            added = build_block(run.text, [run], extraction.base)
            if added is not None:
                origin = "new at its place" if by_memory else "left out at first"
                reason = f"{origin}, {value:.0%} likely: {reasons_for(model, vectors[number])}"
                placed.append((number, replace(added, evidence=reason), (number,)))
    openings = frozenset[int]() if by_memory else find_openings(extraction, (metadata.draft.title, *metadata.titles))
    new = openings - {number for _, _, numbers in placed for number in numbers}
    placed += _list_openings(extraction, new)
    known = {number for _, _, numbers in placed for number in numbers}.union(memory_match.cut if memory_match else ())
    listed = {} if by_memory else _build_listed(extraction, known)
    placed += ((number, block, (number,)) for number, block in listed.items())
    sure = openings | listed.keys()
    if memory_match is not None:
        placed += _list_repeated(extraction, memory_match, [numbers[0] for _, _, numbers in placed if numbers])
    placed.sort(key=lambda item: item[0])

    low_scores = {}
    for index, (_, block, numbers) in enumerate(placed):
        if not block.is_kept or not sure.isdisjoint(numbers) or (block.kind is BlockKind.ROW and not block.links):
            continue  # a row of a table with figures, whose features say nothing
        mean = _mean_likelihood(extraction, numbers, likelihoods)
        if mean is not None and mean < THRESHOLD:
            lowest = min(
                (number for number in numbers if number in likelihoods), key=lambda number: likelihoods[number]
            )
            low_scores[index] = LowScore(mean, partial(_explain_low_score, mean, model, vectors[lowest]))
    grown = replace(
        extraction, blocks=tuple(block for _, block, _ in placed), spans=tuple(span for _, _, span in placed)
    )
    return Classification(grown, low_scores, likelihoods)


def _list_openings(extraction: Extraction, openings: Collection[int]) -> Iterator[tuple[int, Block, tuple[int, ...]]]:
    """Yield the first paragraphs that were left out, as kept blocks that say so."""
    for number in openings:
        run = extraction.runs[number]
        block = build_block(run.text, [run], extraction.base)
        if block is not None:
            yield number, replace(block, evidence="left out at first, right before the first paragraph"), (number,)


def _build_listed(extraction: Extraction, taken: set[int]) -> dict[int, Block]:
    """Return the blocks of list items between paragraphs that are not among these runs, by their indexes."""
    found = {}
    for number in find_listed_items(extraction.runs, taken):
        block = build_block(extraction.runs[number].text, [extraction.runs[number]], extraction.base)
        if block is not None and number not in extraction.unseen:
            found[number] = replace(block, evidence="left out at first, in a list between two paragraphs")
    return found


def add_repeated_blocks(extraction: Extraction, memory_match: MemoryMatch) -> Extraction:
    """Add the site's repeated blocks in and around the article, as cut blocks, to an extraction of traced blocks."""
    placed = [(span[0], block, span) for block, span in zip(extraction.blocks, extraction.spans, strict=True)]
    placed += _list_repeated(extraction, memory_match, [number for number, _, _ in placed])
    placed.sort(key=lambda item: item[0])
    return replace(extraction, blocks=tuple(one[1] for one in placed), spans=tuple(one[2] for one in placed))


def _list_repeated(
    extraction: Extraction, memory_match: MemoryMatch, around: Sequence[int]
) -> Iterator[tuple[int, Block, tuple[int, ...]]]:
    """Yield the site's repeated blocks in and around the article, as cut blocks."""
    if not around:
        return
    first, last = min(around) - EDGE, max(around) + EDGE
    for number, (rule, evidence) in memory_match.cut.items():
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

"""How likely each text is the article's, by everything that can be seen of it at once.

The rules are sure of one thing each; what none of them is sure of is weighed here. What trafilatura left out and is
surely the article's is taken in, what it took and is hardly the article's is doubted; the rule `unlikely` cuts that.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cleaning.article import Block, BlockKind
from cleaning.extraction import Extraction, block_of
from cleaning.likelihood.features import FEATURES
from cleaning.likelihood.look import is_paragraph
from cleaning.likelihood.signs import against, in_favour
from cleaning.likelihood.survey import EDGE, Survey
from cleaning.rules.reading import Doubt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cleaning.likelihood.trees import Trees
    from cleaning.memory.recall import Recall
    from cleaning.metadata import Metadata
    from cleaning.runs import Run

# Likelihood above which a text is taken in, and under which a block is doubted. Chosen on pages that the model had not
# seen: a higher one raises precision and costs recall.
TURN = 0.55
PROSE_TURN = 0.5  # the same for taking in a paragraph: it is more to lose
# The same where paragraphs that were found stand in elements of the same tags and classes: an article that is cut into
# several equal parts, of which trafilatura takes one.
TWINS, TWIN_TURN = 2, 0.15
ALIKE = FEATURES.index("alike")
MOST_WEIGHED = 5_000  # texts of a page; the longest article seen has 1,400


class Weighed(NamedTuple):
    """An extraction with what was added, and for the indexes of the doubtful blocks what speaks against them.

    `likely` is how likely the texts are that were weighed, by their indexes.
    """

    extraction: Extraction
    doubts: dict[int, Doubt]
    likely: dict[int, float]


def survey(extraction: Extraction, metadata: Metadata, url: str, recall: Recall | None = None) -> Survey:
    """What is to be seen of a page that was extracted."""
    return Survey(
        extraction.runs,
        {number for span in extraction.spans for number in span},
        url=url,
        titles=(metadata.draft.title, *metadata.titles),
        description=metadata.draft.description or "",
        recall=recall,
    )


def weigh(extraction: Extraction, trees: Trees, metadata: Metadata, url: str, recall: Recall | None = None) -> Weighed:
    """The extraction with what it lacks, in the order of the page, and what is to be doubted of it.

    `recall` is what the memory of the page's site says of its texts, where there is one; `trees` must be made for it.

    A block that was added says so as its evidence. A block that could not be traced back to the page is neither moved
    nor doubted.
    """
    seen = survey(extraction, metadata, url, recall)
    weighed = (number for number in seen.candidates() if not seen.is_certain(number))
    vectors = {number: seen.vector(number) for number in islice(weighed, MOST_WEIGHED)}
    likely = {number: trees.likelihood(vector) for number, vector in vectors.items()}

    placed: list[tuple[int, Block, tuple[int, ...]]] = []
    last = -1
    for block, span in zip(extraction.blocks, extraction.spans, strict=True):
        for part, own in _parts(extraction, block, span, likely):
            last = own[0] if own else last
            placed.append((last, part, own))
    by_memory = recall is not None and recall.understood
    for number, value in likely.items():
        run = extraction.runs[number]
        # A run whose number is not in the tree may be taken by trafilatura without our knowing.
        traced = run.opening or by_memory
        if number not in seen.taken and value > _turn(run, vectors[number]) and traced:
            added = block_of(run.text, [run], extraction.base)
            if added is not None:
                left_out = "new at its place" if by_memory else "left out by trafilatura"
                reason = f"{left_out}, {value:.0%} likely: {in_favour(trees, vectors[number])}"
                placed.append((number, replace(added, evidence=reason), (number,)))
    if recall is not None:
        placed += _repeated(extraction, recall, [own[0] for _, _, own in placed if own])
    placed.sort(key=lambda place: place[0])

    doubts = {}
    for index, (_, block, own) in enumerate(placed):
        if not block.kept or (block.kind is BlockKind.ROW and not block.links):
            continue  # of a table with figures, which say nothing of themselves
        mean = _mean(extraction, own, likely)
        if mean is not None and mean < TURN:
            number = min((number for number in own if number in likely), key=lambda number: likely[number])
            doubts[index] = Doubt(mean, partial(_against, mean, trees, vectors[number]))
    grown = replace(
        extraction, blocks=tuple(block for _, block, _ in placed), spans=tuple(span for _, _, span in placed)
    )
    return Weighed(grown, doubts, likely)


def _repeated(
    extraction: Extraction, recall: Recall, around: Sequence[int]
) -> Iterator[tuple[int, Block, tuple[int, ...]]]:
    """The site's blocks that stand in and around the article: they are shown as cut."""
    if not around:
        return
    first, last = min(around) - EDGE, max(around) + EDGE
    for number, (rule, evidence) in recall.cut.items():
        if first <= number <= last:
            block = block_of(extraction.runs[number].text, [extraction.runs[number]], extraction.base)
            if block is not None:
                yield number, replace(block, rule=rule, evidence=evidence), (number,)


def _against(mean: float, trees: Trees, vector: Sequence[float]) -> str:
    return f"{mean:.0%} likely: {against(trees, vector)}"


def _turn(run: Run, vector: Sequence[float]) -> float:
    """The likelihood above which a text is taken in."""
    if not is_paragraph(run):
        return TURN
    return TWIN_TURN if vector[ALIKE] >= TWINS else PROSE_TURN


def _parts(
    extraction: Extraction, block: Block, span: tuple[int, ...], likely: dict[int, float]
) -> list[tuple[Block, tuple[int, ...]]]:
    """The block itself, or its lines where some of them are doubtful and others are not."""
    verdicts = [likely.get(number, 1.0) < TURN for number in span]
    runs = [extraction.runs[number] for number in span]
    if (
        len(set(verdicts)) < 2
        or block.kind in {BlockKind.ROW, BlockKind.CODE}
        or " ".join(run.text for run in runs) != block.text
    ):
        return [(block, span)]
    parts = [block_of(run.text, [run], extraction.base) for run in runs]
    return [(part, (number,)) for part, number in zip(parts, span, strict=True) if part is not None]


def _mean(extraction: Extraction, span: tuple[int, ...], likely: dict[int, float]) -> float | None:
    """The mean likelihood of a block's runs, weighted by their length; None where none was weighed."""
    if not any(number in likely for number in span):
        return None
    sizes = [(likely.get(number, 1.0), max(1, extraction.runs[number].characters)) for number in span]
    return sum(value * size for value, size in sizes) / sum(size for _, size in sizes)

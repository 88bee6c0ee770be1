"""List the sentences in and around an article that are not in its blocks, so that none vanishes without a reason.

trafilatura throws away what it takes for boilerplate, and the classifier adds only what is likely. What neither took,
and could be the article's by its form and its place, becomes a cut block of the article.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from cleaning.extraction import Extraction, build_block
from cleaning.page.paragraphs import count_letters, ends_a_sentence
from cleaning.records.block import LEFT_OUT, Block

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cleaning.page.text_runs import TextRun

MIN_LETTERS = 60  # of a sentence that is listed
MAX_LINKED = 0.5  # its link share
EDGE = 5  # texts before the first and after the last kept block among which sentences are listed
MAX_LISTED = 40  # of a page; an article among the comments of its readers has hundreds


def could_be_article(run: TextRun) -> bool:
    """Return whether a text has the form of an article's: a sentence of some length that is no link."""
    return (
        run.link_characters < MAX_LINKED * run.characters
        and count_letters(run.text) >= MIN_LETTERS
        and ends_a_sentence(run.text)
    )


def list_left_out(
    extraction: Extraction, blocks: Sequence[Block], likelihoods: Mapping[int, float]
) -> tuple[tuple[int, Block], ...]:
    """Return the cut blocks of the sentences that were left out, each with the index of its run, in page order.

    They stand among the kept blocks, or at most EDGE texts before or after them. `blocks` are those of the extraction,
    kept and cut. At most MAX_LISTED are returned, those next to kept ones first.
    """
    kept = [number for block, span in zip(blocks, extraction.spans, strict=True) if block.is_kept for number in span]
    if not kept:
        return ()
    kept.sort()
    numbers = list(_find_left_out(extraction, kept[0] - EDGE, kept[-1] + EDGE))
    if len(numbers) > MAX_LISTED:
        numbers = sorted(sorted(numbers, key=partial(_measure_distance, kept))[:MAX_LISTED])
    listed = []
    for number in numbers:
        run = extraction.runs[number]
        block = build_block(run.text, [run], extraction.base)
        if block is not None:
            rule, evidence = _give_reason(number, extraction, likelihoods)
            listed.append((number, replace(block, rule=rule, evidence=evidence)))
    return tuple(listed)


def _find_left_out(extraction: Extraction, first: int, last: int) -> Iterator[int]:
    taken = {number for span in extraction.spans for number in span}
    # The text of a block that could not be traced back to the page may be that of any run.
    untraced = "\n".join(
        block.text for block, span in zip(extraction.blocks, extraction.spans, strict=True) if not span
    )
    for number in range(max(0, first), min(last + 1, len(extraction.runs))):
        run = extraction.runs[number]
        if number not in taken and could_be_article(run) and run.text not in untraced:
            yield number


def _measure_distance(kept: Sequence[int], number: int) -> int:
    """Return the distance to the next kept run; `kept` is in order."""
    at = bisect_left(kept, number)
    return min(abs(number - other) for other in kept[max(0, at - 1) : at + 1])


def _give_reason(number: int, extraction: Extraction, likelihoods: Mapping[int, float]) -> tuple[str, str]:
    """Return the rule and the evidence of a sentence that was left out."""
    if number in extraction.unseen:
        return "hidden", extraction.unseen[number]
    value = likelihoods.get(number)
    return LEFT_OUT, "not in the extracted text" + (f", {value:.0%} likely" if value is not None else "")

"""Mark the blocks of corrections, and add those that the extraction lacks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from cleaning.corrections.find_corrections import CorrectionFinder
from cleaning.extraction import Extraction, build_block
from cleaning.records.block import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Collection

Score = TypeVar("Score")


def mark_corrections(
    extraction: Extraction, low_scores: dict[int, Score], cut: Collection[int] = ()
) -> tuple[Extraction, dict[int, Score]]:
    """Return the extraction with its corrections, and the scores of its blocks by their new indexes.

    `cut` are the indexes of the runs that the site's memory cuts.
    """
    taken = {
        number
        for block, span in zip(extraction.blocks, extraction.spans, strict=True)
        if block.is_kept
        for number in span
    }
    found = CorrectionFinder(extraction.runs, taken, {*cut, *extraction.unseen}).find()
    if not found:
        return extraction, low_scores
    placed: list[tuple[int, int | None, Block, tuple[int, ...]]] = []  # sort key, former index, block, run indexes
    last, present = -1, set[int]()
    for index, (block, span) in enumerate(zip(extraction.blocks, extraction.spans, strict=True)):
        last = span[0] if span else last
        present.update(span)
        is_correction = block.is_kept and bool(span) and all(number in found for number in span)
        placed.append((last, index, replace(block, kind=BlockKind.CORRECTION) if is_correction else block, span))
    for number in found.keys() - present:
        added = build_block(extraction.runs[number].text, [extraction.runs[number]], extraction.base)
        if added is not None:
            evidence = f"left out at first, {found[number]}"
            placed.append((number, None, replace(added, kind=BlockKind.CORRECTION, evidence=evidence), (number,)))
    placed.sort(key=lambda item: item[0])
    marked = replace(extraction, blocks=tuple(item[2] for item in placed), spans=tuple(item[3] for item in placed))
    return marked, {at: low_scores[item[1]] for at, item in enumerate(placed) if item[1] in low_scores}

"""Make the blocks of an extraction those of a live blog: each entry with its line, and all its paragraphs.

trafilatura takes of many live blogs only the longest entries, without times. Here every text of an entry becomes a
block; the rules then judge it like any other, except that they keep the lines of entries.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cleaning.extraction import Extraction, build_block
from cleaning.live.find_live_blog import FoundEntry, LiveBlog
from cleaning.page.paragraphs import count_letters, ends_a_sentence
from cleaning.records.block import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cleaning.rules.page_blocks import LowScore

DATA = "stands in the page's data alone: JSON-LD liveBlogUpdate"
BYLINE = "the author of an entry"
# A text that trafilatura left out, and that the classifier finds as unlikely as this, is a button or a label.
MAX_UNLIKELY, MAX_SHORT = 0.15, 80


@dataclass(frozen=True, slots=True)
class PlacedEntries:
    """An extraction with the blocks of all entries; `low_scores` of its blocks by index.

    `lines` are the indexes of the lines of entries, which no rule cuts, `texts` those of their other blocks, which no
    rule cuts by their position. `places` are the paths of the entries' elements, as labels.
    """

    extraction: Extraction
    low_scores: dict[int, LowScore]
    lines: frozenset[int] = frozenset()
    texts: frozenset[int] = frozenset()
    places: tuple[tuple[str, ...], ...] = ()


@dataclass
class _Placing:
    """The blocks in page order with their runs and low scores, while they are collected."""

    blocks: list[Block] = field(default_factory=list)
    spans: list[tuple[int, ...]] = field(default_factory=list)
    scores: dict[int, LowScore] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)
    texts: set[int] = field(default_factory=set)

    def add(self, block: Block, span: tuple[int, ...], score: LowScore | None = None) -> None:
        if score is not None:
            self.scores[len(self.blocks)] = score
        self.blocks.append(block)
        self.spans.append(span)


def place_entries(
    extraction: Extraction, live: LiveBlog, low_scores: Mapping[int, LowScore], likelihoods: Mapping[int, float]
) -> PlacedEntries:
    """Return the extraction with every text of the live blog's entries, each in a block that names its entry."""
    placing = _Placing()
    owner = {run: number for number, found in enumerate(live.entries) for run in found.runs}
    taken = {run for span in extraction.spans for run in span}
    judged = {
        span[0]: block
        for block, span in zip(extraction.blocks, extraction.spans, strict=True)
        if span and (not block.is_kept or block.kind is BlockKind.CORRECTION)
    }
    done = 0  # entries whose blocks are placed
    for index, (block, span) in enumerate(zip(extraction.blocks, extraction.spans, strict=True)):
        inside = [owner[run] for run in span if run in owner]
        first = next((found.runs.start for found in live.entries[done:] if found.runs), None)
        while not inside and span and first is not None and first < span[0]:
            done = _place_next(placing, extraction, live, done, taken, judged, likelihoods)
            first = next((found.runs.start for found in live.entries[done:] if found.runs), None)
        if inside:
            while done <= max(inside):
                done = _place_next(placing, extraction, live, done, taken, judged, likelihoods)
            continue
        placing.add(block, span, low_scores.get(index))
    while done < len(live.entries):
        done = _place_next(placing, extraction, live, done, taken, judged, likelihoods)
    placed = replace(extraction, blocks=tuple(placing.blocks), spans=tuple(placing.spans))
    paths = {found.path for found in live.entries if found.path}
    places = tuple(tuple(path.split(" > ")) for path in sorted(paths))
    return PlacedEntries(placed, placing.scores, frozenset(placing.lines), frozenset(placing.texts), places)


def _place_next(
    placing: _Placing,
    extraction: Extraction,
    live: LiveBlog,
    number: int,
    taken: set[int],
    judged: Mapping[int, Block],
    likelihoods: Mapping[int, float],
) -> int:
    """Place the blocks of one entry, and return the number of the next."""
    found = live.entries[number]
    line = _make_line(extraction, found)
    if line is not None:
        placing.lines.add(len(placing.blocks))
        placing.add(replace(line, entry=number), found.head.runs)
    for text in found.paragraphs:
        placing.lines.add(len(placing.blocks))  # no rule is asked: it has no place in the page
        placing.add(Block(text, evidence=DATA, entry=number), ())
    for run in found.runs:
        if run in found.head.runs:
            continue
        block = judged.get(run) or _make_text(extraction, found, run, taken, likelihoods)
        if block is not None:
            if block.is_kept:
                placing.texts.add(len(placing.blocks))
            placing.add(replace(block, entry=number), (run,))
    return number + 1


def _make_line(extraction: Extraction, found: FoundEntry) -> Block | None:
    """Return the line of an entry: its time and its heading, in the page's own words where they are one text."""
    entry = found.entry
    if not entry.line or not found.head.has_own_line:
        return None
    runs = [extraction.runs[run] for run in found.head.runs]
    text = runs[0].text if len(runs) == 1 and entry.heading else entry.line
    block = build_block(text, runs, extraction.base)
    if block is None:
        return None
    evidence = DATA if not found.runs else None
    heading = next((run.element.path for run in runs if run.element.kind is BlockKind.HEADING), "")
    path = heading or block.path or found.path
    return replace(block, text=text, kind=BlockKind.HEADING, path=path, layout="", evidence=evidence)


def _leave_list(block: Block, layout: str) -> Block:
    """Return a block without the list or table whose items are the entries: it has its own place in the entry."""
    if not layout or not block.layout.startswith(layout):
        return block
    _, _, rest = block.layout[len(layout) :].partition(" ")
    kind = BlockKind.PARAGRAPH if not rest and block.kind in (BlockKind.ITEM, BlockKind.ROW) else block.kind
    return replace(block, layout=rest, kind=kind)


def _make_text(
    extraction: Extraction, found: FoundEntry, run: int, taken: set[int], likelihoods: Mapping[int, float]
) -> Block | None:
    """Return the block of a text of an entry; it is cut where it is a byline, or surely a button."""
    block = build_block(extraction.runs[run].text, [extraction.runs[run]], extraction.base)
    if block is None:
        return None
    block = _leave_list(block, found.layout)
    if run in found.head.bylines:
        return replace(block, rule="dateline", evidence=BYLINE)
    likelihood = likelihoods.get(run, 1.0)
    is_short = count_letters(block.text) <= MAX_SHORT and not ends_a_sentence(block.text)
    if run not in taken and is_short and likelihood < MAX_UNLIKELY:
        return replace(block, rule="unlikely", evidence=f"{likelihood:.0%} likely, in an entry of a live blog")
    return block

"""The one adapter to trafilatura: a page's tree to blocks in reading order, each with its kind, links and place."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import trafilatura
from trafilatura.settings import Document, Extractor

from cleaning.addresses import absolute
from cleaning.article import Block, BlockKind
from cleaning.headlines import headline_key
from cleaning.rules.reading import BODY_CHARACTERS, BODY_LINK_SHARE, ends_a_sentence, weight
from cleaning.run_numbers import MARK, restored, write_numbers
from cleaning.runs import CELLS, WORD, Run, erase, prune, read_runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml.html import HtmlElement

    from cleaning.runs import Place

# A table that lays out the page instead of holding figures: one of its cells holds a paragraph of more letters than
# this, or as many in sentences on lines of their own.
LAYOUT_CELL = 150
# trafilatura's fast mode is enough, unless it finds so little, and so little of the page's paragraphs: then its
# standard mode is asked, which compares with two other extractors and takes one and a half times as long again.
LITTLE, LITTLE_OF_PAGE = 1_500, 0.7

# Its warnings ("discarding data") say what our verdict says.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What stands in a page: its article's blocks as they were found, and all of its text runs.

    `spans` gives for each block the indexes of its runs, none where the block could not be traced back. `base` is what
    the page's links are relative to.
    """

    blocks: tuple[Block, ...] = ()
    spans: tuple[tuple[int, ...], ...] = ()
    runs: tuple[Run, ...] = ()
    base: str = ""

    def before(self, headline: str) -> int:
        """How many leading blocks stand before the heading with these words in the page; 0 where there is none."""
        key = headline_key(headline)
        place = next((number for number, run in enumerate(self.runs) if key and _opens(run, key)), 0)
        return next((at for at, span in enumerate(self.spans) if not span or span[0] >= place), 0)


def _opens(run: Run, key: str) -> bool:
    if run.place.kind is not BlockKind.HEADING:
        return False
    own = headline_key(run.text)
    # A headline that is broken into lines is several runs.
    return own == key or (own.count(" ") >= 2 and key.startswith(own))


def extract(
    tree: HtmlElement, url: str, runs: Sequence[Run] | None = None, *, without: Iterable[int] = ()
) -> Extraction:
    """The article's blocks, as trafilatura finds them. Changes the tree: read metadata from it before.

    `runs` are those of the tree, where they were read already; `without` are the indexes of those that it is not to
    see.
    """
    runs = read_runs(tree) if runs is None else runs
    unseen = [runs[index] for index in without]
    erase(unseen)
    write_numbers(runs)
    if unseen:
        prune(tree.find("body"))
    base = base_address(tree, url)
    extraction = _blocks(_text(tree, fast=True), runs, base)
    if _too_little(extraction):
        extraction = _blocks(_text(tree, fast=False), runs, base)
    return extraction


def of_runs(runs: Sequence[Run], chosen: Iterable[int], base: str) -> Extraction:
    """The extraction in which each of the chosen runs is a block; without trafilatura."""
    found = [
        (block, (index,)) for index in sorted(chosen) if (block := block_of(runs[index].text, [runs[index]], base))
    ]
    return Extraction(tuple(block for block, _ in found), tuple(span for _, span in found), tuple(runs), base)


def _too_little(extraction: Extraction) -> bool:
    found = sum(len(block.text) for block in extraction.blocks)
    return found < LITTLE and found < LITTLE_OF_PAGE * sum(
        run.characters
        for run in extraction.runs
        if run.characters >= BODY_CHARACTERS and run.link_characters < BODY_LINK_SHARE * run.characters
    )


def _text(tree: HtmlElement, *, fast: bool) -> str:
    # date_params is for its metadata, which we do not ask for, and would read the clock.
    options = Extractor(output_format="python", fast=fast, comments=False, dedup=False, date_params={"max_date": ""})
    document = trafilatura.bare_extraction(tree, options=options)
    return (document.text if isinstance(document, Document) else None) or ""


def _blocks(text: str, runs: Sequence[Run], base: str) -> Extraction:
    blocks: list[Block] = []
    spans: list[tuple[int, ...]] = []
    last: int | None = None
    for line in text.split("\n"):
        for part in _parts(line, runs):
            words, own = restored(part, runs)
            if not own and last is not None and " ".join(words.split()) in runs[last].text:
                own = [last]  # another line of the same run: preformatted text, or links side by side
            last = own[-1] if own else last
            block = block_of(words, [runs[number] for number in own], base)
            if block is not None:
                blocks.append(block)
                spans.append(tuple(own))
    return Extraction(tuple(blocks), tuple(spans), tuple(runs), base)


def _parts(line: str, runs: Sequence[Run]) -> list[str]:
    """The line itself, or the runs of a row of a layout table."""
    if line.startswith("|"):
        _, own = restored(line, runs)
        if _lays_out([runs[number] for number in own]):
            edges = [0, *(mark.start() for mark in MARK.finditer(line)), len(line)]
            return [line[start:end] for start, end in pairwise(edges)]
    return [line]


def _lays_out(row: Sequence[Run]) -> bool:
    """Whether the cells of a row hold the page's text, not figures and notes."""
    sentences: Counter[Place | None] = Counter()
    for run in row:
        length = weight(run.text)
        if length > LAYOUT_CELL:
            return True
        if ends_a_sentence(run.text):
            cell = next((place for place in run.place.line() if place.tag in CELLS), None)
            sentences[cell] += length
    return any(length > LAYOUT_CELL for length in sentences.values())


def block_of(line: str, runs: Sequence[Run], base: str) -> Block | None:
    """The block with this text, which stands in these runs; None where it has no word."""
    words = " ".join(line.split())
    kind = runs[0].place.kind if runs else BlockKind.PARAGRAPH
    if words.startswith("|") or words.endswith("|"):
        words = words.strip("| ")
        kind = BlockKind.ROW if len(runs) > 1 else kind
    elif words.startswith("- "):  # trafilatura's mark of a list item
        words = words[2:]
        kind = BlockKind.ITEM if kind is BlockKind.PARAGRAPH else kind
    if not WORD.search(words):
        return None
    characters = sum(run.characters for run in runs)
    link_characters = sum(run.link_characters for run in runs)
    return Block(
        text=words,
        kind=kind,
        link_share=round(link_characters / characters, 3) if characters else 0.0,
        links=tuple(dict.fromkeys(absolute(base, link) for run in runs for link in run.links)),
        path=runs[0].place.path if runs else "",
    )


def base_address(tree: HtmlElement, url: str) -> str:
    """What the page's links are relative to."""
    element = tree.find(".//base[@href]")
    return absolute(url, element.get("href") or "") if element is not None else url

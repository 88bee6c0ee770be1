"""The one adapter to trafilatura: a page's tree to blocks in reading order, each with its kind, links and place."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import trafilatura
from trafilatura.settings import Document, Extractor

from cleaning.addresses import absolute
from cleaning.article import Block, BlockKind
from cleaning.headlines import headline_key
from cleaning.runs import MARK, WORD, Run, number_runs, restored

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# A table that lays out the page instead of holding figures: one of its cells holds a paragraph of this many characters.
LAYOUT_CELL = 150

# Its warnings ("discarding data") say what our verdict says.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What stands in a page: its article's blocks as trafilatura found them, and all of its text runs.

    `numbers` gives for each block the index of its first run, None where the block could not be traced back.
    """

    blocks: tuple[Block, ...] = ()
    numbers: tuple[int | None, ...] = ()
    runs: tuple[Run, ...] = ()

    def before(self, headline: str) -> int:
        """How many leading blocks stand before the heading with these words in the page; 0 where there is none."""
        key = headline_key(headline)
        place = next((number for number, run in enumerate(self.runs) if key and _opens(run, key)), 0)
        return next((at for at, number in enumerate(self.numbers) if number is None or number >= place), 0)


def _opens(run: Run, key: str) -> bool:
    if run.place.kind is not BlockKind.HEADING:
        return False
    own = headline_key(run.text)
    # A headline that is broken into lines is several runs.
    return own == key or (own.count(" ") >= 2 and key.startswith(own))


def extract(tree: HtmlElement, url: str) -> Extraction:
    """The article's blocks. Changes the tree: read metadata from it before."""
    runs = number_runs(tree)
    base = _base(tree, url)
    document = trafilatura.bare_extraction(tree, options=_options())
    text = (document.text if isinstance(document, Document) else None) or ""
    blocks: list[Block] = []
    numbers: list[int | None] = []
    last: int | None = None
    for line in text.split("\n"):
        for part in _parts(line, runs):
            words, own = restored(part, runs)
            if not own and last is not None and " ".join(words.split()) in runs[last].text:
                own = [last]  # another line of the same run: preformatted text, or links side by side
            last = own[-1] if own else last
            block = _block(words, [runs[number] for number in own], base)
            if block is not None:
                blocks.append(block)
                numbers.append(own[0] if own else None)
    return Extraction(tuple(blocks), tuple(numbers), tuple(runs))


def _options() -> Extractor:
    # date_params is for its metadata, which we do not ask for, and would read the clock.
    return Extractor(output_format="python", comments=False, dedup=False, date_params={"max_date": ""})


def _parts(line: str, runs: list[Run]) -> list[str]:
    """The line itself, or the runs of a row of a layout table."""
    if line.startswith("|"):
        _, own = restored(line, runs)
        if any(runs[number].characters > LAYOUT_CELL for number in own):
            edges = [0, *(mark.start() for mark in MARK.finditer(line)), len(line)]
            return [line[start:end] for start, end in pairwise(edges)]
    return [line]


def _block(line: str, runs: list[Run], base: str) -> Block | None:
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


def _base(tree: HtmlElement, url: str) -> str:
    element = tree.find(".//base[@href]")
    return absolute(url, element.get("href") or "") if element is not None else url

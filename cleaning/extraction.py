"""Extract a page's blocks in reading order, each with its kind, links and path. The only adapter to trafilatura."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

import trafilatura
from lxml import etree
from trafilatura.settings import Document, Extractor

from cleaning.page.addresses import resolve_link
from cleaning.page.headline_key import normalize_headline
from cleaning.page.line_parts import write_known_tags
from cleaning.page.lines_read_back import ITEM_MARK, is_layout_row, read_lines, set_apart, split_layout_row, squeeze
from cleaning.page.paragraphs import MAX_BODY_LINK_SHARE, MIN_BODY_LETTERS
from cleaning.page.run_numbers import write_numbers
from cleaning.page.text_runs import WORD, TextRun, erase_runs, read_runs, remove_empty_elements
from cleaning.records.block import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lxml.html import HtmlElement


# trafilatura's fast mode is enough unless it finds fewer characters than this, and a smaller share of the page's
# paragraphs. Then its standard mode runs, which compares with two other extractors and takes 1.5 times as long again.
MIN_CHARACTERS, MIN_PAGE_SHARE = 1_500, 0.7
COMMENT_NAMED = etree.XPath("//body//*[contains(concat(@id, @class), 'omment')]")

# trafilatura's warnings ("discarding data") repeat what our verdict says.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Extraction:
    """The blocks of a page's article as they were found, and all text runs of the page.

    `spans` gives for each block the indexes of its runs, none where the block could not be traced back. `base` is the
    address that the page's links are relative to. `unseen` are the runs that no reader sees, with what hides each.
    """

    blocks: tuple[Block, ...] = ()
    spans: tuple[tuple[int, ...], ...] = ()
    runs: tuple[TextRun, ...] = ()
    base: str = ""
    unseen: Mapping[int, str] = field(default_factory=dict)

    def list_unseen_blocks(self) -> dict[int, str]:
        """Return the indexes of the blocks that no reader sees, with what hides each."""
        return {
            index: self.unseen[span[0]]
            for index, span in enumerate(self.spans)
            if span and self.unseen.keys() >= set(span)
        }

    def append(self, blocks: Sequence[Block]) -> Extraction:
        """Return the extraction with further blocks at its end, which stand in none of its runs."""
        return replace(self, blocks=(*self.blocks, *blocks), spans=(*self.spans, *(() for _ in blocks)))

    def count_blocks_before(self, headline: str) -> int:
        """Count the leading blocks that stand before the heading with these words; 0 where the page has none."""
        key = normalize_headline(headline)
        start = next((number for number, run in enumerate(self.runs) if key and _starts_headline(run, key)), 0)
        return next((index for index, span in enumerate(self.spans) if not span or span[0] >= start), 0)


def _starts_headline(run: TextRun, key: str) -> bool:
    if run.element.kind is not BlockKind.HEADING:
        return False
    run_key = normalize_headline(run.text)
    # A headline that is broken into lines is several runs.
    return run_key == key or (run_key.count(" ") >= 2 and key.startswith(run_key))


def extract(
    tree: HtmlElement,
    url: str,
    runs: Sequence[TextRun] | None = None,
    *,
    without: Iterable[int] = (),
    comments: bool = False,
) -> Extraction:
    """Extract the article's blocks with trafilatura. The tree is changed: read metadata from it before.

    `runs` are those of the tree, where they were read already. `without` are the indexes of runs that are hidden from
    trafilatura. With `comments` the text holds what readers wrote, too: in a forum nothing else is the text.
    """
    runs = read_runs(tree) if runs is None else runs
    if comments:
        _forget_comment_names(tree)
    hidden = [runs[index] for index in without]
    erase_runs(hidden)
    write_numbers(runs)
    write_known_tags(tree)
    if hidden:
        remove_empty_elements(tree.find("body"))
    base = find_base_url(tree, url)
    extraction = _build_blocks(_run_trafilatura(tree, fast=True), runs, base)
    if _is_too_little(extraction):
        extraction = _build_blocks(_run_trafilatura(tree, fast=False), runs, base)
    return extraction


def build_extraction(
    runs: Sequence[TextRun], chosen: Iterable[int], base: str, *, join_rows: bool = False
) -> Extraction:
    """Return the extraction in which each of the chosen runs is a block; without trafilatura.

    With `join_rows` the cells of a row of figures are one block, as trafilatura writes them.
    """
    indexes = sorted(chosen)
    spans = _group_rows(runs, indexes) if join_rows else ((index,) for index in indexes)
    found = [(block, span) for span in spans if (block := _build_from_runs(runs, span, base))]
    return Extraction(tuple(block for block, _ in found), tuple(span for _, span in found), tuple(runs), base)


def _group_rows(runs: Sequence[TextRun], chosen: Iterable[int]) -> Iterator[tuple[int, ...]]:
    """Yield each run by itself, but the cells of a row of figures together."""
    for row, group in groupby(chosen, lambda index: runs[index].element.row):
        indexes = tuple(group)
        if row is None or is_layout_row([runs[index] for index in indexes]):
            yield from ((index,) for index in indexes)
        else:
            yield indexes


def _find_row(runs: Sequence[TextRun], number: int) -> range:
    """Return the indexes of all runs of the row that a run belongs to: those of one character have no number."""
    row = runs[number].element.row
    start = end = number
    while row is not None and start > 0 and runs[start - 1].element.row is row:
        start -= 1
    while row is not None and end + 1 < len(runs) and runs[end + 1].element.row is row:
        end += 1
    return range(start, end + 1)


def _build_from_runs(runs: Sequence[TextRun], span: tuple[int, ...], base: str) -> Block | None:
    """Return the block of one run, or of a row's cells; a cell without words, "–", is shown with the others."""
    chosen = [runs[index] for index in span]
    if len(chosen) == 1:
        return build_block(chosen[0].text, chosen, base)
    cells = [runs[cell] for cell in _find_row(runs, span[0]) if cell in span or not runs[cell].has_words]
    row = " | ".join([cell.text.replace("|", "\\|") for cell in cells])
    block = build_block(f"| {row} |", chosen, base)
    return block and replace(block, layout=_add_columns(block.layout, cells))


def _is_too_little(extraction: Extraction) -> bool:
    found = sum(len(block.text) for block in extraction.blocks)
    return found < MIN_CHARACTERS and found < MIN_PAGE_SHARE * sum(
        run.characters
        for run in extraction.runs
        if run.characters >= MIN_BODY_LETTERS and run.link_characters < MAX_BODY_LINK_SHARE * run.characters
    )


def _run_trafilatura(tree: HtmlElement, *, fast: bool) -> str:
    # date_params belongs to trafilatura's metadata, which is not used; its default would read the clock.
    options = Extractor(output_format="python", fast=fast, comments=False, dedup=False, date_params={"max_date": ""})
    document = trafilatura.bare_extraction(tree, options=options)
    return (document.text if isinstance(document, Document) else None) or ""


def _forget_comment_names(tree: HtmlElement) -> None:
    """Remove the ids and classes by which trafilatura leaves out what readers wrote."""
    for element in COMMENT_NAMED(tree):
        for attribute in ("id", "class"):
            element.attrib.pop(attribute, None)


def _build_blocks(text: str, runs: Sequence[TextRun], base: str) -> Extraction:
    blocks: list[Block] = []
    spans: list[tuple[int, ...]] = []
    last: int | None = None
    for line in text.split("\n"):
        for part in split_layout_row(line, runs):
            for words, read in read_lines(part, runs):
                # Without a number it may be another line of the same run: preformatted text, or links side by side.
                is_same = not read and last is not None and squeeze(words) in squeeze(runs[last].text)
                numbers = [last] if is_same and last is not None else read
                shown = words if numbers else set_apart(words, runs, last)
                last = numbers[-1] if numbers else last
                block = build_block(shown, [runs[number] for number in numbers], base)
                if block is not None:
                    if part.startswith("|") and numbers:
                        block = replace(
                            block,
                            layout=_add_columns(block.layout, [runs[cell] for cell in _find_row(runs, numbers[0])]),
                        )
                    blocks.append(block)
                    spans.append(tuple(numbers))
    return Extraction(tuple(blocks), tuple(spans), tuple(runs), base)


def build_block(line: str, runs: Sequence[TextRun], base: str) -> Block | None:
    """Return the block with this text, which stands in these runs; None where the text has no word."""
    words = " ".join(line.split())
    kind = runs[0].element.kind if runs else BlockKind.PARAGRAPH
    layout = runs[0].element.layout if runs else ""
    if words.startswith("|") or words.endswith("|"):
        words = words.strip("| ")
        kind = BlockKind.ROW if len(runs) > 1 else kind
        layout = _add_columns(layout, runs)
    elif words.startswith(ITEM_MARK):
        words = words.removeprefix(ITEM_MARK)
        kind = BlockKind.ITEM if kind is BlockKind.PARAGRAPH else kind
    if not WORD.search(words):
        return None
    characters = sum(run.characters for run in runs)
    link_characters = sum(run.link_characters for run in runs)
    return Block(
        text=words,
        kind=kind,
        link_share=round(link_characters / characters, 3) if characters else 0.0,
        links=tuple(dict.fromkeys(resolve_link(base, link) for run in runs for link in run.links)),
        path=runs[0].element.path if runs else "",
        layout=layout,
    )


def _add_columns(layout: str, runs: Sequence[TextRun]) -> str:
    """Return the layout of a row's text with the columns of these runs, which are its cells."""
    cells = [cell for run in runs if (cell := run.element.cell) is not None]
    if not cells or not all(cell.number for cell in cells):
        return layout
    return f"{cells[0].layout.rpartition(':')[0]}:{','.join(str(cell.number) for cell in cells)}"


def find_base_url(tree: HtmlElement, url: str) -> str:
    """Return the address that the page's links are relative to."""
    element = tree.find(".//base[@href]")
    return resolve_link(url, element.get("href") or "") if element is not None else url

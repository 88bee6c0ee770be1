"""Cut elements out of a page's tree: the page is cleaned as if they were empty.

Their texts are kept as cut blocks, so that nothing vanishes without a reason.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from cleaning.page.addresses import resolve_link
from cleaning.page.text_runs import WORD
from cleaning.records.block import Block

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lxml.html import HtmlElement

    from cleaning.page.text_runs import TextNode, TextRun


class ElementCut(NamedTuple):
    """An element to cut, with the rule that says so and its evidence; `with_tail` cuts the text behind it, too."""

    element: HtmlElement
    rule: str
    evidence: str
    with_tail: bool = False


class Removal(NamedTuple):
    """What was cut of a page: each block with the index of the text run that it stands before, in page order."""

    blocks: tuple[tuple[int, Block], ...] = ()

    def merge(self, blocks: Iterable[tuple[int, Block]]) -> Removal:
        """Return the removed blocks with others, each with the index of its run."""
        return Removal(tuple(sorted((*self.blocks, *blocks), key=lambda item: item[0])))

    def insert_into(self, blocks: Sequence[Block], spans: Sequence[tuple[int, ...]]) -> tuple[Block, ...]:
        """Return the page's blocks with the removed ones at their places. `spans` are the run indexes of the blocks."""
        merged: list[Block] = []
        waiting = list(self.blocks)
        for block, span in zip(blocks, spans, strict=True):
            while waiting and span and waiting[0][0] <= span[0]:
                merged.append(waiting.pop(0)[1])
            merged.append(block)
        return (*merged, *(block for _, block in waiting))


def cut_elements(runs: Sequence[TextRun], cuts: Sequence[ElementCut], base: str) -> Removal:
    """Empty these elements. Their tree is changed: read metadata from it before. `runs` are those of the tree.

    The elements themselves stay, without content: texts before and after one are not joined. Of two cuts of one text
    the first counts. `base` is the address that the page's links are relative to.
    """
    if not cuts:
        return Removal()
    owners: dict[HtmlElement, ElementCut] = {}  # the cut of an element, or of one around it
    tails: dict[HtmlElement, ElementCut] = {}
    for cut in cuts:
        for inner in cut.element.iter():
            owners.setdefault(inner, cut)
        if cut.with_tail:
            tails.setdefault(cut.element, cut)
    blocks = tuple(_list_removed(runs, owners, tails, base))
    for cut in cuts:
        cut.element.clear(keep_tail=not cut.with_tail)
    return Removal(blocks)


def _list_removed(
    runs: Sequence[TextRun],
    owners: Mapping[HtmlElement, ElementCut],
    tails: Mapping[HtmlElement, ElementCut],
    base: str,
) -> Iterator[tuple[int, Block]]:
    """Yield a cut block for each removed text, and the index that the next run has without the removed ones."""

    def find_owner(node: TextNode) -> ElementCut | None:
        if not node.is_tail:
            return owners.get(node.element)
        return tails.get(node.element) or owners.get(node.element.getparent())

    index = 0
    for run in runs:
        parts = [(owner, list(nodes)) for owner, nodes in groupby(run.nodes, find_owner)]
        index += any(owner is None for owner, _ in parts)
        for owner, nodes in parts:
            if owner is not None and (block := _make_block(run, nodes, base)) is not None:
                yield index, replace(block, rule=owner.rule, evidence=owner.evidence)


def _make_block(run: TextRun, nodes: Sequence[TextNode], base: str) -> Block | None:
    """Return the block of the removed part of a run; None where it has no word."""
    is_whole = len(nodes) == len(run.nodes)
    text = run.text if is_whole else " ".join("".join(node.text for node in nodes).split())
    if not WORD.search(text):
        return None
    links = run.links if is_whole else ()
    share = run.link_characters / run.characters if is_whole and run.characters else 0.0
    return Block(
        text=text,
        kind=run.element.kind,
        link_share=round(share, 3),
        links=tuple(dict.fromkeys(resolve_link(base, link) for link in links)),
        path=run.element.path,
    )

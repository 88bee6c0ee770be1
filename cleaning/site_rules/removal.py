"""Cut the elements that `remove` in sites.toml names: the page is cleaned as if they were empty.

Their texts are kept as cut blocks, so that nothing vanishes without a reason.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from cleaning.article import Block, RuleOutcome
from cleaning.page.addresses import resolve_link
from cleaning.page.text_runs import WORD, read_runs
from cleaning.site_rules.selectors import find_elements

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

    from cleaning.page.text_runs import TextNode, TextRun

SITE_RULE = "site_rule"  # the rule that cuts them
WHOLE_PAGE = frozenset(("html", "body"))


class Removal(NamedTuple):
    """What was cut of a page: each block with the index of the text run that it stands before, in page order."""

    blocks: tuple[tuple[int, Block], ...] = ()
    outcomes: tuple[RuleOutcome, ...] = ()

    def insert_into(self, blocks: Sequence[Block], spans: Sequence[tuple[int, ...]]) -> tuple[Block, ...]:
        """Return the page's blocks with the removed ones at their places. `spans` are the run indexes of the blocks."""
        merged: list[Block] = []
        waiting = list(self.blocks)
        for block, span in zip(blocks, spans, strict=True):
            while waiting and span and waiting[0][0] <= span[0]:
                merged.append(waiting.pop(0)[1])
            merged.append(block)
        return (*merged, *(block for _, block in waiting))


def remove_elements(tree: HtmlElement, selectors: Sequence[str], base: str) -> Removal:
    """Empty the elements that these selectors name. The tree is changed: read metadata from it before.

    The elements themselves stay, without content: texts before and after one are not joined. `base` is the address that
    the page's links are relative to.
    """
    owners: dict[HtmlElement, str] = {}  # the selector that removes an element, or one around it
    removed: list[HtmlElement] = []
    outcomes = []
    for selector in selectors:
        elements, problem = find_elements(tree, selector)
        if any(element.tag in WHOLE_PAGE for element in elements):
            elements, problem = [], "names the whole page"
        outcomes.append(RuleOutcome("remove", selector, len(elements), problem=problem))
        for element in elements:
            if element not in owners:
                removed.append(element)
                for inner in element.iter():
                    owners.setdefault(inner, selector)
    if not removed:
        return Removal((), tuple(outcomes))
    blocks = tuple(_list_removed(read_runs(tree), owners, base))
    for element in removed:
        element.clear(keep_tail=True)
    return Removal(blocks, tuple(outcomes))


def _list_removed(runs: Sequence[TextRun], owners: dict[HtmlElement, str], base: str) -> Iterator[tuple[int, Block]]:
    """Yield a cut block for each removed text, and the index that the next run has without the removed ones."""
    index = 0
    for run in runs:
        parts = [(owner, list(nodes)) for owner, nodes in groupby(run.nodes, lambda node: _find_owner(node, owners))]
        is_left = any(owner is None for owner, _ in parts)
        index += is_left
        for owner, nodes in parts:
            if owner is not None and (block := _make_block(run, nodes, base)) is not None:
                yield index, replace(block, rule=SITE_RULE, evidence=f"'remove' in sites.toml: {owner}")


def _find_owner(node: TextNode, owners: dict[HtmlElement, str]) -> str | None:
    return owners.get(node.element.getparent() if node.is_tail else node.element)


def _make_block(run: TextRun, nodes: Sequence[TextNode], base: str) -> Block | None:
    """Return the block of the removed part of a run; None where it has no word."""
    text = " ".join("".join(node.text for node in nodes).split())
    if not WORD.search(text):
        return None
    is_whole = len(nodes) == len(run.nodes)
    links = run.links if is_whole else ()
    share = run.link_characters / run.characters if is_whole and run.characters else 0.0
    return Block(
        text=text,
        kind=run.element.kind,
        link_share=round(share, 3),
        links=tuple(dict.fromkeys(resolve_link(base, link) for link in links)),
        path=run.element.path,
    )

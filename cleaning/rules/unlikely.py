"""Cut blocks that no single feature condemns, but the classifier does: see `cleaning.classifier`.

A block among the paragraphs is kept whatever it looks like, as long as it is not linked: the lines of an interview, the
times of a live blog, the rows of a table of results. Items and headings are kept there even with links. Right before
and after the paragraphs, sentences like theirs, list items, the headings of kept blocks and the questions and answers
of an interview are kept. A longer text, whose loss is worse, is only cut with a lower likelihood.

Of a page that was read by place, what is surely beside the article is cut wherever it stands, but for interviews.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.page.paragraphs import count_letters, ends_a_sentence
from cleaning.records.block import BlockKind
from cleaning.rules.page_blocks import BlockPosition, Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

LINKED = 0.2
MIN_LIKELIHOOD = 0.2  # of a line before or after the paragraphs, with their path, that is no sentence
LONG, LONG_MIN_LIKELIHOOD = 60, 0.4  # letters of a longer text, and its least likelihood
MIN_REMAINING = 0.35  # share of the text: if more would be cut, the page was not understood and nothing is cut
STRUCTURE = frozenset((BlockKind.ITEM, BlockKind.HEADING))


def rule(page: PageBlocks) -> Iterator[Cut]:
    kept = [index for index, _ in page.kept_blocks()]
    low_scores, found = page.context.low_scores, set[int]()
    for at in range(len(kept) - 1, -1, -1):  # backwards: a heading is kept or cut with the block after it
        index, following = kept[at], kept[at + 1 : at + 2]
        if index in low_scores and not _is_protected(page, index, [other for other in following if other not in found]):
            found.add(index)
    if not found:
        return
    sure = {index for index in found if low_scores[index].is_sure}
    lengths = {index: count_letters(page.blocks[index].text) for index in kept if index not in sure}
    if sum(lengths[index] for index in lengths if index not in found) >= MIN_REMAINING * sum(lengths.values()):
        for index in sorted(found):
            yield Cut(index, low_scores[index].evidence)


def _is_protected(page: PageBlocks, index: int, following: list[int]) -> bool:
    """Return whether a block's position or length outweighs its low score; `following` is the next block if kept."""
    block, position = page.blocks[index], page.find_position(index)
    likelihood = page.context.low_scores[index].likelihood
    if page.context.low_scores[index].is_sure:
        return block.link_share <= LINKED and page.is_answered(index)
    if count_letters(block.text) >= LONG and likelihood >= LONG_MIN_LIKELIHOOD:
        return True
    answered = block.link_share <= LINKED and page.is_answered(index)
    # A question stands beside the panel that unfolds its answer; all panels have one path, and may be the container.
    if position is BlockPosition.OUTSIDE:
        return answered and block.kind is BlockKind.HEADING
    if answered:
        return True
    among = page.body[0] < index < page.last_paragraph if page.body else False
    if block.link_share > LINKED:
        return among and block.kind in STRUCTURE
    if among or block.kind is BlockKind.ITEM:
        return True
    if block.kind is BlockKind.HEADING and any(
        page.find_position(other) is not BlockPosition.OUTSIDE for other in following
    ):
        return True
    sentence = ends_a_sentence(block.text)
    return position is BlockPosition.SAME and (sentence or likelihood >= MIN_LIKELIHOOD)

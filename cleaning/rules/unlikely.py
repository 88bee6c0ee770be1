"""What no single sign condemns, but all signs together: see `cleaning.likelihood`.

What stands among the paragraphs is the article's own, whatever it looks like, as long as it is not linked: the lines of
an interview, the times of a live blog, the rows of a table of results; items and headings even if it is. So are, right
before and after the paragraphs, sentences like theirs, the items of a list, and the headings of what stays. A longer
text, which is more to lose, is cut for a stronger doubt only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.article import BlockKind
from cleaning.rules.reading import Cut, Place, Reading, ends_a_sentence, weight

if TYPE_CHECKING:
    from collections.abc import Iterator

LINKED = 0.2
STRONG = 0.2  # likelihood under which another line that stands like the paragraphs is cut before or after them
LONG, STRONGER = 60, 0.4  # letters of a longer text, and the likelihood under which it is cut
LEAST = 0.35  # of the text that must remain: a page that is doubtful throughout was not understood
STRUCTURE = frozenset((BlockKind.ITEM, BlockKind.HEADING))


def rule(reading: Reading) -> Iterator[Cut]:
    kept = [index for index, _ in reading.kept()]
    doubts, found = reading.context.doubts, set[int]()
    for at in range(len(kept) - 1, -1, -1):  # a heading stands or falls with what follows it
        index, following = kept[at], kept[at + 1 : at + 2]
        if index in doubts and not _defended(reading, index, [other for other in following if other not in found]):
            found.add(index)
    lengths = {index: weight(reading.blocks[index].text) for index in kept}
    if sum(lengths[index] for index in kept if index not in found) >= LEAST * sum(lengths.values()):
        for index in sorted(found):
            yield Cut(index, doubts[index].evidence)


def _defended(reading: Reading, index: int, following: list[int]) -> bool:
    """Whether a block's place or length outweighs the doubt; `following` is the next block where that stays."""
    block, place, likelihood = reading.blocks[index], reading.place(index), reading.context.doubts[index].likelihood
    if weight(block.text) >= LONG and likelihood >= STRONGER:
        return True
    if place is Place.OUTSIDE:
        return False
    among = reading.body[0] < index < reading.last_paragraph if reading.body else False
    if block.link_share > LINKED:
        return among and block.kind in STRUCTURE
    if among or block.kind is BlockKind.ITEM:
        return True
    if block.kind is BlockKind.HEADING and any(reading.place(other) is not Place.OUTSIDE for other in following):
        return True
    sentence = ends_a_sentence(block.text)
    return place is Place.SAME and (sentence or likelihood >= STRONG)

"""Find the texts of a page that stand in it twice, block by block, and choose which copy stays (for `repeated_text`).

Of two copies the one that no name calls one is kept, then the one among the paragraphs, then the longer one, then the
first. What a text repeats by intention stays: the refrain of a song, short answers, the lines of a live blog. Such
lines are short, or stand in the same element as what they repeat.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from cleaning.page.paragraphs import count_letters
from cleaning.page.part_names import read_part_names
from cleaning.phrases import UNSPACED_LETTER
from cleaning.records.block import BlockKind
from cleaning.rules.page_blocks import BlockPosition, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MIN_LETTERS, MIN_WORDS = 50, 8  # of a text that nobody writes twice by chance
LONG = 150  # letters of a text that stands twice in one element by mistake
MIN_BODY_LETTERS, MIN_ITEM_LETTERS = 80, 50  # of each of two such texts in a row; no line of a song is so long
MIN_SHARE = 0.6  # of the letters from the beginning of such a text to that of its copy
MAX_STEP = 4  # blocks between two neighbours of a copy
COPIES = frozenset("mobile print printable hidden desktop amp copy clone phone tablet summary".split())  # noqa: SIM905
RANKS = {BlockPosition.SAME: 2, BlockPosition.WITHIN: 1, BlockPosition.OUTSIDE: 0}


class _Pair(NamedTuple):
    """Two blocks with the same words, as their places in the list of blocks."""

    earlier: int
    later: int


def find_copies(page: PageBlocks, kept: Sequence[int]) -> dict[int, int]:
    """Return the blocks that are copies, each with the block that stays, by their indexes."""
    found: dict[int, int] = {}
    chains = list(_find_chains(page, kept))
    times = Counter(map(page.get_key, kept)) if chains else Counter[str]()
    for chain in chains:
        found |= _choose_copies(page, kept, chain, times)
    # A block that stays in one pair may be cut in another: the last of a row of copies stays.
    return {index: _follow(found, other) for index, other in found.items()}


def is_telling(page: PageBlocks, index: int) -> bool:
    """Return whether a block is too long to have the words of another one by chance."""
    key = page.get_key(index)
    enough = key.count(" ") + 1 >= MIN_WORDS or UNSPACED_LETTER.search(key) is not None
    return enough and count_letters(page.blocks[index].text) >= MIN_LETTERS


def _follow(found: dict[int, int], index: int) -> int:
    for _ in range(len(found)):
        if index not in found:
            break
        index = found[index]
    return index


def _find_chains(page: PageBlocks, kept: Sequence[int]) -> Iterator[list[_Pair]]:
    """Yield the runs of blocks that stand a second time in the same order."""
    last: dict[str, int] = {}
    chain: list[_Pair] = []
    for at, index in enumerate(kept):
        key = page.get_key(index)
        earlier = last.get(key)
        last[key] = at
        if earlier is None:
            continue
        pair = _Pair(earlier, at)
        if chain and _continues(chain, pair):
            chain.append(pair)
            continue
        if chain:
            yield chain
        chain = [pair]
    if chain:
        yield chain


def _continues(chain: Sequence[_Pair], pair: _Pair) -> bool:
    before = chain[-1]
    return (
        before.earlier < pair.earlier <= before.earlier + MAX_STEP
        and pair.later <= before.later + MAX_STEP
        and pair.earlier < chain[0].later
    )


def _choose_copies(
    page: PageBlocks, kept: Sequence[int], chain: Sequence[_Pair], times: Counter[str]
) -> dict[int, int]:
    """Return the blocks of a chain that are cut, each with the one that stays; none where the text repeats itself."""
    pairs = [(kept[pair.earlier], kept[pair.later]) for pair in chain]
    apart = [pair for pair in pairs if page.blocks[pair[0]].path != page.blocks[pair[1]].path]
    if not any(is_telling(page, one) for one, _ in apart or pairs):
        return {}
    if not apart and not (_is_mistake(page, pairs) and _is_whole(page, kept, chain, times)):
        return {}
    if all(page.blocks[other].kind is BlockKind.HEADING is not page.blocks[one].kind for one, other in pairs):
        return {}  # a list of contents, and the headings of its parts
    earlier, later = [one for one, _ in pairs], [other for _, other in pairs]
    before = [index for index in kept if index < later[0]]
    after = [index for index in kept if index >= later[0]]
    if _weigh(page, later, after) > _weigh(page, earlier, before):
        return dict(zip(earlier, later, strict=True))
    return dict(zip(later, earlier, strict=True))


def _is_mistake(page: PageBlocks, pairs: Sequence[tuple[int, int]]) -> bool:
    """Return whether blocks that stand twice at one path are too long to be repeated by intention."""
    found = 0
    for index, _ in pairs:
        block = page.blocks[index]
        length = count_letters(block.text)
        if length >= LONG:
            return True
        found += length >= (MIN_ITEM_LETTERS if block.kind is BlockKind.ITEM else MIN_BODY_LETTERS)
    return found >= 2


def _is_whole(page: PageBlocks, kept: Sequence[int], chain: Sequence[_Pair], times: Counter[str]) -> bool:
    """Return whether most of what stands between a text and its copy is that text, so that it is a copy of a body.

    Lines that come again in each of several parts, as those of a timetable, have other lines between them, or come
    more than twice. `times` counts the blocks of the page by their keys.
    """
    between = sum(count_letters(page.blocks[index].text) for index in kept[chain[0].earlier : chain[0].later])
    same = sum(count_letters(page.blocks[kept[pair.earlier]].text) for pair in chain)
    often = sum(1 for pair in chain if times[page.get_key(kept[pair.earlier])] > 2)
    return same >= MIN_SHARE * between and often <= len(chain) / 2


def _weigh(page: PageBlocks, copy: Sequence[int], around: Sequence[int]) -> tuple[bool, int, int]:
    """Return what speaks for a copy: that no name calls it one, its place, and the letters at its paths around it.

    For a copy of several blocks the letters count more: the complete one is the article.
    """
    paths = {page.blocks[index].path for index in copy}
    is_named = any(read_part_names(label) & COPIES for path in paths for label in path.split(" > "))
    rank = max(RANKS[page.find_position(index)] for index in copy)
    letters = sum(count_letters(page.blocks[index].text) for index in around if page.blocks[index].path in paths)
    return not is_named, *((letters, rank) if len(copy) > 1 else (rank, letters))

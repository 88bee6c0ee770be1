"""Join the parts of an article in their order, without what each of them repeats.

Each part is cleaned as a page of its own before. Two rules cut here what only the comparison of parts can show:

repeated_part   a headline, standfirst, byline or caption that stood in an earlier part already
pager           a line that only leads from part to part: "Page 2 of 3", "1 2 3", "Continued on page 2"
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from cleaning.markdown.layout import shift_layout
from cleaning.page.canonical import to_canonical_url
from cleaning.page.headline_key import normalize_headline
from cleaning.records.block import LEFT_OUT, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cleaning.records.article import Article
    from cleaning.records.block import Block

REPEATED, PAGER = "repeated_part", "pager"
MISSING_PARTS = "parts"  # the limit that an article hit of which a part is missing
# A part whose cleaning ends in another reason is an error, a wall or a list, and no part of the text.
_READABLE = (None, "too-short")
MIN_COVERED = 0.8  # share of the first page's blocks that the article on one page has, too
MAX_DAYS = timedelta(days=1)  # between the dates of two parts: else they are two articles of one series
MAX_EXTRA_WORDS = 4  # that the headline of a part has more: "page 2 of 3"
MIN_REPEATED_CHARACTERS = 40  # of a repeated text in the middle of a part: "Yes." may stand there twice
MAX_PAGER_WORDS, MAX_PAGER_LINES = 6, 3
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”»)]*$")


def is_part_of(first: Article, part: Article) -> bool:
    """Return whether a page, found through the pager of `first`, is a part of the same article.

    Its headline is the same, apart from the number of the page, or its canonical address is that of the first page.
    """
    if part.rejected not in _READABLE:
        return False
    if first.published_at and part.published_at and abs(first.published_at - part.published_at) > MAX_DAYS:
        return False
    canonical = part.canonical_url
    return canonical in (first.url, first.canonical_url or first.url) or _is_same_headline(first, part)


def covers(first: Article, part: Article) -> bool:
    """Return whether a part is the whole article: it has what the first page has, and more."""
    texts = {normalize_headline(block.text) for block in part.blocks if block.is_kept}
    own = [normalize_headline(block.text) for block in first.blocks if block.is_kept]
    return bool(own) and len(part.text) > len(first.text) and sum(one in texts for one in own) >= MIN_COVERED * len(own)


def has_new_text(earlier: Iterable[Article], part: Article) -> bool:
    """Return whether a part has a text of some length that no earlier one has."""
    seen = {key for one in earlier for key in _list_keys(one.blocks)}
    return any(
        len(block.text) >= MIN_REPEATED_CHARACTERS and normalize_headline(block.text) not in seen
        for block in part.blocks
        if block.is_kept
    )


def _list_keys(blocks: Iterable[Block]) -> set[str]:
    """Return the headline keys of the texts that were judged: one that was left out may be of a later part."""
    return {normalize_headline(block.text) for block in blocks if block.rule != LEFT_OUT}


def join_parts(first: Article, parts: Sequence[Article]) -> Article:
    """Return the first page with the blocks of all its parts. What is no part of it is left out."""
    pages = [part for part in parts if is_part_of(first, part)]
    whole = next((part for part in pages if covers(first, part)), None)
    blocks = list(_cut_pager_lines(whole or first))
    entries = list((whole or first).entries)
    seen = _list_keys(blocks)
    if whole is None:
        for number, part in enumerate(pages, 1):
            own = _cut_repeated(first, list(_cut_pager_lines(part)), seen)
            blocks += [_shift_block(block, number, len(entries)) for block in own]
            entries += part.entries
            seen |= _list_keys(own)
    limits = dict.fromkeys(limit for one in (first, *pages) for limit in one.limits_hit)
    return replace(first, blocks=tuple(blocks), limits_hit=tuple(limits), entries=tuple(entries))


def _shift_block(block: Block, part: int, entries: int) -> Block:
    """Return a block of a further part: its lists and the entry of its live blog come after those of `entries`."""
    layout = shift_layout(block.layout, part) if block.layout else ""
    return replace(block, layout=layout, entry=None if block.entry is None else block.entry + entries)


def _is_same_headline(first: Article, part: Article) -> bool:
    one, other = first.headline_key or normalize_headline(first.title), normalize_headline(part.title)
    if not one or not other:
        return False
    key = part.headline_key or other
    if one == key:
        return True
    shorter, longer = sorted((one.split(), key.split()), key=len)
    rest = longer[len(shorter) :]
    return (
        longer[: len(shorter)] == shorter
        and len(rest) <= MAX_EXTRA_WORDS
        and any(word.isdecimal() or any(letter.isdecimal() for letter in word) for word in rest)
    )


def _cut_repeated(first: Article, blocks: list[Block], seen: set[str]) -> list[Block]:
    """Cut what stood in an earlier part: at the beginning and end of a part whatever it is, elsewhere long texts."""
    new = [
        index
        for index, block in enumerate(blocks)
        if block.is_kept
        and len(block.text) >= MIN_REPEATED_CHARACTERS
        and normalize_headline(block.text) not in seen
        and not _is_headline(first, block)
    ]
    start, end = (new[0], new[-1]) if new else (len(blocks), -1)
    for index, block in enumerate(blocks):
        is_outside = index < start or index > end or len(block.text) >= MIN_REPEATED_CHARACTERS
        is_repeated = normalize_headline(block.text) in seen or (index < start and _is_headline(first, block))
        if block.is_kept and is_outside and is_repeated:
            blocks[index] = replace(block, rule=REPEATED, evidence="an earlier part of the article has it")
    return blocks


def _is_headline(first: Article, block: Block) -> bool:
    return _is_same_headline(first, replace(first, title=block.text, headline_key="", blocks=()))


def _cut_pager_lines(page: Article) -> Iterable[Block]:
    """Yield the blocks of a page, with the lines of its pager cut where they stand at its beginning or end."""
    kept = [index for index, block in enumerate(page.blocks) if block.is_kept]
    edges = {*kept[:MAX_PAGER_LINES], *kept[-MAX_PAGER_LINES:]}
    for index, block in enumerate(page.blocks):
        if index in edges and (evidence := _find_pager_evidence(page, block)):
            yield replace(block, rule=PAGER, evidence=evidence)
        else:
            yield block


def _find_pager_evidence(page: Article, block: Block) -> str | None:
    pager = page.pager
    if block.kind is BlockKind.CODE:
        return None
    if pager is not None and block.links and block.link_share >= 0.5:
        own = {page.url, pager.first, pager.whole, *(url for _, url in pager.pages)}
        if all(to_canonical_url(link) in own for link in block.links):
            return "links only to the other parts of the article"
    tokens = _TOKEN.findall(block.text)
    numbers = {int(token) for token in tokens if token.isdecimal() and len(token) <= 3}
    words = [token for token in tokens if not token.isdecimal()]
    if not numbers or len(words) > MAX_PAGER_WORDS or (words and _SENTENCE_END.search(block.text)):
        return None
    last = pager.last if pager is not None else max(numbers)
    number = pager.number if pager is not None else last
    is_row = not words and len(numbers) > 1 and numbers <= set(range(1, last + 1))
    is_count = len(words) <= MAX_PAGER_WORDS // 2 and number in numbers and max(numbers) in (number, last)
    is_pointer = number + 1 in numbers and numbers <= {number, number + 1, last}
    if pager is None and not (len(numbers) == 2 and len(words) <= 2):
        return None
    return "numbers of the article's pages" if is_row or is_count or is_pointer else None

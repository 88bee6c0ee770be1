"""Cut what says again what the text says: copies of the body, excerpts above it, quotations pulled out of it."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import count_letters, ends_a_sentence
from cleaning.page.part_names import read_part_names
from cleaning.phrases import UNSPACED_LETTER, find_phrase
from cleaning.records.block import BlockKind
from cleaning.rules.copies import find_copies, is_telling
from cleaning.rules.page_blocks import Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

UNCOMPARED = frozenset((BlockKind.ROW, BlockKind.CODE, BlockKind.CORRECTION))
FIRST = 5  # blocks among which an excerpt stands above the text
MIN_LIKENESS = 93  # of 100, of an excerpt and the paragraph that it was made of
CUT_OFF = re.compile(r"(?:…|\.\.\.)[\])\s]{0,3}$")
MORE = re.compile(r"(?:…|\.\.\.)[\s\[(]{0,4}([^….]{2,40})$")
MIN_QUOTED_WORDS, MIN_QUOTED_LETTERS = 5, 25  # of a quotation in an element for such
MIN_UNNAMED_WORDS = 8  # of one in any other element
MAX_INSERTED = 10  # words that a quotation leaves out: "she said"
MAX_SIGNATURE = 80  # letters of the name under a quotation
SHOWN_WORDS, SHOWN_CHARACTERS = 8, 80  # of the text that stays, in the evidence
QUOTES = frozenset(
    """
    pull pullquote pullquotes quote quotes blockquote zitat cita citation citat callout tweetable
    """.split()  # noqa: SIM905
)
ASIDE = re.compile(r"(?:^| > )(?:aside|blockquote|q)(?=[.# ]|$)")
# A post that the article shows, and may cite as well.
EMBEDDED = re.compile(r"(?:twitter|bluesky|mastodon|instagram|tiktok|threads|fb|facebook|text-post|reddit|embed)-")
SIGNED = re.compile(r"[”\"»“’'.!?…]\s?[—–-]\s?[^—–-]{3,60}$")  # a quotation with the name behind it
QUOTED = re.compile(r"^[\"“„«‹「『»]")


def rule(page: PageBlocks) -> Iterator[Cut]:
    entries = page.context.entry_texts | page.context.entry_lines  # which say again what an entry before them said
    kept = [
        index
        for index, block in page.kept_blocks()
        if block.kind not in UNCOMPARED and index not in entries and page.get_key(index)
    ]
    found = find_copies(page, kept)
    rest = [index for index in kept if index not in found]
    found |= dict(_find_excerpts(page, rest))
    rest = [index for index in rest if index not in found]
    quotations = dict(_find_quotations(page, rest))
    for index, other in (found | quotations).items():
        yield Cut(index, _explain(page, other))
    for index, other in _find_signatures(page, rest, quotations):
        yield Cut(index, f"stands under a quotation: {_explain(page, other)}")


def _explain(page: PageBlocks, index: int) -> str:
    block = page.blocks[index]
    words = block.text.split()
    shown = " ".join(words[:SHOWN_WORDS])[:SHOWN_CHARACTERS]
    place = " > ".join(block.path.split(" > ")[-2:])
    return f"the same words stand in “{place or 'the text'}”: “{shown}{'…' if shown != block.text else ''}”"


def _find_excerpts(page: PageBlocks, kept: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the blocks that are the beginning of a paragraph, cut off or above the text; each with that paragraph."""
    for at, index in enumerate(kept):
        text = page.blocks[index].text
        if not is_telling(page, index):
            continue
        key = _strip_ending(text, page.get_key(index))
        if key is not None:
            other = next((other for other in kept if other != index and _begins(page, kept, other, key)), None)
        elif at < FIRST and page.blocks[index].kind is not BlockKind.ITEM:
            others = (other for other in kept[at + 1 : at + 1 + FIRST] if page.is_body(other))
            other = next((other for other in others if _is_made_of(page, index, other)), None)
        else:
            other = None
        if other is not None:
            yield index, other


def _begins(page: PageBlocks, kept: Sequence[int], index: int, key: str) -> bool:
    """Return whether a block begins with these words, alone or together with the block after it."""
    own = page.get_key(index)
    if own.startswith(key) or not key.startswith(own):
        return own.startswith(key)
    after = next((other for other in kept if other > index), None)
    return after is not None and is_telling(page, index) and f"{own} {page.get_key(after)}".startswith(key)


def _strip_ending(text: str, key: str) -> str | None:
    """Return the key of a text that is cut off ("...", "... read more") without its last word; None for any other."""
    if "…" not in text and "..." not in text:
        return None
    if CUT_OFF.search(text):
        label = ""
    elif more := MORE.search(text):
        label = normalize_headline(more[1])
        if not (find_phrase("see_also", label) or find_phrase("more", label)):
            return None
    else:
        return None
    words = key.removesuffix(label).rstrip()
    return words.rpartition(" ")[0] or words  # the last word may be cut, too


def _is_made_of(page: PageBlocks, index: int, other: int) -> bool:
    """Return whether a block above a paragraph has its words, or is its beginning."""
    key, words = page.get_key(index), page.get_key(other)
    if page.blocks[index].path == page.blocks[other].path:
        return False
    if key == words or words.startswith(key if UNSPACED_LETTER.search(key) else f"{key} "):
        return True
    return abs(len(key) - len(words)) < 0.1 * len(words) and fuzz.ratio(key, words) >= MIN_LIKENESS


def _find_quotations(page: PageBlocks, kept: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the blocks that quote a paragraph of the text, in an element of their own; each with that paragraph."""
    body = [index for index in kept if page.is_body(index)]
    places = {page.blocks[index].path for index in body}
    for index in kept:
        block = page.blocks[index]
        if block.kind in (BlockKind.CAPTION, BlockKind.ITEM):
            continue
        is_named = block.kind is BlockKind.QUOTE or _is_quotation_path(block.path)
        if not is_named and (block.path in places or not QUOTED.match(block.text)):
            continue
        if EMBEDDED.search(block.path):
            continue
        signed = SIGNED.search(block.text)
        key = normalize_headline(block.text[: signed.start()]) if signed else page.get_key(index)
        words = key.count(" ") + 1
        least = MIN_QUOTED_WORDS if is_named else MIN_UNNAMED_WORDS
        long = count_letters(block.text) >= MIN_QUOTED_LETTERS and (words >= least or is_telling(page, index))
        if not long:
            continue
        other = next((other for other in body if other != index and _holds(page.get_key(other), key)), None)
        if other is not None:
            yield index, other


@lru_cache(maxsize=1024)  # the paragraphs of a page share a few paths
def _is_quotation_path(path: str) -> bool:
    """Return whether one of the two innermost elements is one for a quotation."""
    labels = path.split(" > ")[-3:]
    return any(ASIDE.search(label) or read_part_names(label) & QUOTES for label in labels)


def _holds(text: str, quotation: str) -> bool:
    """Return whether a text has these words, one after the other; "she said" may stand between them once."""
    if len(quotation) >= len(text):
        return False
    if quotation in text:
        return True
    words, wanted = text.split(), quotation.split()
    if len(wanted) < MIN_UNNAMED_WORDS:
        return False
    starts = (at for at, word in enumerate(words) if word == wanted[0])
    return any(_holds_from(words, start, wanted) for start in starts)


def _holds_from(words: Sequence[str], start: int, wanted: Sequence[str]) -> bool:
    """Return whether the wanted words begin here, with at most one gap of a few words."""
    same = 0
    while same < len(wanted) and start + same < len(words) and words[start + same] == wanted[same]:
        same += 1
    if same < 2:
        return False
    rest = list(wanted[same:])
    after = start + same
    return any(list(words[at : at + len(rest)]) == rest for at in range(after, after + MAX_INSERTED + 1))


def _find_signatures(page: PageBlocks, kept: Sequence[int], quotations: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the names right under the quotations, in the same element; each with the paragraph that is quoted."""
    following = dict(pairwise(kept))
    for index, other in quotations.items():
        after = following.get(index)
        if after is None or after in quotations:
            continue
        block, around = page.blocks[after], page.blocks[index].path.rpartition(" > ")[0]
        is_inside = _is_quotation_path(around) and block.path.startswith(around)
        if is_inside and count_letters(block.text) <= MAX_SIGNATURE and not ends_a_sentence(block.text):
            yield after, other

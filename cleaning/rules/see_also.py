"""Cut lines that point to another article: "See also ...", "Read more: ...", "Lesen Sie auch ...".

The cue phrase alone decides nothing. It needs a link beside it, text in the form of a headline after it (no sentence
end, a capital or a colon), or a list of links below it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import EXCLAMATIONS, FULL_STOPS, count_letters
from cleaning.phrases import START, find_opening_phrase, text_after_phrase
from cleaning.rules.page_blocks import Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cleaning.records.block import Block

LINKED = 0.4  # link share of a cue with a linked headline
LINK_LINE = 0.8  # link share of a line that is a link
MAX_BESIDE = 20  # letters of a pointer beside cue and link: "Read also on this page: ..."
MAX_CHARACTERS = 320
MAX_WORDS = 30
MIN_WORDS, MIN_LETTERS = 3, 15  # of a headline
MAX_LABEL_WORDS = 8  # of a label with a colon: "Related Topics:"
LAST = 3  # blocks at the end, where a label points to links that were left out
QUOTED = re.compile(r"^[\"“„«‹「『]")
FULL_STOP = re.compile(rf"[{FULL_STOPS}]\W{{0,3}}$")
SENTENCES_END = re.compile(rf"[{FULL_STOPS}{EXCLAMATIONS}]\W{{0,3}}$")
COLON = (":", "：")
SEPARATORS = tuple(":：|｜»›>→►▶–—-")
BEFORE_WORDS = re.compile(r"[\W_]+")


def rule(page: PageBlocks) -> Iterator[Cut]:
    kept = list(page.kept_blocks())
    for at, (index, block) in enumerate(kept):
        if len(block.text) > MAX_CHARACTERS or QUOTED.match(block.text):
            continue
        key = page.get_key(index)
        strong = find_opening_phrase("see_also", key)
        cue = strong or find_opening_phrase("more", key)
        if cue is None:
            continue
        if key == cue or (block.text.endswith(COLON) and len(key.split()) <= MAX_LABEL_WORDS):
            below = _find_links_below(page, kept[at + 1 :], own=strong is None)
            over = index in page.context.labels
            alone = strong is not None and (over or block.link_share >= LINKED or len(kept) - at <= LAST)
            if below or alone:
                yield Cut(index, f"“{cue}” over links" if below else f"“{cue}” alone")
            for other in below:
                yield Cut(other, f"a link under “{block.text}”")
        elif evidence := _find_evidence(page, block, cue, strong=strong is not None):
            yield Cut(index, f"“{cue}” and {evidence}")


def _find_evidence(page: PageBlocks, block: Block, cue: str, *, strong: bool) -> str | None:
    """Return the evidence that a block that begins with a cue is a pointer; None if it is a sentence."""
    own = page.count_own_links(block) > 0
    if block.link_share >= LINKED and (strong or own) and not _is_sentence(block, cue, own=own):
        return "a link"
    if strong and not block.links and _has_headline_form(block.text, cue):
        return "what has the form of a headline"
    return None


def _find_links_below(page: PageBlocks, blocks: list[tuple[int, Block]], *, own: bool) -> list[int]:
    """Return the indexes of the link lines that follow; with `own` only of links to the same site.

    A weak cue may stand over the sources of an article, which are links to other sites.
    """
    found = []
    for index, block in blocks:
        if block.link_share < LINK_LINE or (own and not page.count_own_links(block)):
            break
        found.append(index)
    return found


def _is_sentence(block: Block, cue: str, *, own: bool) -> bool:
    """Return whether the link is part of a sentence that only begins with the cue."""
    if block.link_share >= LINK_LINE or not SENTENCES_END.search(block.text):
        return False
    beside = count_letters(block.text) * (1 - block.link_share) - count_letters(cue)
    return beside > MAX_BESIDE or (bool(FULL_STOP.search(block.text)) and (not own or len(cue.split()) < 2))


def _has_headline_form(text: str, cue: str) -> bool:
    rest = text_after_phrase(text, cue)
    if not rest or FULL_STOP.search(text) or len(text.split()) > MAX_WORDS:
        return False
    if rest.lstrip().startswith(SEPARATORS):
        return True
    first = BEFORE_WORDS.sub("", rest, count=1) if BEFORE_WORDS.match(rest) else rest
    long = len(START.findall(normalize_headline(first))) >= MIN_WORDS and count_letters(first) >= MIN_LETTERS
    # In scripts without case any letter may begin a headline.
    return long and not first[:1].islower()

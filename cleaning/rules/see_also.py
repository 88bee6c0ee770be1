"""Lines that point to another article: "See also ...", "Read more: ...", "Lesen Sie auch ...".

The cue alone decides nothing: beside it stands a link, or the form of a headline after it (no sentence end, a capital
or a colon), or a list of links below it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.headlines import headline_key
from cleaning.phrases import START, after, opens_with
from cleaning.rules.reading import EXCLAMATIONS, FULL_STOPS, Cut, Reading, weight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cleaning.article import Block

LINKED = 0.4  # a cue and a linked headline
LINK_LINE = 0.8
BESIDE = 20  # letters beside cue and link that a pointer has at most: "Read also on this page: ..."
LONGEST = 320
MOST_WORDS = 30
FEWEST_WORDS, FEWEST_LETTERS = 3, 15  # of a headline
LABEL_WORDS = 8  # of a label with a colon: "Related Topics:"
LAST = 3  # blocks at the end, where a label points to what was left out
QUOTED = re.compile(r"^[\"“„«‹「『]")
FULL_STOP = re.compile(rf"[{FULL_STOPS}]\W{{0,3}}$")
SENTENCES_END = re.compile(rf"[{FULL_STOPS}{EXCLAMATIONS}]\W{{0,3}}$")
COLON = (":", "：")
SEPARATORS = tuple(":：|｜»›>→►▶–—-")
BEFORE_WORDS = re.compile(r"[\W_]+")


def rule(reading: Reading) -> Iterator[Cut]:
    kept = list(reading.kept())
    for at, (index, block) in enumerate(kept):
        if len(block.text) > LONGEST or QUOTED.match(block.text):
            continue
        key = reading.key(index)
        strong = opens_with("see_also", key)
        cue = strong or opens_with("more", key)
        if cue is None:
            continue
        if key == cue or (block.text.endswith(COLON) and len(key.split()) <= LABEL_WORDS):
            below = _links_below(reading, kept[at + 1 :], own=strong is None)
            over = index in reading.context.labels
            alone = strong is not None and (over or block.link_share >= LINKED or len(kept) - at <= LAST)
            if below or alone:
                yield Cut(index, f"“{cue}” over links" if below else f"“{cue}” alone")
            for other in below:
                yield Cut(other, f"a link under “{block.text}”")
        elif evidence := _pointer(reading, block, cue, strong=strong is not None):
            yield Cut(index, f"“{cue}” and {evidence}")


def _pointer(reading: Reading, block: Block, cue: str, *, strong: bool) -> str | None:
    """What makes a block that begins with a cue a pointer, and not a sentence."""
    own = reading.own_links(block) > 0
    if block.link_share >= LINKED and (strong or own) and not _sentence(block, cue, own=own):
        return "a link"
    if strong and not block.links and _headline_form(block.text, cue):
        return "what has the form of a headline"
    return None


def _links_below(reading: Reading, blocks: list[tuple[int, Block]], *, own: bool) -> list[int]:
    """The lines of links that follow, with `own` to the same site: a weak cue may stand over an article's sources."""
    found = []
    for index, block in blocks:
        if block.link_share < LINK_LINE or (own and not reading.own_links(block)):
            break
        found.append(index)
    return found


def _sentence(block: Block, cue: str, *, own: bool) -> bool:
    """Whether the link is a part of sentences that only begin with the cue."""
    if block.link_share >= LINK_LINE or not SENTENCES_END.search(block.text):
        return False
    beside = weight(block.text) * (1 - block.link_share) - weight(cue)
    return beside > BESIDE or (bool(FULL_STOP.search(block.text)) and (not own or len(cue.split()) < 2))


def _headline_form(text: str, cue: str) -> bool:
    rest = after(text, cue)
    if not rest or FULL_STOP.search(text) or len(text.split()) > MOST_WORDS:
        return False
    if rest.lstrip().startswith(SEPARATORS):
        return True
    first = BEFORE_WORDS.sub("", rest, count=1) if BEFORE_WORDS.match(rest) else rest
    long = len(START.findall(headline_key(first))) >= FEWEST_WORDS and weight(first) >= FEWEST_LETTERS
    # Where letters have no case, what is not small is a beginning.
    return long and not first[:1].islower()

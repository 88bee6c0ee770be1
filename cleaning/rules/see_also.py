"""Lines that point to another article: "See also ...", "Read more: ...", "Lesen Sie auch ...".

The cue alone decides nothing: beside it stands a link, or the form of a headline after it (no sentence end, a capital
or a colon), or a list of links below it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.headlines import headline_key
from cleaning.phrases import opens_with
from cleaning.rules.reading import Cut, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cleaning.article import Block

LINKED = 0.4  # a cue and a linked headline
LINK_LINE = 0.8
LONGEST = 320
MOST_WORDS = 30
LABEL_WORDS = 8  # of a label with a colon: "Related Topics:"
LAST = 3  # blocks at the end, where a label points to what was left out
QUOTED = re.compile(r"^[\"“„«‹「『]")
FULL_STOP = re.compile(r"[.。]\W{0,3}$")


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
        if key == cue or (block.text.endswith(":") and len(key.split()) <= LABEL_WORDS):
            below = _links_below(kept, at)
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
    if block.link_share >= LINKED and (strong or reading.own_links(block)) and not _sentence(block, cue):
        return "a link"
    if strong and not block.links and _headline_form(block.text, cue):
        return "what has the form of a headline"
    return None


def _links_below(kept: list[tuple[int, Block]], at: int) -> list[int]:
    found = []
    for index, block in kept[at + 1 :]:
        if block.link_share < LINK_LINE:
            break
        found.append(index)
    return found


def _sentence(block: Block, cue: str) -> bool:
    """Whether the link is a part of a sentence that only begins with the cue."""
    return bool(FULL_STOP.search(block.text)) and block.link_share < LINK_LINE and len(cue.split()) < 2


def _headline_form(text: str, cue: str) -> bool:
    rest = _after(text, cue)
    if not rest or FULL_STOP.search(text) or len(text.split()) > MOST_WORDS:
        return False
    first = rest.lstrip(" :–—-|»>\t\"“„«'‘")
    return rest.lstrip().startswith((":", "|", "»", ">", "–", "—", "-")) or (
        len(first.split()) >= 3 and (first[:1].isupper() or first[:1].isdigit())
    )


def _after(text: str, cue: str) -> str:
    """The text after the cue, whose words are the first of the text."""
    end = 0
    for match in re.finditer(r"\w+", text):
        end = match.end()
        if headline_key(text[:end]) == cue:
            return text[end:]
        if end > 2 * len(cue) + 10:
            break
    return ""

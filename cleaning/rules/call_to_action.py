"""Lines that ask the reader to sign up, subscribe, follow or donate."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.article import BlockKind
from cleaning.headlines import headline_key
from cleaning.phrases import holds, opens_with
from cleaning.rules.reading import EXCLAMATIONS, FULL_STOPS, Cut, Place, Reading, is_body

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 250
LINKED = 0.2
MOSTLY = 0.3  # of what only speaks of newsletters: then the link is what is asked for
SENTENCES = re.compile(rf"[{FULL_STOPS}{EXCLAMATIONS}:|：｜•·–—]")


def rule(reading: Reading) -> Iterator[Cut]:
    last = reading.body[-1] if reading.body else -1
    for index, block in reading.kept():
        if len(block.text) > LONGEST:
            continue
        phrase = holds("act", reading.key(index))
        if phrase is None:
            continue
        asks = any(opens_with("act", headline_key(part)) for part in SENTENCES.split(block.text))
        # What only speaks of newsletters and subscribers may be the article's own paragraph or item.
        if block.link_share >= LINKED and reading.own_links(block):
            if asks or (block.link_share >= MOSTLY and not (is_body(block) or block.kind is BlockKind.ITEM)):
                yield Cut(index, f"“{phrase}” with a link")
        elif index > last >= 0 and (asks or reading.place(index) is Place.OUTSIDE):
            yield Cut(index, f"“{phrase}” after the last paragraph")

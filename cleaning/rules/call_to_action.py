"""Lines that ask the reader to sign up, subscribe, follow or donate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.phrases import holds
from cleaning.rules.reading import Cut, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 250
LINKED = 0.2


def rule(reading: Reading) -> Iterator[Cut]:
    last = reading.body[-1] if reading.body else -1
    for index, block in reading.kept():
        if len(block.text) > LONGEST:
            continue
        phrase = holds("act", reading.key(index))
        if phrase is None:
            continue
        if block.link_share >= LINKED and reading.own_links(block):
            yield Cut(index, f"“{phrase}” with a link")
        elif index > last >= 0:
            yield Cut(index, f"“{phrase}” after the last paragraph")

"""Copyright lines at the end of the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.phrases import holds
from cleaning.rules.reading import Cut, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGN = re.compile(r"©|\(c\)\s{0,3}(?:19|20)\d\d", re.IGNORECASE)
LAST = 6  # blocks at the end
LONGEST = 600


def rule(reading: Reading) -> Iterator[Cut]:
    kept = list(reading.kept())
    for index, block in kept[max(1, len(kept) - LAST) :]:
        if len(block.text) > LONGEST:
            continue
        sign = SIGN.search(block.text[:40])
        phrase = holds("rights", reading.key(index)) if len(block.text) <= 300 or sign else None
        if sign or phrase:
            yield Cut(index, f"“{(sign[0] if sign else phrase)}” in the last lines")

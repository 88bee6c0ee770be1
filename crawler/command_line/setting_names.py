"""Find settings that were probably misspelt: Scrapy ignores a name that nothing reads."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# How alike two names must be, from 0 to 1: DOWNLOAD_DELY and DOWNLOAD_DELAY are .96 alike. A user's own spider may have
# settings of its own, which are named like none of these.
_LIKENESS = 0.85


def find_misspelt(given: Collection[str], known: Collection[str]) -> Iterator[str]:
    """Yield a message for each name that is not known, but nearly."""
    for name in given:
        if name not in known and (near := get_close_matches(name.upper(), known, n=1, cutoff=_LIKENESS)):
            yield f"there is no setting {name}, so it has no effect; did you mean {near[0]}?"

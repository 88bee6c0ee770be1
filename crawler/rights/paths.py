"""Whether a pattern of a path holds for an address, as in robots.txt: from the path's beginning, with "*" and "$"."""

from __future__ import annotations

import re
from functools import lru_cache

from protego import Protego

LONGEST = 2_000
# A rule of a file is one line, and "#" begins a comment in it: a pattern that means these has them as escapes.
_NO_PATTERN = re.compile(r"[#\s\x00-\x1f\x7f-\x9f\u2028\u2029]")


def matches(pattern: str, url: str) -> bool:
    """Escapes are compared as RFC 9309, 2.2.2 has it. A pattern that is none (no path, too long) holds for nothing."""
    rules = _rules(pattern)
    return rules is not None and not rules.can_fetch(url, "*")


@lru_cache(maxsize=4096)
def _rules(pattern: str) -> Protego | None:
    if not pattern.startswith(("/", "*")) or len(pattern) > LONGEST or _NO_PATTERN.search(pattern):
        return None
    return Protego.parse(f"User-agent: *\nDisallow: {pattern}")

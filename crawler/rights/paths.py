"""Matches a path pattern against an address, as robots.txt does: from the start of the path, with "*" and "$"."""

from __future__ import annotations

import re
from functools import lru_cache

from protego import Protego

MAX_PATTERN_LENGTH = 2_000
# In a robots.txt a line end ends a rule and "#" begins a comment, so a valid pattern has these only as escapes.
_NOT_ALLOWED = re.compile(r"[#\s\x00-\x1f\x7f-\x9f\u2028\u2029]")


def matches(pattern: str, url: str) -> bool:
    """Return whether the pattern matches the address. An invalid pattern (no path, too long) matches nothing.

    Escapes are compared as in RFC 9309, 2.2.2.
    """
    rules = _parse_pattern(pattern)
    return rules is not None and not rules.can_fetch(url, "*")


@lru_cache(maxsize=4096)
def _parse_pattern(pattern: str) -> Protego | None:
    if not pattern.startswith(("/", "*")) or len(pattern) > MAX_PATTERN_LENGTH or _NOT_ALLOWED.search(pattern):
        return None
    return Protego.parse(f"User-agent: *\nDisallow: {pattern}")

"""Match addresses against the path patterns of `include` and `exclude` in sites.toml: those of robots.txt (RFC 9309).

A pattern is compared with the path and the query of an address, from the beginning: "/fr/" matches all below that
folder, "*" stands for any characters, "$" for the end. Protego compares them, as it does the lines of a robots.txt.
"""

from __future__ import annotations

import re
from functools import lru_cache

from protego import Protego

MAX_LENGTH = 500  # characters of a pattern
# A line end would end the rule, and "#" would begin a comment. An address has these only as escapes.
_NOT_ALLOWED = re.compile(r"[#\s\x00-\x1f\x7f-\x9f]")


def is_path_pattern(text: str) -> bool:
    """Return whether `text` is a pattern: it begins with "/" or "*", and has neither blanks nor "#"."""
    return text.startswith(("/", "*")) and len(text) <= MAX_LENGTH and not _NOT_ALLOWED.search(text)


def matches_any_pattern(patterns: tuple[str, ...], url: str) -> bool:
    """Return whether one of the patterns matches the path and the query of `url`."""
    return bool(patterns) and not _compile(patterns).can_fetch(url, "*")


def get_literal_prefix(pattern: str) -> str:
    """Return the path with which every address begins that the pattern matches: "/fr/" for "/fr/*.html"."""
    return pattern.partition("*")[0].removesuffix("$")


@lru_cache(maxsize=1024)
def _compile(patterns: tuple[str, ...]) -> Protego:
    return Protego.parse("\n".join(("User-agent: *", *(f"Disallow: {pattern}" for pattern in patterns))))

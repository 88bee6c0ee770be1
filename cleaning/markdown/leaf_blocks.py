"""Write one heading, paragraph, caption, correction or code block."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.markdown.escape import escape_heading, escape_inline, escape_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cleaning.markdown.layout import Piece

EMPHASISED = frozenset(("caption", "correction"))
DEFAULT_LEVEL = 2  # of a heading whose path does not tell
_HEADING = re.compile(r"(?:^| > )h([1-6])(?=[#. ]|$)")
_TICKS = re.compile(r"`+")


def render_leaf(piece: Piece) -> str:
    """Return a block that holds no other, as one line of Markdown."""
    if piece.kind == "heading":
        return f"{'#' * find_level(piece.path)} {escape_heading(piece.text)}"
    if piece.kind in EMPHASISED:
        return f"*{escape_inline(piece.text)}*"
    return escape_line(piece.text)


def render_code(lines: Iterable[str]) -> str:
    """Return lines of code between two fences."""
    text = "\n".join(lines)
    fence = "`" * max(3, 1 + max((len(ticks) for ticks in _TICKS.findall(text)), default=0))
    return f"{fence}\n{text}\n{fence}"


def find_level(path: str) -> int:
    """Return the level of the heading at the end of a path, 1 to 6."""
    levels = _HEADING.findall(path)
    return int(levels[-1]) if levels else DEFAULT_LEVEL

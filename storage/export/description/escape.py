"""Escapes foreign text, such as names and reasons, for the card (Markdown) and the plots (SVG)."""

from __future__ import annotations

import re
import unicodedata

from markupsafe import Markup

# Characters with a meaning in CommonMark, in GitHub's tables, or in mathematics.
_MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+!|~$^=@]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", ":": "&#58;"}  # the colon, so that no bare address becomes a link


def escape_markdown(value: object) -> str:
    """Return any value as plain text for a Markdown table cell: no markup, line end or invisible character.

    Numbers are grouped by thousands. `Markup`, which the template marks as safe, is returned unchanged.
    """
    if isinstance(value, Markup):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    text = _MARKDOWN.sub(r"\\\g<0>", replace_invisible(value))
    return "".join(_ENTITIES.get(character, character) for character in text)


def replace_invisible(value: object) -> str:
    """Return any value as one line of visible characters. Markup is not escaped."""
    return "".join(_replace_invisible_character(character) for character in " ".join(str(value).split()))


def _replace_invisible_character(character: str) -> str:
    # Control characters, joiners, marks of writing direction, and noncharacters, which XML may not contain. Unassigned
    # characters stay, because they differ between versions of Python.
    number = ord(character)
    unseen = unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs"}
    return f"U+{number:04X}" if unseen or number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF else character

"""Text of others where markup is ours: names and reasons of any kind in a card or a plot, as nothing but text."""

from __future__ import annotations

import re
import unicodedata

from markupsafe import Markup

# What begins something in CommonMark, in GitHub's tables, or in mathematics.
_MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+!|~$^=@]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", ":": "&#58;"}  # the colon: no bare address becomes a link


def plain(value: object) -> str:
    """Any value as plain text within one Markdown table cell: no markup, no line end, no invisible character.

    Numbers are grouped by thousands; `Markup` (what the template marks as safe) stays as it is.
    """
    if isinstance(value, Markup):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    text = _MARKDOWN.sub(r"\\\g<0>", shown(value))
    return "".join(_ENTITIES.get(character, character) for character in text)


def shown(value: object) -> str:
    """Any value as one line in which every character can be seen; what it means to a markup is not its business."""
    return "".join(_visible(character) for character in " ".join(str(value).split()))


def _visible(character: str) -> str:
    # Controls, joiners, marks that turn the direction of writing, and what is no character and no XML may hold. Not the
    # unassigned: those differ between Pythons.
    number = ord(character)
    unseen = unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs"}
    return f"U+{number:04X}" if unseen or number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF else character

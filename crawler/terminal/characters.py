"""Make text of pages safe to print: no character of it can move a cursor or reverse the text beside it."""

from __future__ import annotations

import unicodedata

# Invisible, but part of how a language is written: the joiners of Persian and of the scripts of India, the marks that
# say on which side a full stop stands, the soft hyphen. The other format characters embed and override directions, or
# hide text: with them a line could be read otherwise than it is.
_ALLOWED_FORMATS = frozenset("\u00ad\u061c\u200c\u200d\u200e\u200f")
_REPLACEMENT = "\ufffd"


def escape_for_terminal(text: str) -> str:
    """Return the text as one line, with U+FFFD for each control character, direction override and lone surrogate."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(map(_escape_character, line))


def replace_surrogates(text: str) -> str:
    """Return the text with U+FFFD for each lone surrogate: UTF-8 has no bytes for those."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escape_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Cs") or (category == "Cf" and character not in _ALLOWED_FORMATS):
        return _REPLACEMENT
    return character

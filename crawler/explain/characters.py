"""Text from a page, made safe to show: no character of it can move a cursor or turn what stands beside it."""

from __future__ import annotations

import unicodedata

# Invisible, but part of how a language is written: the joiners of Persian and of the scripts of India, the marks that
# say on which side a full stop stands, the soft hyphen. The other format characters embed and override directions, or
# hide text: with them a line could be read otherwise than it is.
_OF_A_LANGUAGE = frozenset("\u00ad\u061c\u200c\u200d\u200e\u200f")
_REPLACEMENT = "\ufffd"


def shown(text: str) -> str:
    """One line of the same text, with U+FFFD for each control character, direction override and lone surrogate."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(map(_shown, line))


def encodable(text: str) -> str:
    """The same text with U+FFFD for each lone surrogate, which UTF-8 has no bytes for."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Cs") or (category == "Cf" and character not in _OF_A_LANGUAGE):
        return _REPLACEMENT
    return character

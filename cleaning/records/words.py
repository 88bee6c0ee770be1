"""The words of a text, as the store and releases count them."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")


def count_text_words(text: str) -> int:
    """Return the words of a text, as the store and releases count them."""
    return len(_WORD.findall(text))


def list_text_words(text: str) -> list[str]:
    """Return these words in their order."""
    return _WORD.findall(text)

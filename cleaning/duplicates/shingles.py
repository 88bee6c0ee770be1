"""Split texts into words and shingles (runs of words), which texts are compared by."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+")
# Scripts that put no spaces between words: there a word is one character.
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


def split_words(text: str) -> list[str]:
    """Return the case-folded words of a text; in scripts that do not space their words, each character."""
    if text.isascii():  # most texts, in a third of the time
        return _WORD.findall(text.lower())
    found: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        if word.isascii() or not UNSPACED.search(word):
            found.append(word)
        else:
            found.extend(word)
    return found


def is_unspaced(words: list[str]) -> bool:
    """Return whether most of these words are single characters of a script without spaces."""
    single = [word for word in words if len(word) == 1 and not word.isascii()]
    return len(single) * 2 > len(words) and sum(map(bool, map(UNSPACED.match, single))) * 2 > len(words)


def list_shingles(words: list[str], size: int) -> list[str]:
    """Return every run of `size` words, in order; one run of all words if there are fewer."""
    return [" ".join(words[start : start + size]) for start in range(max(1, len(words) - size + 1)) if words]


def shingle_text(text: str, size: int = 4) -> frozenset[str]:
    """Return the set of a text's runs of `size` case-folded words; of characters in scripts that do not space words."""
    return frozenset(list_shingles(split_words(text), size))

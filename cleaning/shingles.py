"""A text as words and as runs of words: what texts are compared by."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+")
# Scripts that put no spaces between words: there a word is one character.
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


def words(text: str) -> list[str]:
    """The words of a text, case-folded; the characters of a run in a script that does not space its words."""
    found: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        if word.isascii() or not UNSPACED.search(word):
            found.append(word)
        else:
            found.extend(word)
    return found


def is_unspaced(among: list[str]) -> bool:
    """Whether most of these words are single characters of a script without spaces."""
    single = [word for word in among if len(word) == 1 and not word.isascii()]
    return len(single) * 2 > len(among) and sum(map(bool, map(UNSPACED.match, single))) * 2 > len(among)


def runs(among: list[str], size: int) -> list[str]:
    """Every run of `size` of these words, in order; all of them as one run where they are fewer."""
    return [" ".join(among[start : start + size]) for start in range(max(1, len(among) - size + 1)) if among]


def shingles(text: str, size: int = 4) -> frozenset[str]:
    """Runs of `size` words, case-folded; runs of characters in scripts that do not space their words."""
    return frozenset(runs(words(text), size))

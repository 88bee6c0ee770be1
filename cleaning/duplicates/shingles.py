"""Split texts into words and shingles (runs of words), which texts are compared by."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = re.compile(r"\w+")
# Scripts that put no spaces between words: there a word is one character.
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


MAX_LETTERS = 1_000  # distinct characters of a text
# The bytes of ASCII text in small letters, with spaces for what is part of no word.
_ASCII_WORDS = bytes(ord(chr(code).lower()) if _WORD.match(chr(code)) else 32 for code in range(128)) + bytes(128)
# First bytes in UTF-8 of the characters of those scripts, and of some others; all other bytes.
_NOT_UNSPACED = bytes(sorted({*range(256)} - {0xE0, 0xE1, *range(0xE3, 0xEA)}))


def split_words(text: str) -> list[str]:
    """Return the case-folded words of a text; in scripts that do not space their words, each character."""
    if text.isascii():
        return text.encode().translate(_ASCII_WORDS).decode().split()
    text = unicodedata.normalize("NFKC", text).casefold()
    letters = set(text)
    if len(letters) > MAX_LETTERS:
        words: list[str] = _WORD.findall(text)
    else:  # replaced one after the other in the whole text, which takes half the time
        for letter in letters:
            if not letter.isalnum() and letter != "_":
                text = text.replace(letter, " ")
        words = text.split()
    if not "".join(words).encode().translate(None, _NOT_UNSPACED):
        return words
    found: list[str] = []
    for word in words:
        if word.isascii() or not UNSPACED.search(word):
            found.append(word)
        else:
            found.extend(word)
    return found


@lru_cache(maxsize=1)
def split_article(text: str) -> tuple[str, ...]:
    """Return the words of a text as `split_words` does; the last text's are kept, because two sketches ask for them."""
    return tuple(split_words(text))


def is_unspaced(words: Sequence[str]) -> bool:
    """Return whether most of these words are single characters of a script without spaces."""
    single = [word for word in words if len(word) == 1 and not word.isascii()]
    return len(single) * 2 > len(words) and sum(map(bool, map(UNSPACED.match, single))) * 2 > len(words)


def list_shingles(words: Sequence[str], size: int) -> list[str]:
    """Return every run of `size` words, in order; one run of all words if there are fewer."""
    if len(words) <= size:
        return [" ".join(words)] if words else []
    return list(map(" ".join, zip(*(words[start:] for start in range(size)), strict=False)))


def shingle_text(text: str, size: int = 4) -> set[bytes]:
    """Return the runs of `size` case-folded words in UTF-8; of characters in scripts that do not space words."""
    return encode_shingles(split_article(text), size)


def encode_shingles(words: Sequence[str], size: int) -> set[bytes]:
    """Return the runs that `list_shingles` lists, each once, in UTF-8."""
    text = " ".join(words).encode()
    if len(words) <= size:
        return {text} if words else set()
    # Cut out of the whole text, which takes half the time of joining words.
    starts = list(accumulate(map((1).__add__, map(len, text.split(b" "))), initial=0))
    return {text[start : end - 1] for start, end in zip(starts, starts[size:], strict=False)}

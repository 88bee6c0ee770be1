"""Folds text into the words that are searched, the same on both databases: SQLite calls it from the index's triggers.

A word is a run of letters, digits and the marks among them, without case and accents: "Élan" and "ELAN" are one word,
and so are "ISTANBUL", "İstanbul" and "ıstanbul". The accents of Latin, Greek and Cyrillic and the points of Hebrew and
Arabic are left out. The marks of other scripts stay: they make another word. So does the breve of the Cyrillic й.

Scripts without spaces between words (Chinese, Japanese, Thai, Lao, Burmese, Khmer) are split into overlapping pairs of
characters, and the last character of a run: 中国政府 becomes "中国 国政 政府 府". So any part of a run can be found as
a phrase of pairs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

MAX_WORD_CHARACTERS = 100  # the rest of a longer word is not searched
MAX_BYTES = 400_000  # of the words of a text, about 60,000 words; a tsvector of PostgreSQL holds less than 1 MB
_SURELY_SHORT = MAX_BYTES // 4  # characters of UTF-8 that cannot be more bytes
_MAX_CHUNKS = 50_000  # whose folded form is kept: most words of a text were in another one
_MAX_CHUNK_CHARACTERS = 40

# Letters that Unicode does not decompose, though readers type them without their stroke or as two letters.
_TYPED_AS = {
    "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "þ": "th", "æ": "ae", "œ": "oe", "ĸ": "k",
    "ŋ": "n", "ٱ": "ا", "ـ": "", "й": "й",
}  # fmt: skip
_MARKS_LEFT_OUT = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\ufe00-\ufe0f]"
)
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff"  # kana, bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U000323af"  # Chinese characters
)
_UNSPACED_RUN = re.compile(f"[{UNSPACED}]+")
_CHUNK = re.compile(r"\S+")


class _Folding(dict[int, str]):
    """What each character becomes, for `str.translate`; computed when it first occurs."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


class _FoldedChunks(dict[str, str]):
    """What each run of characters without a space becomes. It forgets all when it is full."""

    def __missing__(self, chunk: str) -> str:
        folded = chunk.translate(_FOLDING)
        if not folded.isascii():
            folded = _UNSPACED_RUN.sub(_split_run, folded)
        if len(chunk) <= _MAX_CHUNK_CHARACTERS:
            if len(self) >= _MAX_CHUNKS:
                self.clear()
            self[chunk] = folded
        return folded


def fold_words(text: str) -> str:
    """Return the words of a text, folded and separated by single spaces."""
    if text.isascii():
        words = text.translate(_FOLDING).split()
    else:
        chunks = unicodedata.normalize("NFC", text).split()
        words = " ".join(map(_folded_chunks.__getitem__, chunks)).split()
    if words and len(max(words, key=len)) > MAX_WORD_CHARACTERS:
        words = [word[:MAX_WORD_CHARACTERS] for word in words]
    folded = " ".join(words)
    return folded if len(folded) <= _SURELY_SHORT else " ".join(_limit_bytes(words))


def locate_words(text: str) -> tuple[str, list[tuple[str, int, int]]]:
    """Return a text in the normal form in which it is folded, and its words, each with its start and end there.

    The words are those of `fold_words`. Pairs of characters overlap.
    """
    text = text if text.isascii() else unicodedata.normalize("NFC", text)
    words = [word for chunk in _CHUNK.finditer(text) for word in _locate_in_chunk(chunk[0], chunk.start())]
    if sum(len(word) + 1 for word, _, _ in words) > _SURELY_SHORT:
        del words[len(_limit_bytes([word for word, _, _ in words])) :]
    return text, words


def is_unspaced_word(word: str) -> bool:
    """Whether a folded word is a pair of characters, or one, of a script without spaces."""
    return _UNSPACED_RUN.fullmatch(word) is not None


def _locate_in_chunk(chunk: str, start: int) -> Iterator[tuple[str, int, int]]:
    if chunk.isascii() and chunk.isalnum():  # most are
        yield chunk.lower()[:MAX_WORD_CHARACTERS], start, start + len(chunk)
        return
    pieces = [_FOLDING[ord(character)] for character in chunk]
    folded = "".join(pieces)
    places = [start + place for place, piece in enumerate(pieces) for _ in piece]  # of each folded character
    for run in _CHUNK.finditer(folded):
        for part in _split_scripts(run[0]):
            first = run.start() + part.start()
            if is_unspaced_word(part[0]):
                for place in range(len(part[0])):
                    pair = part[0][place : place + 2]
                    yield pair, places[first + place], places[first + place + len(pair) - 1] + 1
            else:
                yield part[0][:MAX_WORD_CHARACTERS], places[first], places[first + len(part[0]) - 1] + 1


def _split_scripts(run: str) -> Iterator[re.Match[str]]:
    return re.finditer(f"[{UNSPACED}]+|[^{UNSPACED}]+", run)


def _split_run(run: re.Match[str]) -> str:
    characters = run[0]
    pairs = [first + second for first, second in pairwise(characters)]
    return f" {' '.join([*pairs, characters[-1]])} "


def _limit_bytes(words: list[str]) -> list[str]:
    size = 0
    for place, word in enumerate(words):
        size += len(word.encode()) + 1
        if size > MAX_BYTES:
            return words[:place]
    return words


def _fold_character(character: str) -> str:
    decimal = unicodedata.decimal(character, None)
    if decimal is not None:
        return str(decimal)
    typed = _TYPED_AS.get(character.lower())
    if typed is not None:
        return typed
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    kept = unicodedata.normalize("NFC", _MARKS_LEFT_OUT.sub("", decomposed))
    if category[0] not in "LNM" and kept == character:
        return " "
    return "".join(_TYPED_AS.get(one, one) if unicodedata.category(one)[0] in "LNM" else " " for one in kept)


_FOLDING = _Folding()
_folded_chunks = _FoldedChunks()

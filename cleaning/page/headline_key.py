"""Normalize headlines, so that two of them can be compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# The bytes of ASCII text in small letters, with spaces for all that are neither letters nor digits.
ASCII_WORDS = bytes(ord(letter.lower()) if (letter := chr(code)).isalnum() else 32 for code in range(128)) + bytes(128)
# Marks without which a word is another word: vowels and tones in the scripts of India, Tibet, Thailand, Burma and the
# scripts related to them, and the voicing marks of kana. The accents of Europe, the points of Hebrew and Arabic, and
# Hindi's dot are often left out in writing.
ESSENTIAL_MARKS = re.compile(
    "[\u0900-\u093b\u093d-\u109f\u1700-\u17ff\u1900-\u1aaf\u1b00-\u1cff\u3099\u309a\ua800-\uaaff\uabe3-\uabed\U00011000-\U00011fff]"
)
# Characters of a stored key. The key is indexed, an index row of PostgreSQL holds at most 2,704 bytes, and a character
# takes up to 4. Headlines that differ only after so many characters are told apart by their stories.
MAX_KEY_CHARACTERS = 300
MAX_LETTERS = 1_000  # distinct characters that are each replaced in the whole text
MAX_CACHED = 1_000  # characters of a text whose key is kept: several parts of the cleaner ask for it


def normalize_headline(title: str, site_name: str | None = None) -> str:
    """Return the headline's key: its words, case-folded, without punctuation, accents, joiners or the site's name.

    Two headlines with the same key are the same headline. The site's name is left out at either end, unless the
    headline is nothing else. The key is "" where the title has no word.
    """
    if not site_name:
        return _join_words(title) if len(title) <= MAX_CACHED else " ".join(_split_words(title))
    words, name = _split_words(title), _split_words(site_name)
    if name and len(words) > len(name):
        if words[-len(name) :] == name:
            words = words[: -len(name)]
        elif words[: len(name)] == name:
            words = words[len(name) :]
    return " ".join(words)


def make_headline_key(title: str, site_name: str | None = None) -> str:
    """Return the headline's key as it is stored, cut after MAX_KEY_CHARACTERS."""
    return normalize_headline(title, site_name)[:MAX_KEY_CHARACTERS].rstrip()


@lru_cache(maxsize=2048)
def _join_words(text: str) -> str:
    return " ".join(_split_words(text))


def _split_words(text: str) -> list[str]:
    if text.isascii():
        return text.encode().translate(ASCII_WORDS).decode().split()
    text = unicodedata.normalize("NFKD", text).casefold()
    letters = set(text)  # of nearly all texts far fewer than they have characters
    if len(letters) > MAX_LETTERS:
        return "".join(map(LETTERS.__getitem__, text)).split()
    for letter in letters:
        if (written := LETTERS[letter]) != letter:
            text = text.replace(letter, written)
    return text.split()


class _Letters(dict[str, str]):
    """What stands for each character: for letters, digits and essential marks themselves, "" for marks and joiners.

    For everything else it is a space. Each character is looked up once.
    """

    def __missing__(self, letter: str) -> str:
        category = unicodedata.category(letter)
        self[letter] = "" if category[0] == "M" or category == "Cf" else " "
        if letter.isalnum() or (category[0] == "M" and ESSENTIAL_MARKS.match(letter)):
            self[letter] = letter
        return self[letter]


LETTERS = _Letters({"ı": "i"})  # in capitals it is I, whose small letter is i outside Turkish

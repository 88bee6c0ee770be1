"""Headlines made comparable."""

from __future__ import annotations

import re
import unicodedata

WORDS = re.compile(r"[^\W_]+")
# Marks without which a word is another one: vowels and tones in the scripts of India, Tibet, Thailand, Burma and their
# kin, the voice of kana. The accents of Europe, the points of Hebrew and Arabic, Hindi's dot are often left out.
LETTERS_OWN = re.compile(
    "[\u0900-\u093b\u093d-\u109f\u1700-\u17ff\u1900-\u1aaf\u1b00-\u1cff\u3099\u309a\ua800-\uaaff\uabe3-\uabed\U00011000-\U00011fff]"
)
# Characters of a stored key. It is indexed, an index row holds 2,704 bytes at most in PostgreSQL, and a character takes
# up to 4. Headlines that differ only after so many are told apart by their stories.
LONGEST_KEY = 300


def headline_key(title: str, site_name: str | None = None) -> str:
    """The headline's words, case-folded, without punctuation, accents, joiners or the site's name at either end.

    Two headlines with the same key are the same headline. The key is "" where the title has no word. A headline that
    is nothing but the site's name keeps it.
    """
    words = _words(title)
    name = _words(site_name or "")
    if name and len(words) > len(name):
        if words[-len(name) :] == name:
            words = words[: -len(name)]
        elif words[: len(name)] == name:
            words = words[len(name) :]
    return " ".join(words)


def index_key(title: str, site_name: str | None = None) -> str:
    """The headline's key as it is stored: at most `LONGEST_KEY` characters, the rest is left off."""
    return headline_key(title, site_name)[:LONGEST_KEY].rstrip()


def _words(text: str) -> list[str]:
    if text.isascii():
        return WORDS.findall(text.lower())
    return unicodedata.normalize("NFKD", text).casefold().translate(LETTERS).split()


class _Letters(dict[int, int | str | None]):
    """For `str.translate`: letters, digits and letters' own marks to themselves; other marks and joiners to nothing.

    All else becomes a space. Each character is looked up once.
    """

    def __missing__(self, code: int) -> int | str | None:
        letter = chr(code)
        category = unicodedata.category(letter)
        self[code] = None if category[0] == "M" or category == "Cf" else " "
        if letter.isalnum() or (category[0] == "M" and LETTERS_OWN.match(letter)):
            self[code] = code
        return self[code]


LETTERS = _Letters({ord("ı"): "i"})  # Turkish headlines in capitals have I for it, whose small letter is i elsewhere

"""Headlines made comparable."""

from __future__ import annotations

import re
import unicodedata

WORDS = re.compile(r"[^\W_]+")
# Characters of a stored key. It is indexed, an index row holds 2,704 bytes at most in PostgreSQL, and a character takes
# up to 4. Headlines that differ only after so many are told apart by their stories.
LONGEST_KEY = 300


def headline_key(title: str, site_name: str | None = None) -> str:
    """The headline's words, case-folded, without punctuation, accents or the site's name at either end.

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
    plain = unicodedata.normalize("NFKD", text.casefold())
    return WORDS.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))

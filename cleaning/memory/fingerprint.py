"""When two blocks of a site are the same: their words, but for dates and numbers."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import files

from cleaning.dates.written import month_names
from cleaning.headlines import headline_key

FOLDED = "0"  # stands for a number, and for a month's or weekday's name
NUMBER = re.compile(r"\d+")
# Without spaces, a weekday is no word of its own.
WEEKDAY = re.compile("星期[一二三四五六日天]|[月火水木金土日]曜日?")
DATED = re.compile(r"\b\d{1,2}:\d\d|\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2}")
FEWEST_LETTERS = 3  # of a name: shorter ones are other words in other languages
REMEMBERED = 30_000  # texts of a process: a site's menus stand on all of its pages


@lru_cache(maxsize=REMEMBERED)
def fingerprint(text: str) -> int:
    """63 bits of the text's words, without case, accents and punctuation, all numbers and names of days alike.

    0 where nothing is left but numbers: what is only a number says nothing.
    """
    key = NUMBER.sub(FOLDED, WEEKDAY.sub(FOLDED, headline_key(text)))
    names = _names()
    words = [FOLDED if word in names else word for word in key.split()]
    if all(word == FOLDED for word in words):
        return 0
    return number(" ".join(words))


def wording(text: str) -> int:
    """A number for the text's very words, figures and all; for its fingerprint's where these are a date or an hour."""
    key = headline_key(text)
    dated = DATED.search(text) or WEEKDAY.search(key) or not _names().isdisjoint(key.split())
    return fingerprint(text) if dated else number(key)


def number(text: str) -> int:
    """63 bits of a text: positive in a signed column of eight bytes."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


@cache
def _names() -> frozenset[str]:
    """The names of months and weekdays, as words of a headline key."""
    lines = (files("cleaning.memory") / "weekdays.txt").read_text("utf-8").splitlines()
    days = (name for line in lines if not line.startswith("#") for name in re.split("[:|/]", line)[1:])
    words = {*(headline_key(name) for name in month_names()), *(name.strip() for name in days)}
    return frozenset(word for word in words if len(word) >= FEWEST_LETTERS and " " not in word)

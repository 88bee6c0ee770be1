"""Fingerprints of texts: two blocks of a site are the same if their words are, apart from dates and numbers."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import files

from cleaning.metadata.dates.month_names import list_month_names
from cleaning.page.headline_key import normalize_headline

FOLDED = "0"  # stands for a number, and for a month's or weekday's name
NUMBER = re.compile(r"\d+")
# Chinese and Japanese put no spaces around a weekday, so that it is no separate word.
WEEKDAY = re.compile("星期[一二三四五六日天]|[月火水木金土日]曜日?")
DATED = re.compile(r"\b\d{1,2}:\d\d|\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2}")
MIN_LETTERS = 3  # of a day's or month's name: shorter ones are other words in other languages
CACHED_TEXTS = 30_000  # per process: a site's menus stand on all of its pages


@lru_cache(maxsize=CACHED_TEXTS)
def fingerprint(text: str) -> int:
    """Return 63 bits of the text's words: without case, accents and punctuation, all numbers and names of days alike.

    Return 0 if only numbers are left: a mere number identifies nothing.
    """
    key = NUMBER.sub(FOLDED, WEEKDAY.sub(FOLDED, normalize_headline(text)))
    names = _load_date_names()
    words = [FOLDED if word in names else word for word in key.split()]
    if all(word == FOLDED for word in words):
        return 0
    return hash_to_int(" ".join(words))


def hash_wording(text: str) -> int:
    """Return 63 bits of the text's exact words, numbers included; the fingerprint if it holds a date or a time."""
    key = normalize_headline(text)
    dated = DATED.search(text) or WEEKDAY.search(key) or not _load_date_names().isdisjoint(key.split())
    return fingerprint(text) if dated else hash_to_int(key)


def hash_to_int(text: str) -> int:
    """Return a hash of 63 bits: positive in a signed column of eight bytes."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


@cache
def _load_date_names() -> frozenset[str]:
    """Return the names of months and weekdays, as words of a headline key."""
    lines = (files(__package__) / "weekdays.txt").read_text("utf-8").splitlines()
    days = (name for line in lines if not line.startswith("#") for name in re.split("[:|/]", line)[1:])
    words = {*(normalize_headline(name) for name in list_month_names()), *(name.strip() for name in days)}
    return frozenset(word for word in words if len(word) >= MIN_LETTERS and " " not in word)

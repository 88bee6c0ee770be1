"""Fingerprints of texts: two blocks of a site are the same if their words are, apart from dates and numbers."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import files
from typing import TYPE_CHECKING

from cleaning.metadata.dates.month_names import list_month_names
from cleaning.page.headline_key import normalize_headline

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDED = "0"  # stands for a number, and for a month's or weekday's name
NUMBER = re.compile(r"\d+")
# Chinese and Japanese put no spaces around a weekday, so that it is no separate word.
WEEKDAY = re.compile("星期[一二三四五六日天]|[月火水木金土日]曜日?")
DATED = re.compile(r"\b\d{1,2}:\d\d|\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2}")
MIN_LETTERS = 3  # of a day's or month's name: shorter ones are other words in other languages
CACHED_TEXTS = 30_000  # per process: a site's menus stand on all of its pages
_BLAKE2 = blake2b(digest_size=8)  # copied for each text, in two thirds of the time that a new one takes


def fingerprint(text: str) -> int:
    """Return 63 bits of the text's words: without case, accents and punctuation, all numbers and names of days alike.

    Return 0 if only numbers are left: a mere number identifies nothing.
    """
    return hash_words(text)[0]


@lru_cache(maxsize=CACHED_TEXTS)
def hash_words(text: str) -> tuple[int, int]:
    """Return the fingerprint of a text, and 63 bits of its exact words.

    These are with all numbers; where the text holds a date or a time, they are the fingerprint, too.
    """
    key = normalize_headline(text)
    names = _load_date_names()
    folded = NUMBER.sub(FOLDED, key if key.isascii() else WEEKDAY.sub(FOLDED, key))
    words = folded.split()
    if folded == key and names.isdisjoint(words):  # no date, no time, and no number but 0
        wording = hash_to_int(key)
        return (0 if {FOLDED}.issuperset(words) else wording), wording
    words = [FOLDED if word in names else word for word in words]
    fingerprint = 0 if {FOLDED}.issuperset(words) else hash_to_int(" ".join(words))
    dated = (
        not names.isdisjoint(key.split()) or (not key.isascii() and WEEKDAY.search(key)) or DATED.search(text)
    )  # the quickest test first
    return fingerprint, fingerprint if dated else hash_to_int(key)


def hash_to_int(text: str) -> int:
    """Return a hash of 63 bits: positive in a signed column of eight bytes."""
    digest = _BLAKE2.copy()
    digest.update(text.encode("utf-8", "replace"))
    return int.from_bytes(digest.digest()) >> 1


def list_digests(texts: Iterable[bytes]) -> list[bytes]:
    """Return the hashes of texts in UTF-8 as bytes of eight: `hash_to_int` gives their first 63 bits."""
    copy = _BLAKE2.copy
    digests = []
    for text in texts:
        digest = copy()
        digest.update(text)
        digests.append(digest.digest())
    return digests


@cache
def _load_date_names() -> frozenset[str]:
    """Return the names of months and weekdays, as words of a headline key."""
    lines = (files(__package__) / "weekdays.txt").read_text("utf-8").splitlines()
    days = (name for line in lines if not line.startswith("#") for name in re.split("[:|/]", line)[1:])
    words = {*(normalize_headline(name) for name in list_month_names()), *(name.strip() for name in days)}
    return frozenset(word for word in words if len(word) >= MIN_LETTERS and " " not in word)

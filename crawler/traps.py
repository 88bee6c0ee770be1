"""Addresses that a site makes up for ever: what no rule of discovery knows is known by what comes of it."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"[-_+.]+")
_HEADLINE = 4  # words of a last segment from which on it is one


def pattern(url: str) -> str:
    """What an address has in common with its kind: its host, the form of its path, the names of its parameters.

    "https://a.example/calendar/2031/05/12?view=day" is of the pattern "a.example/calendar/0/0/0?view". A first folder
    stands for itself, other folders for a word or a number, the last part for a number, a word or a headline.
    """
    parts = urlsplit(url)
    folders = [segment for segment in parts.path.split("/") if segment]
    forms = [_form(segment, is_first=place == 0) for place, segment in enumerate(folders)]
    names = sorted({piece.partition("=")[0] for piece in parts.query.split("&") if piece})
    return "/".join((parts.netloc, *forms)) + ("?" + "&".join(names) if names else "")


def _form(segment: str, *, is_first: bool) -> str:
    if segment.isdigit():
        return "0"
    if sum(not word.isdigit() for word in _WORDS.split(segment) if word) >= _HEADLINE:
        return "headline"
    if is_first:
        return _DIGITS.sub("0", segment.lower())
    return "a0" if _DIGITS.search(segment) else "a"


class Traps:
    """Of one run: a pattern under which `most` pages in a row were nothing new is asked no more.

    One that gave more articles than that before is given as many pages again: a paper's own pattern is no calendar.

    In the spirit of Nutch's and Heritrix's filters of paths that repeat, but by the outcome instead of the form: a
    calendar's page of 2031 is no article, whatever its address looks like.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._barren: Counter[str] = Counter()  # in a row
        self._fruitful: Counter[str] = Counter()

    def came_of(self, url: str, *, is_barren: bool) -> None:
        """What a fetched page was: of no use, or an article."""
        kind = pattern(url)
        if is_barren:
            self._barren[kind] += 1
        else:
            self._barren.pop(kind, None)
            self._fruitful[kind] += 1

    def closed(self, url: str) -> bool:
        """Whether the address is of a pattern that leads nowhere."""
        kind = pattern(url)
        return self._most > 0 and self._barren.get(kind, 0) >= max(self._most, self._fruitful.get(kind, 0))

"""Finds traps: patterns of addresses that a site makes up without end, recognised by what their pages are."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

from scrapy.crawler import Crawler

from crawler.run.once import once_per_crawler

_DIGITS = re.compile(r"\d+")
_WORD_BREAKS = re.compile(r"[-_+.]+")
_MIN_HEADLINE_WORDS = 4  # of a path segment that is taken for a headline


def derive_pattern(url: str) -> str:
    """Return what an address shares with its kind: host, shape of the path, names of the parameters.

    "https://a.example/calendar/2031/05/12?view=day" has the pattern "a.example/calendar/0/0/0?view". The first folder
    is kept, apart from its digits. A later segment becomes "0" (a number), "headline" (four words or more), "a0" (with
    a digit) or "a".
    """
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    shapes = [_derive_shape(segment, is_first=index == 0) for index, segment in enumerate(segments)]
    names = sorted({piece.partition("=")[0] for piece in parts.query.split("&") if piece})
    return "/".join((parts.netloc, *shapes)) + ("?" + "&".join(names) if names else "")


def _derive_shape(segment: str, *, is_first: bool) -> str:
    if segment.isdigit():
        return "0"
    if sum(not word.isdigit() for word in _WORD_BREAKS.split(segment) if word) >= _MIN_HEADLINE_WORDS:
        return "headline"
    if is_first:
        return _DIGITS.sub("0", segment.lower())
    return "a0" if _DIGITS.search(segment) else "a"


class Traps:
    """The traps of one run: patterns under which BARREN_PAGES pages in a row were useless.

    A pattern that gave more articles than that is allowed as many useless pages as it gave articles, because a
    newspaper's own pattern is no calendar.

    Nutch and Heritrix filter paths that repeat themselves. This judges by outcome instead of by shape: the page of a
    calendar for 2031 is no article, whatever its address looks like.
    """

    def __init__(self, max_useless: int) -> None:
        self._max_useless = max_useless  # BARREN_PAGES; 0: no pattern is a trap
        self._useless: Counter[str] = Counter()  # by pattern, since its last article
        self._articles: Counter[str] = Counter()  # by pattern

    def record_outcome(self, url: str, *, is_useful: bool) -> None:
        """Record whether a fetched page was a new article."""
        pattern = derive_pattern(url)
        if is_useful:
            self._useless.pop(pattern, None)
            self._articles[pattern] += 1
        else:
            self._useless[pattern] += 1

    def is_closed(self, url: str) -> bool:
        """Return whether the address belongs to a trap."""
        pattern = derive_pattern(url)
        limit = max(self._max_useless, self._articles.get(pattern, 0))
        return self._max_useless > 0 and self._useless.get(pattern, 0) >= limit


def _make_traps(crawler: Crawler) -> Traps:
    return Traps(crawler.settings.getint("BARREN_PAGES"))


traps_of = once_per_crawler(_make_traps)

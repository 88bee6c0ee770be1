"""Split an address into the parts that the rules of `refusals.py` and `evidence.py` look at."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias
from urllib.parse import unquote_plus, urlsplit

from crawler.discovery import path_words

Rules: TypeAlias = "tuple[tuple[str, Callable[[Shape], bool]], ...]"  # (reason, predicate) pairs

LONG_NUMBER = re.compile(r"\d{5,}")  # longer than a year or a page number: an id

YEAR_AT_END = re.compile(r"(?<!\d)(?:19|20)\d\d$")

_EXTENSION = re.compile(r"\.([a-z][a-z0-9]{1,4})$")
_YEAR = r"(?:19[5-9]\d|20\d\d)"
_MONTH = r"(?:0?[1-9]|1[0-2]|jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = re.compile(
    rf"/(?P<y>{_YEAR})[/_.-](?P<m>{_MONTH})[/_.-](?P<d>{_DAY})(?=[/_.-]|$)"  # /2025/10/03/ /2025-10-03-
    rf"|/(?P<y6>{_YEAR})[_-](?P<m6>0[1-9]|1[0-2])[_-](?=[^\W\d])"  # 2025_10_harbour
    rf"|(?<!\d)(?P<y8>{_YEAR})(?P<m8>0[1-9]|1[0-2])(?P<d8>0[1-9]|[12]\d|3[01])(?!\d)"  # 20251003
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATED_FOLDER = re.compile(rf"/{_YEAR}(?:[/-]{_MONTH}(?:[/-]{_DAY})?)?/(?=[^/])")
_DATE_AT_END = re.compile(rf"/{_YEAR}(?:[/-]{_MONTH}(?:[/-]{_DAY})?)?/?$")
_WORD_BREAK = re.compile(r"[-_+,.~:;!'’\s]+")
# Scripts written without spaces: about two characters make a word.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Shape:
    """The parts of a canonical address, decoded, case-folded and in NFC, as `path_words.py` has its words."""

    __slots__ = ("folders", "parameters", "path", "segments", "slug", "suffix", "word_count")

    def __init__(self, url: str, subdomain: str = "") -> None:
        """Split `url`. `subdomain` counts as a folder: sport.example.org/x is read like example.org/sport/x."""
        parts = urlsplit(url)
        self.path = "".join(f"/{label}" for label in reversed(subdomain.split(".")) if label) + _normalize(parts.path)
        self.segments = [segment for segment in self.path.split("/") if segment]
        self.parameters: dict[str, str] = {}
        for piece in parts.query.split("&") if parts.query else ():
            name, _, value = piece.partition("=")
            self.parameters.setdefault(_normalize(name), _normalize(value))
        self.slug, self.suffix = _split_extension(self.segments[-1] if self.segments else "")
        self.folders = self.segments[:-1]
        if self.slug in path_words.INDEX and self.folders:  # in ".../the-headline/index.html" the folder is the slug
            self.slug, self.suffix, self.folders = self.folders[-1], "", self.folders[:-1]
        self.word_count = count_words(self.slug)

    @property
    def depth(self) -> int:
        """Number of path segments from the root to the slug."""
        return len(self.folders) + 1 if self.slug else 0

    @property
    def first(self) -> str:
        return self.segments[0] if self.segments else ""

    @property
    def parent(self) -> str:
        return self.folders[-1] if self.folders else ""

    @property
    def is_front(self) -> bool:
        return not self.parameters and (not self.slug or (not self.folders and self.slug in path_words.INDEX))

    @property
    def is_dated(self) -> bool:
        """Whether the path has a date, or a year or month as a folder, before its last words or at their beginning."""
        found = _DATE.search(self.path)
        dated = found is not None and self.path[found.end() :].strip("/") != ""
        return dated or _DATED_FOLDER.search(self.path) is not None

    @property
    def ends_in_date(self) -> bool:
        """Whether the path ends in a year, a month or a day."""
        return _DATE_AT_END.search(self.path) is not None


def _split_extension(segment: str) -> tuple[str, str]:
    found = _EXTENSION.search(segment)
    return (segment[: found.start()], found[1]) if found else (segment, "")


def _normalize(text: str) -> str:
    decoded = unquote_plus(text) if "%" in text or "+" in text else text
    return decoded.lower() if decoded.isascii() else unicodedata.normalize("NFC", decoded.casefold())


def count_words(slug: str) -> int:
    """Count the words of `slug`, without numbers; in a slug of up to four words also without joining words.

    So "food-and-drink" has two. In scripts written without spaces, two characters count as a word.
    """
    pieces = [piece for piece in _WORD_BREAK.split(slug) if piece and not piece.isdigit()]
    spaced = len(pieces) if len(pieces) >= 5 else sum(piece not in path_words.JOINING for piece in pieces)
    return spaced if slug.isascii() else max(spaced, len(_UNSPACED.findall(slug)) // 2)


def find_path_date(url: str) -> datetime | None:
    """Return the date in the path of `url` (/2025/10/03/, /2025-10-03-, /20251003) as midnight UTC, or None."""
    found = _DATE.search(urlsplit(url).path.lower())
    if found is None:
        return None
    year, month, day = (found[name] or found[f"{name}8"] for name in "ymd")
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3]) + 1
    try:
        return datetime(int(year), number, int(day), tzinfo=UTC)
    except ValueError:  # the 31st of February
        return None

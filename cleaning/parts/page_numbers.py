"""Read the number of a part of an article out of its address.

An address can be read in several ways: "/story-2.html" is the second part of "/story.html", or a story of its own.
Each reading has a key, which all parts of one article share; links and headlines decide which reading is right.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

MAX_NUMBER = 300  # no article has more pages; a larger number is an id or a year


class PartForm(StrEnum):
    """Where an address has the number of its part."""

    PLAIN = "plain"  # nowhere: a first page
    QUERY = "query"  # ?page=2
    WORD = "word"  # /page/2, /page-2
    PATH = "path"  # /2
    ENDING = "ending"  # -2.html, -2
    WHOLE = "whole"  # the article on one page


class PartAddress(NamedTuple):
    """One reading of an address. `key` is the same for all parts of an article; `number` is 0 for the whole article."""

    key: str
    number: int
    form: PartForm


_WORDS = "page|pag|p|pg|seite|pagina|página|strona|sida|side|sivu|oldal|stran|strana|sayfa|halaman|trang|страница"
_PARAMETERS = frozenset(
    """
    page p pg pag pageno page_no pagenum page_num pagenumber page_number pagenr currentpage current_page paged pn
    seite pagina página strona sida side sivu oldal stran strana sayfa halaman trang pagewanted artpage
    """.split()  # noqa: SIM905 -- thirty quoted words read worse
)
_WHOLE_VALUES = frozenset(
    """
    all alles alle full single one complete tout toutes tous todo todas tutte tutto
    """.split()  # noqa: SIM905 -- as above
)
_VIEW_PARAMETERS = frozenset(("view", "mode", "show", "display", "layout", "format"))
_WHOLE_PARAMETERS = frozenset(
    """
    viewall view_all view-all showall show_all showfullarticle fullpage full_page fullarticle singlepage single_page
    onepage one_page allpages all_pages printpagedarticle completo
    """.split()  # noqa: SIM905 -- as above
)
_WHOLE_SEGMENTS = frozenset(
    """
    all full single single-page single_page singlepage one-page onepage view-all viewall show-all fullpage full-page
    komplettansicht alles auf-einer-seite complete integral integrale completo todo
    """.split()  # noqa: SIM905 -- as above
)
_NO = frozenset(("", "0", "false", "no", "off"))
_NUMBER = re.compile(r"[1-9]\d{0,2}")
_WORD_SEGMENT = re.compile(rf"(?:{_WORDS})[-_]?([1-9]\d{{0,2}})", re.IGNORECASE)
_WORD_ALONE = re.compile(rf"(?:{_WORDS})", re.IGNORECASE)
_SUFFIX = re.compile(r"\.(?:s?html?|php\d?|aspx?|jsp|cfm|do)$", re.IGNORECASE)
_ENDING = re.compile(rf"(?<=[^\W_])[-_.,](?:(?:{_WORDS})[-_]?)?([1-9]\d{{0,2}})$", re.IGNORECASE)
_WHOLE_ENDING = re.compile(r"[-_.](?:all|single|full|alles|singlepage|komplett)$", re.IGNORECASE)
_INDEX = re.compile(r"(?:index|default)(?:\.\w{2,5})?", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_]")


def read_part_addresses(url: str) -> list[PartAddress]:
    """Return every reading of a canonical URL, that as a first page first."""
    parts = urlsplit(url)
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    if len(segments) > 1 and _INDEX.fullmatch(segments[-1]):
        segments = segments[:-1]
    pieces = parts.query.split("&") if parts.query else []
    readings = [PartAddress(_make_key(parts, segments, pieces), 1, PartForm.PLAIN)]
    readings += _read_query(parts, segments, pieces)
    if segments:
        readings += _read_path(parts, segments, pieces)
    return readings


def find_part_number(url: str, first: str) -> int:
    """Return the number of a page within the article with this first page; 0 where its address does not say."""
    keys = {reading.key for reading in read_part_addresses(first) if reading.number == 1}
    return next((reading.number for reading in read_part_addresses(url) if reading.key in keys), 0)


def _read_query(parts: SplitResult, segments: list[str], pieces: list[str]) -> list[PartAddress]:
    if not segments and len(pieces) < 2:
        return []  # "/?page=2" is a page of the front page
    found = []
    for piece in pieces:
        name, _, value = unquote(piece).lower().partition("=")
        key = _make_key(parts, segments, [other for other in pieces if other != piece])
        if name in _PARAMETERS and _NUMBER.fullmatch(value) and int(value) <= MAX_NUMBER:
            found.append(PartAddress(key, int(value), PartForm.QUERY))
        elif (name in _PARAMETERS | _VIEW_PARAMETERS and value in _WHOLE_VALUES) or (
            name in _WHOLE_PARAMETERS and value not in _NO
        ):
            found.append(PartAddress(key, 0, PartForm.WHOLE))
    return found


def _read_path(parts: SplitResult, segments: list[str], pieces: list[str]) -> list[PartAddress]:
    *folders, last = segments
    found = []
    slug = _SUFFIX.sub("", last)
    if folders and is_slug(folders[-1]):
        key = _make_key(parts, folders, pieces)
        if match := _WORD_SEGMENT.fullmatch(slug):
            found.append(PartAddress(key, int(match[1]), PartForm.WORD))
        elif _NUMBER.fullmatch(slug):
            found.append(PartAddress(key, int(slug), PartForm.PATH))
        elif slug.lower() in _WHOLE_SEGMENTS:
            found.append(PartAddress(key, 0, PartForm.WHOLE))
    if len(folders) > 1 and _NUMBER.fullmatch(slug) and _WORD_ALONE.fullmatch(folders[-1]) and is_slug(folders[-2]):
        found.append(PartAddress(_make_key(parts, folders[:-1], pieces), int(slug), PartForm.WORD))
    if (match := _ENDING.search(slug)) and is_slug(last):
        found.append(
            PartAddress(_make_key(parts, [*folders, slug[: match.start()]], pieces), int(match[1]), PartForm.ENDING)
        )
    elif match := _WHOLE_ENDING.search(slug):
        found.append(PartAddress(_make_key(parts, [*folders, slug[: match.start()]], pieces), 0, PartForm.WHOLE))
    return [one for one in found if one.number <= MAX_NUMBER]


def is_slug(segment: str) -> bool:
    """Return whether a path segment can name an article: two words, a long number, or a file; not "news" or "2026"."""
    slug = _SUFFIX.sub("", segment)
    words = [word for word in re.split(r"[\W_]+", slug) if _NAME.search(word)]
    long_number = re.search(r"\d{5}", slug) is not None
    return len(words) > 1 or long_number or (bool(words) and slug != segment) or (bool(slug) and not slug.isascii())


def _make_key(parts: SplitResult, segments: list[str], pieces: list[str]) -> str:
    """Return what the addresses of all parts share: the host, the path without its suffix, and the other parameters."""
    path = "/".join([*segments[:-1], _SUFFIX.sub("", segments[-1])]) if segments else ""
    return f"{parts.netloc.removeprefix('www.')}/{path}?{'&'.join(pieces)}"

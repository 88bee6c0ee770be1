"""The rules that recognise the address of an article: a mere link counts as an article only if one of them matches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.discovery import path_words
from crawler.discovery.address_parts import LONG_NUMBER, YEAR_AT_END, count_words

if TYPE_CHECKING:
    from crawler.discovery.address_parts import Rules, Shape

_NUMBER = re.compile(r"(?!(?:19|20)\d\d$)\d{3,}")  # but not a year
_ID_TOKEN = re.compile(r"(?=.*(?:[a-z]\d+[a-z]|\d[a-z]+\d))[0-9a-z]{8,}")  # an id: letters and digits alternate
_WORD_BREAK = re.compile(r"[-_,.]")
_PAGE_SUFFIX = re.compile(r"[xs]?html?|html5|php\d?|aspx?|jspx?|cfm|stm|do|ece|ars")
_NUMBERED_WORD = re.compile(r"[a-z]{2,12}[-_]?\d{3,}")  # news089, art758
_LISTING_PARAMETERS = frozenset(("cat", "catid", "category", "tag", "tags", "author", "section", "sort", "order"))
_LISTING_ID = re.compile(
    r"(?:cat|category|channel|section|topic|tag|author|user|member|menu|forum|rubri[ck]|ressort|zone|dept|series)[-_]?id"
)
_JOURNAL = frozenset(("blog", "blogs", "weblog", "post", "posts", "articles", "entries"))  # below them a name is rare
_MIN_LONG_LETTERS = 20  # of two words; two names of sections together are rarely as long
_ID_PARAMETER = re.compile(
    r"p|n|no|nr|id\w{0,10}|\w{0,10}id"
    r"|(?:art(?:icle|ikel|igo|icolo)?|news|stor[yi]|doc|text|pub|post|node|item|content|entry)(?:no|nr|num)?"
)


def _has_id_parameter(shape: Shape) -> bool:
    return any(
        LONG_NUMBER.fullmatch(value) or (_ID_PARAMETER.fullmatch(name) and value[-2:].isdigit())
        for name, value in shape.parameters.items()
        if name not in _LISTING_PARAMETERS and not _LISTING_ID.fullmatch(name)
    )


def _is_in_list(shape: Shape) -> bool:
    return shape.parent in path_words.CATEGORY or not _LISTING_PARAMETERS.isdisjoint(shape.parameters)


def _has_number(shape: Shape) -> bool:
    named = _NUMBER.fullmatch(shape.slug) or _NUMBER.fullmatch(shape.parent) or _is_numbered_word(shape.slug)
    if named or LONG_NUMBER.search(shape.slug) or LONG_NUMBER.search(shape.parent):
        return not _is_in_list(shape)
    return False


def _is_numbered_word(slug: str) -> bool:
    """news089, but not year2025 or archive2024."""
    return _NUMBERED_WORD.fullmatch(slug) is not None and YEAR_AT_END.search(slug) is None


def _has_token(shape: Shape) -> bool:
    return not _is_in_list(shape) and any(_ID_TOKEN.fullmatch(piece) for piece in _WORD_BREAK.split(shape.slug))


def _has_headline(shape: Shape) -> bool:
    """A slug needs three words, or two long ones, or two and a number: sections have two ("us-news", "food-and-drink").

    A section of three words is told from an article by the menu that it is linked in.
    """
    if _is_in_list(shape):
        return False
    if shape.word_count >= 3 or (shape.word_count == 2 and _has_weight(shape)):
        return True
    if count_words(shape.parent) >= 5:  # the headline as a folder: /the-long-headline/2/, /the-long-headline/view
        return True
    return shape.depth > 1 and shape.word_count == 2 and _PAGE_SUFFIX.fullmatch(shape.suffix) is not None


def _has_weight(shape: Shape) -> bool:
    letters = sum(map(str.isalpha, shape.slug))
    has_number = any(map(str.isdigit, shape.slug))
    return letters >= _MIN_LONG_LETTERS or has_number or shape.parent in _JOURNAL


EVIDENCE: Rules = (
    ("number", _has_id_parameter),
    ("date", lambda shape: shape.is_dated and not _is_in_list(shape)),
    ("number", _has_number),
    ("token", _has_token),
    ("headline", _has_headline),
    ("folder", lambda shape: shape.parent in path_words.ARTICLE and not _is_in_list(shape)),
)


def may_be_headline(shape: Shape) -> bool:
    """Return whether an address that is linked as a headline may be that of an article: it names no category."""
    return not _is_in_list(shape) and path_words.CATEGORY.isdisjoint(shape.folders)


def is_film_story(shape: Shape) -> bool:
    """Return whether the address is that of a film with a headline in it: it may have an article beside it."""
    return shape.word_count >= 4 and not path_words.FILM.isdisjoint(shape.folders)


def may_be_section(shape: Shape) -> bool:
    """Return whether the path is short and of plain words, like the links of a menu."""
    if shape.parameters or shape.depth > 3 or (shape.suffix and not _PAGE_SUFFIX.fullmatch(shape.suffix)):
        return False
    return not any(segment.isdigit() for segment in shape.segments)

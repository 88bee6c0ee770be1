"""The rules that recognise the address of an article: a mere link counts as an article only if one of them matches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.discovery import path_words
from crawler.discovery.address_parts import LONG_NUMBER, count_words

if TYPE_CHECKING:
    from crawler.discovery.address_parts import Rules, Shape

_NUMBER = re.compile(r"(?!(?:19|20)\d\d$)\d{3,}")  # but not a year
_ID_TOKEN = re.compile(r"(?=.*(?:[a-z]\d+[a-z]|\d[a-z]+\d))[0-9a-z]{8,}")  # an id: letters and digits alternate
_WORD_BREAK = re.compile(r"[-_,.]")
_PAGE_SUFFIX = re.compile(r"[xs]?html?|html5|php\d?|aspx?|jspx?|cfm|stm|do|ece|ars")
_LISTING_PARAMETERS = frozenset(("cat", "catid", "category", "tag", "tags", "author", "section", "sort", "order"))
_ID_PARAMETER = re.compile(
    r"p|n|no|nr|id\w{0,10}|\w{0,10}id"
    r"|(?:art(?:icle|ikel|igo|icolo)?|news|stor[yi]|doc|text|pub|post|node|item|content|entry)(?:no|nr|num)?"
)


def _has_id_parameter(shape: Shape) -> bool:
    return any(
        LONG_NUMBER.fullmatch(value) or (_ID_PARAMETER.fullmatch(name) and value[-2:].isdigit())
        for name, value in shape.parameters.items()
        if name not in _LISTING_PARAMETERS
    )


def _is_in_list(shape: Shape) -> bool:
    return shape.parent in path_words.CATEGORY or not _LISTING_PARAMETERS.isdisjoint(shape.parameters)


def _has_number(shape: Shape) -> bool:
    if LONG_NUMBER.search(shape.slug) or LONG_NUMBER.search(shape.parent) or _NUMBER.fullmatch(shape.slug):
        return not _is_in_list(shape)
    return False


def _has_token(shape: Shape) -> bool:
    return not _is_in_list(shape) and any(_ID_TOKEN.fullmatch(piece) for piece in _WORD_BREAK.split(shape.slug))


def _has_headline(shape: Shape) -> bool:
    """At the root a slug needs four words, deeper three: sections have two to three ("us-news", "food-and-drink")."""
    if _is_in_list(shape):
        return False
    if shape.word_count >= (4 if shape.depth == 1 else 3):
        return True
    if count_words(shape.parent) >= 5:  # the headline as a folder: /the-long-headline/2/, /the-long-headline/view
        return True
    return shape.depth > 1 and shape.word_count == 2 and _PAGE_SUFFIX.fullmatch(shape.suffix) is not None


EVIDENCE: Rules = (
    ("number", _has_id_parameter),
    ("date", lambda shape: shape.is_dated and not _is_in_list(shape)),
    ("number", _has_number),
    ("token", _has_token),
    ("headline", _has_headline),
    ("folder", lambda shape: shape.parent in path_words.ARTICLE and not _is_in_list(shape)),
)


def may_be_section(shape: Shape) -> bool:
    """Return whether the path is short and of plain words, like the links of a menu."""
    if shape.parameters or shape.depth > 3 or (shape.suffix and not _PAGE_SUFFIX.fullmatch(shape.suffix)):
        return False
    return not any(segment.isdigit() for segment in shape.segments)

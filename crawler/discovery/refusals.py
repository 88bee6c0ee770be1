"""The rules that refuse an address, each with the reason that is counted. They look at nothing but the address."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.discovery import path_words
from crawler.discovery.address_parts import LONG_NUMBER, count_words

if TYPE_CHECKING:
    from crawler.discovery.address_parts import Rules, Shape

MAX_CHARACTERS = 500  # decoded characters of path and values; the longest headline in an address is about 300
MAX_SEGMENTS = 20  # segments; the default scope of Heritrix has the same bound
MAX_PARAMETERS = 8

_FILE = re.compile(
    r"jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|heic|mp[34]|m4[av]|webm|mov|avi|wmv|flv|og[gv]|wav|aac|m3u8?|pls"
    r"|pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|epub|mobi|csv|zip|gz|tgz|bz2|xz|rar|7z|tar|exe|dmg|apk|iso|jar|swf"
    r"|css|m?js|map|json|xml|rss|atom|rdf|txt|ics|vcf|woff2?|ttf|eot|otf"
)
_NUMBERED_PAGE = re.compile(r"(?:page|seite|pagina|pag|strona|p)[-_]?\d{1,4}")
_PAGE_PARAMETERS = ("page", "paged", "pg", "pagina", "seite", "start", "offset")
_CALENDAR_PARAMETERS = frozenset(("date", "day", "month", "year", "cal", "calendar", "week", "tribe-bar-date", "m"))
_SEARCH_PARAMETERS = frozenset(("q", "query", "search", "suche", "keywords", "searchterm"))
_TWIN_PARAMETERS = frozenset(("amp", "print", "printable", "outputtype"))
_ACTION_PARAMETERS = frozenset(("replytocom", "share", "feed", "add-to-cart", "_wpnonce"))
_COMMENT_PARAMETERS = frozenset(("commentid", "commentssort", "showcomment", "comment_id", "comment"))
_ARCHIVE_PAGE = re.compile(r"(?:\d+[-_]){1,3}archive")  # /2012_01_01_archive.html
_TOOL = re.compile(
    r"(?:report|e?mail|print|send|share|tell)[-_]?(?:abuse|article|story|this|page|post|friend|link)\w{0,12}"
)


# Traps: broken relative links and endless generators make such addresses, newsrooms do not.


def _is_long(shape: Shape) -> bool:
    return len(shape.path) + sum(map(len, shape.parameters.values())) > MAX_CHARACTERS


def _is_deep(shape: Shape) -> bool:
    return len(shape.segments) > MAX_SEGMENTS


def _has_many_parameters(shape: Shape) -> bool:
    return len(shape.parameters) > MAX_PARAMETERS


def _has_repeated_segments(shape: Shape) -> bool:
    """/news/sport/news/sport/, /a/a/a/. Numbers may repeat: /2011/11/11/11/."""
    named = [segment for segment in shape.segments if not segment.isdigit()]
    steps = list(pairwise(named))
    return len(set(steps)) < len(steps) or any(named.count(segment) > 2 for segment in named)


TRAPS: Rules = (
    ("trap-long", _is_long),
    ("trap-deep", _is_deep),
    ("trap-parameters", _has_many_parameters),
    ("trap-repeated", _has_repeated_segments),
)


# Never an article, even if a feed or a sitemap lists it. An address with parameters ("/?p=123", "/search.php?story=5")
# says too little to be sure, and so does a word deep in a path.


def _is_feed(shape: Shape) -> bool:
    return shape.slug in path_words.FEED and (not shape.parameters or _is_file(shape))


def _is_file(shape: Shape) -> bool:
    return _FILE.fullmatch(shape.suffix) is not None


def _is_technical(shape: Shape) -> bool:
    return not path_words.TECHNICAL.isdisjoint(shape.segments)


def _is_action(shape: Shape) -> bool:
    return not _ACTION_PARAMETERS.isdisjoint(shape.parameters)


def _is_search(shape: Shape) -> bool:
    return not shape.parameters and shape.first in path_words.SEARCH and shape.depth <= 3


def _is_account(shape: Shape) -> bool:
    return _is_at_top(shape) and shape.slug in path_words.ACCOUNT


def _is_legal(shape: Shape) -> bool:
    return _is_at_top(shape) and shape.slug in path_words.LEGAL


def _is_at_top(shape: Shape) -> bool:
    """/contact, /en/contact"""
    return not shape.parameters and (shape.depth == 1 or (shape.depth == 2 and len(shape.parent) == 2))


def _is_bare_date(shape: Shape) -> bool:
    return not shape.parameters and shape.ends_in_date and shape.path.replace("/", "").isdigit()


def _is_in(folder: frozenset[str], shape: Shape) -> bool:
    """/tag/elections; but not /tag/47110 or /author/why-a-poet-gave-up-writing."""
    return (
        not shape.parameters and shape.parent in folder and shape.word_count < 5 and not LONG_NUMBER.search(shape.slug)
    )


NEVER_ARTICLE: Rules = (
    ("feed", _is_feed),
    ("file", _is_file),
    ("technical", _is_technical),
    ("action", _is_action),
    ("search", _is_search),
    ("account", _is_account),
    ("legal", _is_legal),
    ("calendar", _is_bare_date),
    ("tag", lambda shape: _is_in(path_words.TAG, shape)),
    ("author", lambda shape: _is_in(path_words.AUTHOR, shape)),
)


# Refused only as a mere link: lists, doubles, and pages without text. This loses some articles, which feeds list.


def _is_twin(shape: Shape) -> bool:
    ends = (shape.first, shape.slug, shape.suffix)
    return not _TWIN_PARAMETERS.isdisjoint(shape.parameters) or not path_words.TWIN.isdisjoint(ends)


def _is_numbered_page(shape: Shape) -> bool:
    if any(shape.parameters.get(name, "").isdigit() for name in _PAGE_PARAMETERS):
        return True
    return _NUMBERED_PAGE.fullmatch(shape.slug) is not None or (
        shape.parent in path_words.PAGE and shape.slug.isdigit()
    )


def _may_be_search(shape: Shape) -> bool:
    return shape.slug in path_words.SEARCH or not _SEARCH_PARAMETERS.isdisjoint(shape.parameters)


def _may_be_calendar(shape: Shape) -> bool:
    if not _CALENDAR_PARAMETERS.isdisjoint(shape.parameters) or _ARCHIVE_PAGE.fullmatch(shape.slug):
        return True
    if shape.parent in path_words.ARCHIVE and shape.slug.isdigit() and len(shape.slug) <= 6:
        return True  # /archive/1505.html
    named = next((segment for segment in reversed(shape.segments) if not segment[0].isdigit()), "")
    return shape.ends_in_date and count_words(named) < 4  # /archive/2025/10/; but /the-long-headline/2025/10/03


def _is_comments(shape: Shape) -> bool:
    if not _COMMENT_PARAMETERS.isdisjoint(shape.parameters):
        return True
    return shape.slug in path_words.COMMENTS or shape.parent in path_words.COMMENTS


def _is_show(shape: Shape) -> bool:
    return not path_words.SHOW.isdisjoint(shape.segments)


def _may_be_list_of(folders: frozenset[str], shape: Shape) -> bool:
    if max(shape.word_count, count_words(shape.parent)) >= 4:
        return False
    if shape.slug in folders or shape.parent in folders:
        return True
    return not LONG_NUMBER.search(shape.slug) and not folders.isdisjoint(shape.folders[-2:])


RARELY_ARTICLE: Rules = (
    ("twin", _is_twin),
    ("comments", _is_comments),
    ("tool", lambda shape: _TOOL.fullmatch(shape.slug) is not None),
    ("pagination", _is_numbered_page),
    ("search", _may_be_search),
    ("calendar", _may_be_calendar),
    ("show", _is_show),
    ("account", lambda shape: shape.slug in path_words.ACCOUNT or shape.first in path_words.ACCOUNT),
    ("legal", lambda shape: shape.slug in path_words.LEGAL or shape.first in path_words.LEGAL),
    ("tag", lambda shape: _may_be_list_of(path_words.TAG, shape)),
    ("author", lambda shape: _may_be_list_of(path_words.AUTHOR, shape)),
    ("topic", lambda shape: _may_be_list_of(path_words.TOPIC, shape)),
)

"""Read feeds: RSS 0.9 to 2.0, Atom 0.3 and 1.0, JSON Feed (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
import math
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from cleaning.page.charset import recode_xml
from crawler.discovery.dates import latest_time, parse_time
from crawler.discovery.documents import DocumentKind, Entry, ParsedDocument, detect_kind, sort_newest_first
from crawler.discovery.entry_links import find_entry_links, find_relative
from crawler.discovery.headlines import tidy_headline
from crawler.discovery.markup import get_local_name, get_whole_text, iter_elements

if TYPE_CHECKING:
    from datetime import datetime

    from lxml import etree

MAX_ENTRIES = 1_000  # of a feed, the newest
MAX_ENTRIES_READ = 10_000  # entries of a feed among which the newest are sought
_MAX_FIELDS = 50  # of an entry in which its dates are sought

_DATES = frozenset(("pubdate", "date", "updated", "published", "modified", "issued", "created", "lastmod"))
_LANGUAGE = re.compile(
    rb"""<(?:dc:)?language>\s*(?:<!\[CDATA\[)?\s*([a-z]{2})\b|<feed\b[^>]{0,500}xml:lang=["']([a-z]{2})\b""",
    re.IGNORECASE,
)
_HEAD = 1 << 16  # bytes of a feed in which it names its language


def read_feed(
    body: bytes, url: str, *, content_type: str = "", home: str = "", language: str | None = None
) -> ParsedDocument:
    """Return the entries of a feed, or none and the problem "bad-feed" if `body` is no feed. Never raises or fetches.

    `url` is the address of the feed, to which its links may be relative, and `content_type` its header. `home` and
    `language` are those of the site. A feed without any entry has the problem "empty-feed".
    """
    kind = detect_kind(body)
    content = recode_xml(body, content_type)
    if kind is DocumentKind.JSON_FEED:
        entries = _read_json(content)
    elif kind is DocumentKind.FEED:
        entries = _read_xml(content, url, home, language or _find_language(content))
    else:
        entries = None
    if entries is None:
        return ParsedDocument(problem="bad-feed")
    ordered = sort_newest_first(entries)
    problem = None if entries else "empty-feed"
    return ParsedDocument(ordered[:MAX_ENTRIES], left_out=max(0, len(ordered) - MAX_ENTRIES), problem=problem)


def _read_json(body: bytes) -> list[Entry] | None:
    try:
        document = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return None
    entries = []
    for item in items[:MAX_ENTRIES_READ]:
        if not isinstance(item, dict):
            continue
        link = find_relative(item.get(key) for key in ("url", "id", "external_url"))
        if link is not None:
            others = [
                one for key in ("id", "external_url") if (one := find_relative([item.get(key)])) not in (None, link)
            ]
            times = (_parse_json_time(item.get(key)) for key in ("date_modified", "date_published"))
            title = item.get("title")
            headline = tidy_headline(title) if isinstance(title, str) else None
            entries.append(
                Entry(link, latest_time(*times), headline, tuple(one for one in others if one and one != link))
            )
    return entries


def _parse_json_time(value: Any) -> datetime | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return parse_time(f"{value:.0f}" if is_number else value if isinstance(value, str) else None)


def _read_xml(body: bytes, url: str, home: str, language: str | None) -> list[Entry]:
    entries = []
    for element in islice(iter_elements(body, "item", "entry"), MAX_ENTRIES_READ):
        links = find_entry_links(element, url, home)
        if links:
            times = (parse_time(date.text, language) for date in islice(filter(_is_date, element), _MAX_FIELDS))
            entries.append(Entry(links[0], latest_time(*times), _find_title(element), tuple(links[1:])))
    return entries


def _find_title(element: etree._Element) -> str | None:
    # In the namespace of the entry: <media:title> is the caption of a picture.
    title = element.find(element.tag.removesuffix(get_local_name(element)) + "title")
    return tidy_headline(get_whole_text(title)) if title is not None else None


def _is_date(field: etree._Element) -> bool:
    return get_local_name(field).lower() in _DATES


def _find_language(body: bytes) -> str | None:
    found = _LANGUAGE.search(body[:_HEAD])
    return (found[1] or found[2]).decode("ascii") if found else None

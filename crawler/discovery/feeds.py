"""Reads feeds: RSS 0.9 to 2.0, Atom (feedparser) and JSON Feed (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import calendar
import json
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

import feedparser
from lxml import etree

from crawler.discovery.documents import (
    DocumentKind,
    Entry,
    Reading,
    believed,
    kind_of,
    latest,
    newest_first,
    parsed_time,
)
from crawler.discovery.headlines import stated_headline
from crawler.discovery.markup import elements, local_name, whole_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from time import struct_time

MOST_ENTRIES = 1_000  # of a feed: the newest
MOST_READ = 10_000  # entries that are looked at to find them
_LONGEST = 10_000  # characters of a link or a date

_ATOM = "http://www.w3.org/2005/Atom"
# What of an entry says where and when. Texts are left out before feedparser sees them, and titles are plain by then:
# they are most of the bytes, and its time grows with every element in them (50,000 open <a> took a second).
_KEPT = frozenset(
    ("link", "guid", "id", "origlink", "pubdate", "date", "updated", "published", "modified", "issued", "created")
)
_MOST_FIELDS = 50  # of them in one entry


def read_feed(body: bytes, url: str) -> Reading:
    """What a feed lists; nothing, with the problem "bad-feed", where it is none. Never raises, never fetches.

    `url` is where the feed is from; links in it may be relative to that.
    """
    kind = kind_of(body)
    if kind is DocumentKind.JSON_FEED:
        entries = _read_json(body)
    elif kind is DocumentKind.FEED:
        entries = _read_xml(body, url)
    else:
        entries = None
    if entries is None:
        return Reading(problem="bad-feed")
    ordered = newest_first(entries)
    return Reading(ordered[:MOST_ENTRIES], left_out=max(0, len(ordered) - MOST_ENTRIES))


def _read_json(body: bytes) -> list[Entry] | None:
    try:
        document = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return None
    entries = []
    for item in items[:MOST_READ]:
        if not isinstance(item, dict):
            continue
        link = next((item[key] for key in ("url", "id") if _is_link(item.get(key))), None)
        if link is not None:
            times = (item.get(key) for key in ("date_modified", "date_published"))
            changed_at = latest(*(parsed_time(time) for time in times if isinstance(time, str)))
            title = item.get("title")
            entries.append(Entry(link, changed_at, stated_headline(title) if isinstance(title, str) else None))
    return entries


def _is_link(value: object) -> bool:
    return isinstance(value, str) and value.strip().startswith(("http://", "https://", "/"))


def _read_xml(body: bytes, url: str) -> list[Entry]:
    # BytesIO, never bytes: feedparser takes bytes for the name of a file first and opens it.
    parsed = feedparser.parse(
        BytesIO(_outline(body)),
        response_headers={"content-location": url},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    entries = []
    for item in parsed.entries:
        link = _link(item)
        if link is not None:
            changed_at = latest(_time(item, "updated_parsed"), _time(item, "published_parsed"))
            entries.append(Entry(link, changed_at, item.get("title") or None))
    return entries


def _outline(body: bytes) -> bytes:
    """The feed again with nothing but the links, dates and plain titles of its entries, well-formed."""
    outline = etree.Element(f"{{{_ATOM}}}feed")
    root: etree._Element = outline
    for element in islice(elements(body, "item", "entry"), MOST_READ):
        if local_name(element) == "item" and root is outline:
            outline = etree.Element("rss", version="2.0")
            root = etree.SubElement(outline, "channel")
        entry = etree.SubElement(root, element.tag)
        if element.base:
            entry.set("{http://www.w3.org/XML/1998/namespace}base", element.base)
        for field in islice(filter(_is_kept, element), _MOST_FIELDS):
            etree.SubElement(entry, field.tag, field.attrib).text = field.text
        # Of the entry's own kind: <media:title> is the caption of a picture.
        if (title := element.find(element.tag.removesuffix(local_name(element)) + "title")) is not None:
            etree.SubElement(entry, title.tag).text = stated_headline(whole_text(title))
    return bytes(etree.tostring(outline))


def _is_kept(field: etree._Element) -> bool:
    name, text = local_name(field).lower(), field.text or ""
    if name in ("guid", "id") and not _is_link(text):
        return False  # a number, which feedparser would take for a relative address
    return name in _KEPT and len(text) < _LONGEST


def _link(item: Mapping[str, Any]) -> str | None:
    # FeedBurner's own links count readers and lead to the article; origLink is the article.
    link = item.get("feedburner_origlink") or item.get("link")
    if not link and item.get("guidislink", True) and _is_link(item.get("id")):
        link = item["id"]
    return link if isinstance(link, str) and link.strip() else None


def _time(item: Mapping[str, Any], key: str) -> datetime | None:
    # `in` first: get() would answer for a missing update with the time of publication, and a warning.
    parsed: struct_time | None = item[key] if key in item else None  # noqa: SIM401 - see above
    if parsed is None:
        return None
    try:
        return believed(datetime.fromtimestamp(calendar.timegm(parsed), tz=UTC))
    except (ValueError, OverflowError, OSError):
        return None

"""Read feeds: RSS 0.9 to 2.0, Atom (feedparser) and JSON Feed (https://www.jsonfeed.org/version/1.1/)."""

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
    ParsedDocument,
    detect_kind,
    latest_time,
    parse_time,
    sort_newest_first,
    to_plausible_utc,
)
from crawler.discovery.headlines import tidy_headline
from crawler.discovery.markup import get_local_name, get_whole_text, iter_elements

if TYPE_CHECKING:
    from collections.abc import Mapping
    from time import struct_time

MAX_ENTRIES = 1_000  # of a feed, the newest
MAX_ENTRIES_READ = 10_000  # entries of a feed among which the newest are sought
_MAX_CHARACTERS = 10_000  # characters of a link or a date

_ATOM = "http://www.w3.org/2005/Atom"
# The fields of an entry that give its address and dates. Texts are removed and titles made plain before feedparser sees
# them: they are most of the bytes, and its time grows with every element in them (50,000 open <a> took a second).
_KEPT_FIELDS = frozenset(
    ("link", "guid", "id", "origlink", "pubdate", "date", "updated", "published", "modified", "issued", "created")
)
_MAX_FIELDS = 50  # in one entry


def read_feed(body: bytes, url: str) -> ParsedDocument:
    """Return the entries of a feed, or none and the problem "bad-feed" if `body` is no feed. Never raises or fetches.

    `url` is the address of the feed, to which its links may be relative.
    """
    kind = detect_kind(body)
    if kind is DocumentKind.JSON_FEED:
        entries = _read_json(body)
    elif kind is DocumentKind.FEED:
        entries = _read_xml(body, url)
    else:
        entries = None
    if entries is None:
        return ParsedDocument(problem="bad-feed")
    ordered = sort_newest_first(entries)
    return ParsedDocument(ordered[:MAX_ENTRIES], left_out=max(0, len(ordered) - MAX_ENTRIES))


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
        link = next((item[key] for key in ("url", "id") if _is_link(item.get(key))), None)
        if link is not None:
            times = (item.get(key) for key in ("date_modified", "date_published"))
            changed_at = latest_time(*(parse_time(time) for time in times if isinstance(time, str)))
            title = item.get("title")
            entries.append(Entry(link, changed_at, tidy_headline(title) if isinstance(title, str) else None))
    return entries


def _is_link(value: object) -> bool:
    return isinstance(value, str) and value.strip().startswith(("http://", "https://", "/"))


def _read_xml(body: bytes, url: str) -> list[Entry]:
    # BytesIO, not bytes: feedparser would take bytes for the name of a file and open it.
    parsed = feedparser.parse(
        BytesIO(_reduce_feed(body)),
        response_headers={"content-location": url},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    entries = []
    for item in parsed.entries:
        link = _find_link(item)
        if link is not None:
            changed_at = latest_time(_find_time(item, "updated_parsed"), _find_time(item, "published_parsed"))
            entries.append(Entry(link, changed_at, item.get("title") or None))
    return entries


def _reduce_feed(body: bytes) -> bytes:
    """Return a well-formed feed with only the links, dates and plain titles of the entries."""
    outline = etree.Element(f"{{{_ATOM}}}feed")
    root: etree._Element = outline
    for element in islice(iter_elements(body, "item", "entry"), MAX_ENTRIES_READ):
        if get_local_name(element) == "item" and root is outline:
            outline = etree.Element("rss", version="2.0")
            root = etree.SubElement(outline, "channel")
        entry = etree.SubElement(root, element.tag)
        if element.base:
            entry.set("{http://www.w3.org/XML/1998/namespace}base", element.base)
        for field in islice(filter(_is_kept, element), _MAX_FIELDS):
            etree.SubElement(entry, field.tag, field.attrib).text = field.text
        # In the namespace of the entry: <media:title> is the caption of a picture.
        if (title := element.find(element.tag.removesuffix(get_local_name(element)) + "title")) is not None:
            etree.SubElement(entry, title.tag).text = tidy_headline(get_whole_text(title))
    return bytes(etree.tostring(outline))


def _is_kept(field: etree._Element) -> bool:
    name, text = get_local_name(field).lower(), field.text or ""
    if name in ("guid", "id") and not _is_link(text):
        return False  # often a number, which feedparser would take for a relative address
    return name in _KEPT_FIELDS and len(text) < _MAX_CHARACTERS


def _find_link(item: Mapping[str, Any]) -> str | None:
    # FeedBurner's own links count readers and lead to the article; origLink is the article.
    link = item.get("feedburner_origlink") or item.get("link")
    if not link and item.get("guidislink", True) and _is_link(item.get("id")):
        link = item["id"]
    return link if isinstance(link, str) and link.strip() else None


def _find_time(item: Mapping[str, Any], key: str) -> datetime | None:
    # `in` first: for a missing update, get() would return the time of publication and warn.
    parsed: struct_time | None = item[key] if key in item else None  # noqa: SIM401 - see above
    if parsed is None:
        return None
    try:
        return to_plausible_utc(datetime.fromtimestamp(calendar.timegm(parsed), tz=UTC))
    except (ValueError, OverflowError, OSError):
        return None

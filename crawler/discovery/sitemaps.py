"""Read sitemaps: index, urlset, Google News, plain text. Protocol: https://www.sitemaps.org/protocol.html"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from crawler.discovery.documents import (
    DocumentKind,
    Entry,
    ParsedDocument,
    detect_kind,
    latest_time,
    parse_time,
    sort_newest_first,
)
from crawler.discovery.headlines import tidy_headline
from crawler.discovery.markup import get_child_text, get_local_name, get_whole_text, iter_elements

if TYPE_CHECKING:
    from lxml import etree

MAX_ENTRIES = 50_000  # the protocol's limit for one file
MAX_CHILDREN = 50  # of an index, the newest
_GOOGLE_NEWS = "schemas/sitemap-news/"

_PERIOD = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_/]?(0[1-9]|1[0-2])(?!\d))?(?:[-_/]?(0[1-9]|[12]\d|3[01])(?!\d))?")
# Children that list no articles, or list them a second time, come last.
_SECONDARY = re.compile(
    r"(?:^|[-_./=])(?:images?|videos?|media|gallery|(?:post[-_])?tags?|authors?|users?|categor(?:y|ies)|taxonomy|topics?"
    r"|sections?|pages?|static|misc|products?|events?|archives?)(?=[-_.\d&]|$)"
)
_NEWS = re.compile(r"(?:^|[-_./])(?:google-?)?news(?=[-_.]|$)")


def read_sitemap(body: bytes) -> ParsedDocument:
    """Return the entries of a sitemap, or none and the problem "bad-sitemap" if `body` is no sitemap. Never raises."""
    kind = detect_kind(body)
    if kind is DocumentKind.TEXT_SITEMAP:
        return _read_text(body)
    if kind is not DocumentKind.SITEMAP:
        return ParsedDocument(problem="bad-sitemap")
    reading = ParsedDocument()
    children: list[Entry] = []
    listed = iter_elements(body, "url", "sitemap")
    for element in islice(listed, MAX_ENTRIES):
        address = get_child_text(element, "loc")
        if address is None:
            continue
        changed_at = parse_time(get_child_text(element, "lastmod"))
        if get_local_name(element) == "sitemap":
            children.append(Entry(address, changed_at))
        else:
            published_at, headline = _read_news(element, reading)
            reading.entries.append(Entry(address, latest_time(changed_at, published_at), headline))
    reading.entries = sort_newest_first(reading.entries)
    reading.children = _select_children(children)
    reading.left_out = len(children) - len(reading.children) + sum(1 for _ in listed)
    return reading


def _read_text(body: bytes) -> ParsedDocument:
    lines = (line.strip() for line in body.decode("utf-8-sig", "replace").splitlines())
    addresses = [line for line in lines if line.startswith(("http://", "https://"))]
    return ParsedDocument(
        [Entry(line) for line in addresses[:MAX_ENTRIES]], left_out=max(0, len(addresses) - MAX_ENTRIES)
    )


def _read_news(element: etree._Element, reading: ParsedDocument) -> tuple[datetime | None, str | None]:
    """Return the publication date and the headline of an entry with the Google News extension."""
    for child in element:
        if get_local_name(child) == "news" and _GOOGLE_NEWS in child.tag:
            reading.is_news = True
            titles = (tidy_headline(get_whole_text(part)) for part in child if get_local_name(part) == "title")
            return parse_time(get_child_text(child, "publication_date")), next(titles, None)
    return None, None


def _select_children(children: list[Entry]) -> list[Entry]:
    """Return the newest children of an index: news first, then others by time, secondary lists last."""
    ranked: dict[int, list[Entry]] = {0: [], 1: [], 2: []}
    for child in children:
        name = child.url.lower().partition("://")[2].partition("/")[2]
        rank = 0 if _NEWS.search(name) and not _PERIOD.search(name) else 2 if _SECONDARY.search(name) else 1
        ranked[rank].append(child)
    ordered = [child for rank in (0, 1, 2) for child in _sort_by_period(ranked[rank])]
    return ordered[:MAX_CHILDREN]


def _sort_by_period(children: list[Entry]) -> list[Entry]:
    dated = [(when, child) for child in children if (when := _latest_possible_time(child)) is not None]
    undated = [child for child in children if _latest_possible_time(child) is None]
    dated.sort(key=lambda pair: pair[0], reverse=True)
    return [child for _, child in dated] + _alternate_ends(undated)


def _alternate_ends(children: list[Entry]) -> list[Entry]:
    """Take undated children from both ends in turn: half of the sites list the newest first, half list it last."""
    if len(children) <= MAX_CHILDREN:
        return children
    middle = (len(children) + 1) // 2
    pairs = zip_longest(children[:middle], reversed(children[middle:]))
    return [child for pair in pairs for child in pair if child is not None]


def _latest_possible_time(child: Entry) -> datetime | None:
    """Return the latest time that an article in this child can have: its own date, capped by the period in its name.

    Many sites write the same fresh date beside every child, down to "sitemap-2009-04.xml".
    """
    found = _PERIOD.search(child.url)
    if found is None:
        return child.changed_at
    year, month = int(found[1]), int(found[2] or 12)
    end = datetime(year, month, int(found[3] or 28), 23, 59, 59, tzinfo=UTC) if _is_day(found) else None
    if end is None:
        return child.changed_at
    return end if child.changed_at is None else min(end, child.changed_at)


def _is_day(found: re.Match[str]) -> bool:
    try:
        datetime(int(found[1]), int(found[2] or 12), int(found[3] or 28), tzinfo=UTC)
    except ValueError:
        return False
    return True

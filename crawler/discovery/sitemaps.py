"""Reads sitemaps: index, urlset, Google News, plain text. Protocol: https://www.sitemaps.org/protocol.html"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from crawler.discovery.documents import (
    DocumentKind,
    Entry,
    Reading,
    kind_of,
    latest,
    newest_first,
    parsed_time,
)
from crawler.discovery.headlines import stated_headline
from crawler.discovery.markup import child_text, elements, local_name, whole_text

if TYPE_CHECKING:
    from lxml import etree

MOST_ENTRIES = 50_000  # the protocol's own limit for one file
MOST_CHILDREN = 50  # of an index: the newest
_GOOGLE_NEWS = "schemas/sitemap-news/"

_PERIOD = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_/]?(0[1-9]|1[0-2])(?!\d))?(?:[-_/]?(0[1-9]|[12]\d|3[01])(?!\d))?")
# Children that list no articles, or list them a second time, are asked for last.
_ASIDE = re.compile(
    r"(?:^|[-_./=])(?:images?|videos?|media|gallery|(?:post[-_])?tags?|authors?|users?|categor(?:y|ies)|taxonomy|topics?"
    r"|sections?|pages?|static|misc|products?|events?|archives?)(?=[-_.\d&]|$)"
)
_NEWS = re.compile(r"(?:^|[-_./])(?:google-?)?news(?=[-_.]|$)")


def read_sitemap(body: bytes) -> Reading:
    """What a sitemap lists; nothing, with the problem "bad-sitemap", where it is none. Never raises."""
    kind = kind_of(body)
    if kind is DocumentKind.TEXT_SITEMAP:
        return _read_text(body)
    if kind is not DocumentKind.SITEMAP:
        return Reading(problem="bad-sitemap")
    reading = Reading()
    children: list[Entry] = []
    listed = elements(body, "url", "sitemap")
    for element in islice(listed, MOST_ENTRIES):
        address = child_text(element, "loc")
        if address is None:
            continue
        changed_at = parsed_time(child_text(element, "lastmod"))
        if local_name(element) == "sitemap":
            children.append(Entry(address, changed_at))
        else:
            published_at, headline = _news(element, reading)
            reading.entries.append(Entry(address, latest(changed_at, published_at), headline))
    reading.entries = newest_first(reading.entries)
    reading.children = _worth_asking(children)
    reading.left_out = len(children) - len(reading.children) + sum(1 for _ in listed)
    return reading


def _read_text(body: bytes) -> Reading:
    lines = (line.strip() for line in body.decode("utf-8-sig", "replace").splitlines())
    addresses = [line for line in lines if line.startswith(("http://", "https://"))]
    return Reading([Entry(line) for line in addresses[:MOST_ENTRIES]], left_out=max(0, len(addresses) - MOST_ENTRIES))


def _news(element: etree._Element, reading: Reading) -> tuple[datetime | None, str | None]:
    """When an article was published, and its headline."""
    for child in element:
        if local_name(child) == "news" and _GOOGLE_NEWS in child.tag:
            reading.is_news = True
            titles = (stated_headline(whole_text(part)) for part in child if local_name(part) == "title")
            return parsed_time(child_text(child, "publication_date")), next(titles, None)
    return None, None


def _worth_asking(children: list[Entry]) -> list[Entry]:
    """The newest children of an index: news first, then by time, at last those that list something else."""
    ranked: dict[int, list[Entry]] = {0: [], 1: [], 2: []}
    for child in children:
        name = child.url.lower().partition("://")[2].partition("/")[2]
        rank = 0 if _NEWS.search(name) and not _PERIOD.search(name) else 2 if _ASIDE.search(name) else 1
        ranked[rank].append(child)
    ordered = [child for rank in (0, 1, 2) for child in _by_period(ranked[rank])]
    return ordered[:MOST_CHILDREN]


def _by_period(children: list[Entry]) -> list[Entry]:
    dated = [(when, child) for child in children if (when := _last_moment(child)) is not None]
    undated = [child for child in children if _last_moment(child) is None]
    dated.sort(key=lambda pair: pair[0], reverse=True)
    return [child for _, child in dated] + _from_both_ends(undated)


def _from_both_ends(children: list[Entry]) -> list[Entry]:
    """Where nothing is dated, half of the sites begin with the newest and half end with it: take from both in turn."""
    if len(children) <= MOST_CHILDREN:
        return children
    middle = (len(children) + 1) // 2
    turns = zip_longest(children[:middle], reversed(children[middle:]))
    return [child for turn in turns for child in turn if child is not None]


def _last_moment(child: Entry) -> datetime | None:
    """When an article in this child can be from at the latest: its own date, but no later than the period in its name.

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

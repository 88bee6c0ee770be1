"""Put the children of a sitemap index, or the sitemaps of a robots.txt, into the order in which they are read."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import zip_longest
from urllib.parse import urlsplit

from crawler.discovery.documents import Entry

MAX_CHILDREN = 50  # of an index, and sitemaps of a robots.txt, that are read every night
MAX_LATER = 10_000  # of the others, of which some are read each night in turn

_PERIOD = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_/]?(0[1-9]|1[0-2])(?!\d))?(?:[-_/]?(0[1-9]|[12]\d|3[01])(?!\d))?")
# Children that list no articles, or list them a second time, come last.
_SECONDARY = re.compile(
    r"(?:^|[-_./=])(?:images?|videos?|media|gallery|(?:post[-_])?tags?|authors?|users?|categor(?:y|ies)|taxonomy|topics?"
    r"|sections?|pages?|static|misc|products?|events?|archives?)(?=[-_.\d&]|$)"
)
_NEWS = re.compile(r"(?:^|[-_./])(?:google-?)?news(?=[-_.]|$)")
_LIST_FILE = re.compile(r"\.(?:xml|rss|atom|rdf)(?:\.gz)?$|\.(?:gz|txt)$")
_PROGRAM = re.compile(r"\.(?:php\d?|aspx?|ashx|jsp|do|cgi)$")


def sort_children(children: list[Entry]) -> list[Entry]:
    """Sort sitemaps: news first, then the others by time, newest first, and secondary lists last."""
    ranked: dict[int, list[Entry]] = {0: [], 1: [], 2: []}
    for child in children:
        name = child.url.lower().partition("://")[2].partition("/")[2]
        rank = 0 if _NEWS.search(name) and not _PERIOD.search(name) else 2 if _SECONDARY.search(name) else 1
        ranked[rank].append(child)
    return [child for rank in (0, 1, 2) for child in _sort_by_period(ranked[rank])]


def is_list_address(url: str) -> bool:
    """Return whether an address is by its form that of a sitemap or feed, and not of a page.

    A list of pages is called /sitemap/ or /sitemap.html, too, so the name alone does not count.
    """
    try:
        parts = urlsplit(url.strip().lower())
    except ValueError:  # "http://["
        return False
    name = parts.path.rpartition("/")[2]
    if _LIST_FILE.search(name):
        return True
    return "sitemap" in f"{name}?{parts.query}" and bool(_PROGRAM.search(name) or (parts.query and "." not in name))


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

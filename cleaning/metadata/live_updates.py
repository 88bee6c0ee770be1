"""Read the updates of a live blog that its page lists in JSON-LD: LiveBlogPosting, liveBlogUpdate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cleaning.metadata.authors.names import split_byline
from cleaning.metadata.dates.machine_times import parse_page_time
from cleaning.metadata.linked_data import read_strings
from cleaning.page.lines import normalize_line

if TYPE_CHECKING:
    from datetime import datetime

    from cleaning.metadata.structured import StructuredData

MAX_UPDATES = 1_000
MAX_HEADING_CHARACTERS = 300
UPDATES = ("liveBlogUpdate", "liveblogupdate", "blogPost", "blogPosts")
LIVE = "liveblogposting"


@dataclass(frozen=True, slots=True)
class LiveUpdate:
    """One update as the page's data have it. `body` may hold line ends or HTML. `anchor` is the id of its element."""

    heading: str = ""
    body: str = ""
    time: datetime | None = None
    authors: tuple[str, ...] = ()
    anchor: str = ""


def read_live_updates(structured: StructuredData) -> tuple[LiveUpdate, ...]:
    """Return the updates in the order of the page's data, each once; () where it lists none."""
    found: dict[LiveUpdate, None] = {}
    for item in structured.objects:
        kinds = item.get("@type")
        names = [str(kind).lower() for kind in (kinds if isinstance(kinds, list) else [kinds])]
        if not any(name.endswith(LIVE) for name in names):
            continue
        title = _read_text(item, "headline", "name")
        for key in UPDATES:
            value = item.get(key)
            for update in value[:MAX_UPDATES] if isinstance(value, list) else [value]:
                if isinstance(update, dict) and (read := _read_update(update, title)) is not None:
                    found[read] = None
    return tuple(found)[:MAX_UPDATES]


def _read_update(item: dict[str, Any], title: str) -> LiveUpdate | None:
    """Return an update; None if it says nothing. The headline of the whole page is no heading of an entry."""
    heading = _read_text(item, "headline", "name")[:MAX_HEADING_CHARACTERS]
    body = next((value for key in ("articleBody", "text") if isinstance(value := item.get(key), str)), "")
    heading = "" if heading == title[:MAX_HEADING_CHARACTERS] else heading
    if not heading and not body.strip():
        return None
    stated = _read_text(item, "datePublished", "dateCreated", "dateModified")
    authors = item.get("author")
    names = [name for one in (authors if isinstance(authors, list) else [authors]) for name in read_strings(one)]
    return LiveUpdate(
        heading=heading,
        body=body.strip(),
        time=parse_page_time(stated) if stated else None,
        authors=tuple(dict.fromkeys(name for line in names for name in split_byline(line))),
        anchor=_read_anchor(item),
    )


def _read_text(item: dict[str, Any], *keys: str) -> str:
    return next((text for key in keys if isinstance(item.get(key), str) and (text := normalize_line(item[key]))), "")


def _read_anchor(item: dict[str, Any]) -> str:
    """Return the fragment of the update's address, which is the id of its element."""
    page = item.get("mainEntityOfPage")
    for value in (item.get("url"), item.get("@id"), page if isinstance(page, str) else None):
        if isinstance(value, str) and (fragment := value.partition("#")[2].strip()):
            return fragment
    return ""

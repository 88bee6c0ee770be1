"""The commands that pages show: what the room may not do itself, or what gives the same at a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from crawler.reading_room.find import Search, find_days
from storage.archive.place import ArchivePlace
from storage.articles.revisions import is_refusal
from storage.reading.stored_page import StoredPage

# Facet -> options of `scrapy export`.
EXPORTED: dict[str, tuple[str, ...]] = {
    "site": ("--site", "{}"),
    "language": ("--language", "{}"),
    "section": ("--section", "{}"),
    "kind": ("--where", "page_kind == '{}'"),
    "month": (),  # has two, of its days
}


def write_export(search: Search) -> str:
    """Return the command that makes a release of the hits, but for the choice by facets beside EXPORTED."""
    return shlex.join(["scrapy", "export", "FOLDER", *_list_options(search)])


def write_keep(site: str, text: str) -> str:
    """Return the command that keeps a block on a site, however often it repeats."""
    return shlex.join(["scrapy", "sites", "keep", site, text])


def write_show(site: str) -> str:
    """Return the command that lists all repeated blocks of a site."""
    return shlex.join(["scrapy", "sites", "show", site, "--limit", "10000"])


def write_explain(archive: ArchivePlace | None, page: StoredPage) -> str | None:
    """Return the command that cleans the archived page again and says where in it each field stands; None without."""
    folder = archive and archive.folder
    if page.location is None or not folder or is_refusal(page.record.rejected):
        return None
    return shlex.join(["scrapy", "explain", f"{folder / page.location.file}:{page.location.offset}"])


def _list_options(search: Search) -> Iterator[str]:
    if search.words:
        yield from ("--search", search.words)
    for name, option in EXPORTED.items():
        if name in search.chosen:
            yield from (part.format(search.chosen[name]) for part in option)
    if month := search.chosen.get("month"):
        first, last = find_days(month)
        yield from ("--since", str(first), "--until", str(last))
    if search.with_copies:
        yield "--include-duplicates"

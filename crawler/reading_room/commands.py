"""The commands that pages show: what the room may not do itself, or what gives the same at a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator

from cleaning.duplicates.kinds import DuplicateRule
from crawler.reading_room.find import AGENTS_REFUSED, MINING_RESERVED, Search, find_days
from storage.archive.place import ArchivePlace
from storage.articles.revisions import is_refusal
from storage.reading.stored_page import StoredPage

_RIGHTS = {MINING_RESERVED: "tdm_reserved", AGENTS_REFUSED: "ai_refused"}
# Facet -> the condition of `scrapy export --where` for a value of it; for the others there are options.
_CONDITIONS: dict[str, Callable[[str], str]] = {
    "section": lambda value: f"section == {value!r}",
    "kind": lambda value: f"page_kind == {value!r}",
    "rule": lambda value: f"duplicate_rule == {value!r}",
    "rights": lambda value: _RIGHTS.get(value) or f"(licence == {value!r} or {value!r} in usage)",
}


def write_export(search: Search) -> str | None:
    """Return the command that makes a release of the hits; None if all are rejected pages, which no release has."""
    if search.chosen.get("rule", DuplicateRule.CANONICAL_URL) not in list(DuplicateRule):
        return None
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
    for name in ("site", "language"):
        if name in search.chosen:
            yield from (f"--{name}", search.chosen[name])
    if month := search.chosen.get("month"):
        first, last = find_days(month)
        yield from ("--since", str(first), "--until", str(last))
    conditions = [write(search.chosen[name]) for name, write in _CONDITIONS.items() if name in search.chosen]
    if conditions:
        yield from ("--where", " and ".join(conditions))
    if search.with_copies:
        yield "--include-duplicates"

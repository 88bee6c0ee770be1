"""Tell by which site memory a stored page was cleaned, and what the site's present memory says of its cut blocks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from cleaning.duplicates.fingerprint import fingerprint
from cleaning.errors import MemoryUnreadable
from cleaning.memory.dependency import UNKNOWN_SITE, MemoryDependency
from cleaning.memory.match import REPEATED_BLOCK
from cleaning.memory.site_memory import SiteMemory, load_site_memory
from cleaning.version import CLEANER_VERSION
from storage.site_memory.memories import load_keep_rules
from storage.site_memory.site_report import find_repeated_blocks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from storage.reading.stored_page import StoredPage


class MemoryStatus(StrEnum):
    """How the memory that a page was cleaned with stands to its site's present one."""

    UNCHANGED = "unchanged"  # both say the same of the page
    CHANGED = "changed"  # the page is due to be cleaned again
    UNUSED = "unused"  # the site had too few articles, and has
    UNRECORDED = "unrecorded"  # it is not known: the page was never settled


class RepeatedUse(NamedTuple):
    """What the present memory of a site knows of a block: that it repeats, and whether it is cut therefore."""

    articles: int  # it stands on, of those that the memory was learnt from
    needed: int  # articles from which on it is cut
    first_seen: str  # ISO day, "" if no article is dated
    last_seen: str
    is_kept: bool  # by a keep rule


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """The memory that a stored page was cleaned with.

    `applied` is the fingerprint of what it said of the page, `present` of what the site's memory says now; None if that
    is not known. `digest` names the present memory, which was learnt from `learnt_from` articles. `repeated` has, by
    their texts, what it knows of the blocks that were cut because they repeat; None for one that it does not know.
    """

    status: MemoryStatus
    applied: str | None
    present: str | None
    digest: str | None
    learnt_from: int
    is_other_cleaner: bool  # the page was cleaned by another version than this one
    repeated: Mapping[str, RepeatedUse | None]


def describe_memory_use(connection: Connection, page: StoredPage) -> MemoryUse:
    """Return by which memory the page was cleaned, and whether the present one would clean it otherwise."""
    applied, present = page.memory_fingerprint, _fingerprint_present_memory(page)
    if applied is None or present is None:
        status = MemoryStatus.UNRECORDED
    elif applied != present:
        status = MemoryStatus.CHANGED
    else:
        status = MemoryStatus.UNUSED if applied == UNKNOWN_SITE else MemoryStatus.UNCHANGED
    return MemoryUse(
        status=status,
        applied=applied,
        present=present,
        digest=page.memory.digest if page.memory else None,
        learnt_from=page.memory.articles if page.memory else 0,
        is_other_cleaner=page.article.cleaner_version != CLEANER_VERSION,
        repeated=_load_repeated(connection, page),
    )


def _load_repeated(connection: Connection, page: StoredPage) -> dict[str, RepeatedUse | None]:
    cut = {block.text: fingerprint(block.text) for block in page.article.removed if block.rule == REPEATED_BLOCK[0]}
    keep_rules = load_keep_rules(connection, page.record.site) if cut else {}
    found: dict[str, RepeatedUse | None] = {}
    for text, key in cut.items():
        rows = [row for row in find_repeated_blocks(connection, page.record.site, key, text) if row.fingerprint == key]
        found[text] = next(
            (RepeatedUse(row.articles, row.needed, row.first_seen, row.last_seen, key in keep_rules) for row in rows),
            None,
        )
    return found


def _fingerprint_present_memory(page: StoredPage) -> str | None:
    """Return the fingerprint of what the site's present memory says of a page; None if it cannot be known."""
    if page.memory_dependency is None:
        return None
    try:
        data = page.memory_dependency
        dependency = MemoryDependency.from_bytes(data) if data else MemoryDependency.from_runs(())
        memory = load_site_memory(page.memory.data) if page.memory else SiteMemory()
    except MemoryUnreadable:
        return None
    return dependency.fingerprint_memory(memory)

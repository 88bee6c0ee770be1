"""Reads stored texts, to compare them with what cleaning gives now. The caller holds the transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from storage.models import Run, StoredArticle
from storage.models.packed_blocks import unpack_blocks

_LOOKUP = 500  # ids a query: SQLite allows 32,766 variables, older builds 999


class StoredText(NamedTuple):
    """A stored article. `blocks` are in reading order: each its text and the rule that cut it, None if it is kept."""

    title: str
    text: str
    rejected: str | None
    blocks: list[tuple[str, str | None]]


def load_stored_texts(connection: Connection, names: Collection[str]) -> dict[str, StoredText]:
    """Return the stored articles among these ids, by id."""
    found: dict[str, StoredText] = {}
    ordered = sorted(names)
    for start in range(0, len(ordered), _LOOKUP):
        some = ordered[start : start + _LOOKUP]
        row = StoredArticle
        for name, title, text, rejected, packed in connection.execute(
            select(row.id, row.title, row.text, row.rejected, row.blocks).where(row.id.in_(some))
        ):
            blocks = [(block.text, block.rule) for block in unpack_blocks(packed, text)]
            found[name] = StoredText(title, text, rejected, blocks)
    return found


def count_archived_pages(connection: Connection, sites: Collection[str], since: datetime | None) -> int:
    """Count the stored and archived pages of these sites that were fetched at `since` or later; None: at any time."""
    archived = StoredArticle.archive_file.is_not(None)
    return connection.scalar(select(func.count()).where(*_make_conditions(sites, since), archived)) or 0


def count_pruned_pages(connection: Connection, sites: Collection[str], since: datetime | None = None) -> int:
    """Count the pages of these sites, as above, whose raw page was pruned: they cannot be cleaned again."""
    pruned = StoredArticle.raw_pruned_at.is_not(None)
    return connection.scalar(select(func.count()).where(*_make_conditions(sites, since), pruned)) or 0


def count_accepted(connection: Connection, sites: Collection[str], since: datetime | None) -> dict[str, int]:
    """Count for each of these sites the articles that were fetched at `since` or later; None: at any time."""
    site = StoredArticle.site
    question = select(site, func.count()).where(*_make_conditions(sites, since), StoredArticle.rejected.is_(None))
    return {row[0]: row[1] for row in connection.execute(question.group_by(site).order_by(site))}


def get_last_run(connection: Connection) -> int:
    """Return the id of the newest crawl, 0 if there is none."""
    return connection.scalar(select(func.max(Run.id))) or 0


def _make_conditions(sites: Collection[str], since: datetime | None) -> list[ColumnElement[bool]]:
    return [StoredArticle.site.in_(sites), *([] if since is None else [StoredArticle.fetched_at >= since])]

"""What is stored of articles, to be set beside what cleaning them again gives. The transaction is the caller's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from storage.models import Run, StoredArticle, StoredBlock

_LOOKUP = 500  # ids a query: SQLite allows 32,766 variables, older builds 999


class StoredText(NamedTuple):
    """A stored article: its blocks in reading order, each a text and the rule that cut it, None where it is kept."""

    title: str
    text: str
    rejected: str | None
    blocks: list[tuple[str, str | None]]


def stored_texts(connection: Connection, names: Collection[str]) -> dict[str, StoredText]:
    """The articles with these ids that are stored."""
    found: dict[str, StoredText] = {}
    ordered = sorted(names)
    for start in range(0, len(ordered), _LOOKUP):
        some = ordered[start : start + _LOOKUP]
        row, block = StoredArticle, StoredBlock
        for name, title, text, rejected in connection.execute(
            select(row.id, row.title, row.text, row.rejected).where(row.id.in_(some))
        ):
            found[name] = StoredText(title, text, rejected, [])
        for name, text, rule in connection.execute(
            select(block.article_id, block.text, block.rule)
            .where(block.article_id.in_(some))
            .order_by(block.article_id, block.position)
        ):
            found[name].blocks.append((text, rule))
    return found


def archived_pages(connection: Connection, sites: Collection[str], since: datetime | None) -> int:
    """How many pages of these sites are stored and archived, of those that were fetched then or later."""
    archived = StoredArticle.archive_file.is_not(None)
    return connection.scalar(select(func.count()).where(*_asked(sites, since), archived)) or 0


def accepted(connection: Connection, sites: Collection[str], since: datetime | None) -> dict[str, int]:
    """For each of these sites how many of its pages are articles, of those that were fetched then or later."""
    site = StoredArticle.site
    question = select(site, func.count()).where(*_asked(sites, since), StoredArticle.rejected.is_(None))
    return {row[0]: row[1] for row in connection.execute(question.group_by(site).order_by(site))}


def last_run(connection: Connection) -> int:
    """The id of the newest crawl of the store, 0 where there is none."""
    return connection.scalar(select(func.max(Run.id))) or 0


def _asked(sites: Collection[str], since: datetime | None) -> list[ColumnElement[bool]]:
    return [StoredArticle.site.in_(sites), *([] if since is None else [StoredArticle.fetched_at >= since])]

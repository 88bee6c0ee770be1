"""The entries of a stored live blog, each with its text. The caller holds the transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from storage.articles.live_entries import load_entries
from storage.models import StoredArticle
from storage.reading.load_articles import load_blocks


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One entry of a live blog. Its fields are those of the table `entries` of a release (docs/export.md).

    Times are aware; `time` is by the page's own clock. `on_page` is whether the page showed it at the last fetch.
    """

    time: datetime | None
    clock: str
    heading: str
    authors: tuple[str, ...]
    anchor: str
    text: str
    on_page: bool
    first_fetched_at: datetime | None
    last_fetched_at: datetime | None


def load_live_blog(connection: Connection, article_id: str) -> list[EntryRecord]:
    """Return the entries of an article in page order; none if it is no live blog."""
    entries = load_entries(connection, [article_id]).get(article_id, ())
    blocks = [block for block in load_blocks(connection, article_id) if block.is_kept] if entries else []
    fetched_at = connection.scalar(select(StoredArticle.fetched_at).where(StoredArticle.id == article_id))
    return [
        EntryRecord(
            entry.time,
            entry.clock,
            entry.heading,
            entry.authors,
            entry.anchor,
            entry.join_text((block.kind, block.text) for block in blocks if block.entry == number),
            entry.last_fetched_at == fetched_at,
            entry.first_fetched_at,
            entry.last_fetched_at,
        )
        for number, entry in enumerate(entries)
    ]

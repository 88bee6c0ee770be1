"""Store articles as the crawl does, and read the store's verdicts on them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, func, select

from cleaning.records.article import Article
from cleaning.records.block import Block
from crawler.storing.deduplicate import deduplicate
from storage.articles import saving
from storage.database.engine import make_database_url, open_database
from storage.models import StoredArticle
from storage.runs import begin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from originals import SourceArticle

NIGHT = datetime(2026, 11, 22, 2, tzinfo=UTC)
GROUP = 200  # articles per transaction


class StoredVerdict(NamedTuple):
    """The story of one article in the store, and why it belongs to it."""

    story: str
    rule: str | None
    kind: str | None

    @property
    def reason(self) -> str:
        return self.kind or self.rule or ""


def store_all(articles: Sequence[SourceArticle], folder: Path) -> dict[str, StoredVerdict]:
    """Store all articles in this order in a new store in the folder; return the verdict on each address."""
    engine = open_database(make_database_url(folder, None))
    try:
        with engine.begin() as connection:
            run = begin(connection, spider="articles", now=NIGHT)
        for start in range(0, len(articles), GROUP):
            with engine.begin() as connection:
                for one in articles[start : start + GROUP]:
                    store_article(connection, make_article(one), site=one.site, run=run, fetched_at=NIGHT)
        with engine.begin() as connection:
            return read_verdicts(connection)
    finally:
        engine.dispose()


def store_article(connection: Connection, newcomer: Article, *, site: str, run: int, fetched_at: datetime) -> None:
    """Save and deduplicate an article, as the store pipeline does."""
    saving.save_article(connection, newcomer, site=site, run=run, fetched_at=fetched_at, location=None)
    deduplicate(connection, saving.make_article_id(newcomer.url))


def make_article(one: SourceArticle) -> Article:
    """Return the article as cleaning would."""
    return Article(
        url=one.url,
        title=one.title,
        blocks=tuple(map(Block, one.text)),
        site_name=one.site_name,
        published_at=one.published_at,
        language=one.language,
        headline_key=one.key,
    )


def read_verdicts(connection: Connection) -> dict[str, StoredVerdict]:
    row = StoredArticle
    story = func.coalesce(row.duplicate_of, row.id)
    rows = connection.execute(select(row.url, story.label("story"), row.duplicate_rule, row.duplicate_kind))
    return {row.url: StoredVerdict(row.story, row.duplicate_rule, row.duplicate_kind) for row in rows}

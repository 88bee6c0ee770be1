"""Puts articles into a store as the crawl does, and reads what it says of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, func, select

from cleaning.article import Article, Block
from crawler.pipelines.deduplicate import deduplicate
from storage import articles
from storage.database import database_url, open_database
from storage.models import StoredArticle
from storage.runs import begin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from originals import Told

NIGHT = datetime(2026, 11, 22, 2, tzinfo=UTC)
GROUP = 200  # articles of a transaction


class Standing(NamedTuple):
    """What the store says of one article: which story it is of, and why."""

    story: str
    rule: str | None
    kind: str | None

    @property
    def named(self) -> str:
        return self.kind or self.rule or ""


def judged(told: Sequence[Told], folder: Path) -> dict[str, Standing]:
    """How each address stands in a new store in the folder, once all of them came in, in this order."""
    engine = open_database(database_url(folder, None))
    try:
        with engine.begin() as connection:
            run = begin(connection, spider="articles", now=NIGHT)
        for start in range(0, len(told), GROUP):
            with engine.begin() as connection:
                for one in told[start : start + GROUP]:
                    take_in(connection, article(one), site=one.site, run=run, fetched_at=NIGHT)
        with engine.begin() as connection:
            return standings(connection)
    finally:
        engine.dispose()


def take_in(connection: Connection, newcomer: Article, *, site: str, run: int, fetched_at: datetime) -> None:
    """What the store pipeline does with an article."""
    articles.keep(connection, newcomer, site=site, run=run, fetched_at=fetched_at, place=None)
    deduplicate(connection, articles.article_id(newcomer.url))


def article(one: Told) -> Article:
    """As cleaning would hand it over."""
    return Article(
        url=one.url,
        title=one.title,
        blocks=tuple(map(Block, one.text)),
        site_name=one.site_name,
        published_at=one.published_at,
        language=one.language,
        headline_key=one.key,
    )


def standings(connection: Connection) -> dict[str, Standing]:
    row = StoredArticle
    story = func.coalesce(row.duplicate_of, row.id)
    rows = connection.execute(select(row.url, story.label("story"), row.duplicate_rule, row.duplicate_kind))
    return {row.url: Standing(row.story, row.duplicate_rule, row.duplicate_kind) for row in rows}

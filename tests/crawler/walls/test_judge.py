"""A wall in the store: what was stored of it is rejected with it, and what stood before stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.paper import prose
from sqlalchemy import Connection, select

from cleaning.records.article import Article
from cleaning.records.block import Block
from crawler.storing.deduplicate import deduplicate
from crawler.walls.find_walls import WallFinder
from crawler.walls.judge import WallVerdict, judge_page
from crawler.walls.shown_page import ShownPage
from storage import runs
from storage.articles import saving
from storage.articles.saving import SaveResult, make_article_id
from storage.articles.shown_instead import load_rejected_texts
from storage.database.engine import make_database_url, open_database
from storage.frontier import offering, settling
from storage.frontier.addresses import AddressKind, AddressState, Headline, Lease, Offer
from storage.models import Address, SketchKey, StoredArticle

NIGHT = datetime(2026, 11, 22, 23, tzinfo=UTC)
SITE = "paper"
WALL = prose("the wall")
TITLES = ["The baker counts his loaves", "Who painted our lighthouse", "Rain on the fair again", "Old trams are sold"]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_database(make_database_url(tmp_path, None))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


class Run:
    """A run that stores pages as the store pipeline does."""

    def __init__(self, connection: Connection, start: datetime = NIGHT) -> None:
        self.connection = connection
        self.now = start
        self.id = runs.begin(connection, spider="articles", now=start)
        self.finder = WallFinder()
        self.finder.load(load_rejected_texts(connection, [SITE], "wall"))

    def fetch(self, title: str, text: list[str], *, shown: str | None = None, dated: bool = True) -> WallVerdict:
        """Fetch the article with this title; the page shows `text` under the title `shown`."""
        self.now += timedelta(seconds=1)
        lease = self._lease(f"https://paper.example/news/{title.lower().replace(' ', '-')}")
        article = Article(
            lease.url,
            shown or title,
            tuple(Block(line) for line in text),
            published_at=self.now if dated else None,
            sources={"published_at": "JSON-LD"} if dated else {},
        )
        page = ShownPage.from_article(lease, article, 200, self.now)
        verdict = judge_page(self.connection, article, page, self.finder.suspect(page, None), self.now)
        article = verdict.article
        self.saved = saving.save_article(
            self.connection, article, site=SITE, run=self.id, fetched_at=self.now, location=None
        )
        deduplicate(self.connection, make_article_id(article.url))
        settling.settle(self.connection, lease.id, AddressState.DONE, status=200, reason=article.rejected, now=self.now)
        return verdict

    @staticmethod
    def _make_offer(url: str) -> Offer:
        headline = Headline(url.rsplit("/", 1)[1].replace("-", " "), "feed")
        return Offer(url, AddressKind.ARTICLE, source="feed", headline=headline)

    def _lease(self, url: str) -> Lease:
        offering.offer(self.connection, SITE, [self._make_offer(url)], run=self.id, now=self.now)
        row = self.connection.execute(select(Address.id).where(Address.url == url)).one()
        return Lease(row.id, url, SITE, AddressKind.ARTICLE, 0, "feed", 0)


def verdicts(connection: Connection) -> list[tuple[str | None, str | None]]:
    columns = (StoredArticle.rejected, StoredArticle.duplicate_of)
    return [(row.rejected, row.duplicate_of) for row in connection.execute(select(*columns))]


def test_the_third_page_rejects_the_first_two(connection: Connection) -> None:
    run = Run(connection)
    for title in TITLES[:2]:
        assert run.fetch(title, WALL).article.rejected is None
    verdict = run.fetch(TITLES[2], WALL)
    assert verdict.is_wall
    assert [former.is_duplicate for former in verdict.former] == [False, False]  # each is one before the next is judged
    assert verdicts(connection) == [("wall", None)] * 3
    assert connection.scalars(select(Address.reason)).all() == ["wall"] * 3
    assert connection.scalars(select(SketchKey.key)).all() == []
    assert run.fetch(TITLES[3], WALL).former == []  # nothing is settled twice


def test_what_a_killed_run_stored_of_a_wall_is_rejected_by_the_next(connection: Connection) -> None:
    killed = Run(connection)
    killed.fetch(TITLES[0], WALL)
    run = Run(connection, NIGHT + timedelta(days=1))
    for title in TITLES[1:]:
        run.fetch(title, WALL)
    assert verdicts(connection) == [("wall", None)] * 4


def test_a_wall_of_an_earlier_night_is_known_and_an_article_is_not(connection: Connection) -> None:
    first = Run(connection)
    for title in TITLES[:3]:
        first.fetch(title, WALL)
    run = Run(connection, NIGHT + timedelta(days=1))
    assert run.fetch(TITLES[3], WALL).article.rejected == "wall"
    assert run.fetch("Geese return to the weir", prose("geese")).article.rejected is None


def test_a_stored_article_stays_when_a_wall_stands_before_it(connection: Connection) -> None:
    run = Run(connection)
    run.fetch(TITLES[0], prose("the baker"))
    verdict = run.fetch(TITLES[0], WALL, shown="Before you go on", dated=False)
    assert verdict.article.rejected == "wall"
    assert run.saved == SaveResult.KEPT_STORED
    assert verdicts(connection) == [(None, None)]


def test_a_page_that_has_nothing_of_its_headline_is_not_the_article(connection: Connection) -> None:
    verdict = Run(connection).fetch(TITLES[0], ["Selvim oro."], shown="Selvim", dated=False)
    assert verdict.article.rejected == "not-found"


def test_a_changed_article_is_the_article(connection: Connection) -> None:
    run = Run(connection)
    run.fetch(TITLES[0], prose("the baker"))
    assert run.fetch(TITLES[0], prose("the baker, again"), dated=False).article.rejected is None
    assert run.saved == SaveResult.UPDATED


def test_a_refusal_to_be_kept_is_a_wall_when_it_is_everywhere(connection: Connection) -> None:
    run = Run(connection)
    page = replace(Article("https://paper.example/a", "A"), rejected="robots-noindex")
    assert run.finder.suspect(ShownPage.from_article(run._lease(page.url), page, 200, NIGHT), page.rejected) is None

"""Saving articles: one row an address, all blocks, and an older fetch never overwrites a newer one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Connection, Engine, select

from cleaning.records.article import Article
from cleaning.records.block import Block, BlockKind
from cleaning.records.times import UNSTATED
from storage import runs
from storage.archive.location import ArchiveLocation
from storage.articles import saving
from storage.articles.saving import SaveResult, make_article_id
from storage.models import StoredArticle, StoredBlock

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ARTICLE = Article(
    url="https://courier.example/a",
    title="Night ferry runs again",
    headline_key="night ferry runs again",
    authors=("Ada Quill", "Ben Post"),
    published_at=NOON - timedelta(hours=4),
    tags=("harbour",),
    language="en",
    language_probability=0.99,
    cleaner_version="1",
    blocks=(
        Block("Night ferry runs again", BlockKind.HEADING, rule="repeated-headline", evidence="equals the headline"),
        Block(
            "The night ferry runs again from June.",
            path="main > p",
            links=("https://courier.example/b",),
            link_share=0.2,
        ),
        Block("So the council decided on Monday.", path="main > p"),
    ),
)


@pytest.fixture
def connection(engine: Engine) -> Connection:
    with engine.begin() as connection:
        yield connection  # type: ignore[misc]


def save(connection: Connection, article: Article, fetched_at: datetime = NOON) -> SaveResult:
    run = runs.begin(connection, spider="articles", now=NOON)
    return saving.save_article(
        connection, article, site="courier", run=run, fetched_at=fetched_at, location=ArchiveLocation("a.warc.gz", 412)
    )


def load(connection: Connection, url: str = ARTICLE.url) -> StoredArticle:
    return connection.execute(select(StoredArticle.__table__).where(StoredArticle.id == make_article_id(url))).one()  # type: ignore[return-value]


def test_an_article_comes_back_as_it_was(connection: Connection) -> None:
    assert save(connection, ARTICLE) is SaveResult.NEW
    row = load(connection)
    assert row.text == "The night ferry runs again from June.\nSo the council decided on Monday."
    assert (row.authors, row.tags, row.words) == (["Ada Quill", "Ben Post"], ["harbour"], 13)
    assert (row.published_at, row.fetched_at) == (ARTICLE.published_at, NOON)
    assert (row.archive_file, row.archive_offset) == ("a.warc.gz", 412)
    assert row.canonical_url == ARTICLE.url
    blocks = connection.execute(select(StoredBlock.__table__).order_by(StoredBlock.position)).all()
    assert [(block.kind, block.rule) for block in blocks] == [
        ("heading", "repeated-headline"),
        ("paragraph", None),
        ("paragraph", None),
    ]
    assert blocks[1].links == ["https://courier.example/b"]


def test_the_time_zone_of_the_page_is_stored_beside_the_time(connection: Connection) -> None:
    there = timezone(timedelta(hours=-3, minutes=-30))
    says = replace(
        ARTICLE,
        published_at=datetime(2026, 11, 21, 23, 45, tzinfo=there),
        modified_at=NOON,
        licence="https://creativecommons.org/licenses/by/4.0/",
        free=True,
        page_kind="live",
    )
    save(connection, says)
    row = load(connection)
    assert (row.published_at, row.published_offset) == (datetime(2026, 11, 22, 3, 15, tzinfo=UTC), -210)
    assert row.published_at.tzinfo is UTC
    assert (row.modified_at, row.modified_offset) == (NOON, 0)
    assert (row.licence, row.free, row.page_kind) == ("https://creativecommons.org/licenses/by/4.0/", True, "live")


def test_a_time_without_a_zone_has_no_offset(connection: Connection) -> None:
    save(connection, replace(ARTICLE, published_at=NOON.replace(tzinfo=UNSTATED), modified_at=None))
    row = load(connection)
    assert (row.published_at, row.published_offset, row.modified_offset) == (NOON, None, None)


def test_the_same_address_again_replaces_what_was_there(connection: Connection) -> None:
    save(connection, ARTICLE)
    assert save(connection, ARTICLE, NOON + timedelta(days=1)) is SaveResult.UNCHANGED
    shorter = replace(ARTICLE, blocks=ARTICLE.blocks[:2])
    assert save(connection, shorter, NOON + timedelta(days=2)) is SaveResult.UPDATED
    assert load(connection).text == "The night ferry runs again from June."
    assert len(connection.execute(select(StoredBlock.position)).all()) == 2


def test_an_older_fetch_does_not_replace_a_newer_one(connection: Connection) -> None:
    save(connection, ARTICLE)
    older = replace(ARTICLE, title="Night ferry may run again")
    assert save(connection, older, NOON - timedelta(days=1)) is SaveResult.OLDER
    assert load(connection).title == ARTICLE.title


def test_a_later_rejected_fetch_does_not_replace_the_stored_article(connection: Connection) -> None:
    save(connection, ARTICLE)
    wall = Article(ARTICLE.url, "Subscribe", rejected="paywall")
    assert save(connection, wall, NOON + timedelta(days=1)) is SaveResult.KEPT_STORED
    assert load(connection).text == ARTICLE.text
    assert save(connection, wall) is SaveResult.UPDATED  # the same fetch, judged anew


def test_a_rejected_page_is_kept_with_its_reason(connection: Connection) -> None:
    save(connection, Article("https://courier.example/world", "World", rejected="section"))
    assert load(connection, "https://courier.example/world").rejected == "section"


def test_characters_that_a_database_refuses_do_not_lose_an_article(connection: Connection) -> None:
    hostile = replace(
        ARTICLE, title="a\x00b", authors=("\ud800Ada",), blocks=(Block("te\x00xt", path="p\x00", links=("\x00",)),)
    )
    save(connection, hostile)
    row = load(connection)
    assert (row.title, row.authors, row.text) == ("ab", ["Ada"], "text")
    assert save(connection, hostile, NOON + timedelta(days=1)) is SaveResult.UNCHANGED


def test_an_article_wins_over_a_paywall_in_either_order(connection: Connection) -> None:
    wall = replace(ARTICLE, blocks=(), rejected="paywall")
    assert save(connection, wall, NOON + timedelta(days=1)) is SaveResult.NEW
    assert save(connection, ARTICLE, NOON) is SaveResult.UPDATED
    assert (load(connection).rejected, load(connection).fetched_at) == (None, NOON)
    assert save(connection, wall, NOON + timedelta(days=1)) is SaveResult.KEPT_STORED


def test_the_id_of_an_article_depends_only_on_its_address() -> None:
    assert make_article_id(ARTICLE.url) == make_article_id("https://courier.example/a")
    assert len(make_article_id(ARTICLE.url)) == 16

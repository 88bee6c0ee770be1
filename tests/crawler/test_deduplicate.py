"""Duplicates in the store: the same standings in whatever order, and over however many nights, articles arrive."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.paper import prose
from sqlalchemy import Connection, select

from cleaning.article import Article, Block
from cleaning.duplicates import shingles
from crawler.pipelines.deduplicate import Turn, deduplicate
from storage import articles, runs
from storage.articles import article_id
from storage.database import database_url, open_database
from storage.models import StoredArticle

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
Standings = dict[str, tuple[str | None, str | None]]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_database(database_url(tmp_path, None))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def article(
    name: str, seed: str, *, title: str = "Night ferry", hours: float = 0, more: str = "", **fields: str
) -> Article:
    text = "\n".join([*prose(seed), *(prose(more) if more else [])])
    return Article(
        url=f"https://{name}",
        title=title,
        headline_key=title.casefold(),
        published_at=NOON + timedelta(hours=hours),
        blocks=tuple(Block(line) for line in text.split("\n")),
        language="en",
        **fields,  # type: ignore[arg-type]
    )


def arrive(connection: Connection, run: int, *newcomers: Article) -> list[Turn]:
    turns = []
    for newcomer in newcomers:
        site = newcomer.url.split("/")[2]
        articles.keep(connection, newcomer, site=site, run=run, fetched_at=NOON, place=None)
        turns += deduplicate(connection, article_id(newcomer.url)).turns
    return turns


def standing(connection: Connection) -> Standings:
    rows = connection.execute(select(StoredArticle.__table__)).all()
    names = {row.id: row.url.removeprefix("https://") for row in rows}
    return {names[row.id]: (names.get(row.duplicate_of), row.duplicate_rule) for row in rows}


NIGHT = [
    article("courier/first", "ferry"),
    article("courier/again", "ferry", hours=30),
    article("courier/longer", "ferry", more="quay", hours=50),
    article("courier/other", "orchard", title="Late frost"),
    article("courier/amp", "orchard", title="Late frost (mobile)", canonical_url="https://courier/other", hours=-9),
    article("gazette/copy", "ferry", hours=2),
    article("gazette/same-headline", "bridge", hours=3),
    *(
        article(f"courier/briefing-{day}", f"briefing {day}", title="Morning briefing", hours=24 * day)
        for day in (1, 2, 3)
    ),
]
WANTED: Standings = {
    "courier/first": (None, None),
    "courier/again": ("courier/first", "repeated-headline"),
    "courier/longer": ("courier/first", "repeated-headline"),
    "courier/other": (None, None),
    "courier/amp": ("courier/other", "canonical-url"),
    "gazette/copy": ("courier/first", "repeated-headline"),
    "gazette/same-headline": (None, None),
    **{f"courier/briefing-{day}": (None, None) for day in (1, 2, 3)},
}


def test_the_standings_of_a_night(connection: Connection) -> None:
    arrive(connection, runs.begin(connection, spider="articles", now=NOON), *NIGHT)
    assert standing(connection) == WANTED


@pytest.mark.parametrize("seed", range(20))
def test_any_order_ends_in_the_same_standings(connection: Connection, seed: int) -> None:
    shuffled = random.Random(seed).sample(NIGHT, len(NIGHT))
    run = runs.begin(connection, spider="articles", now=NOON)
    arrive(connection, run, *shuffled)
    assert standing(connection) == WANTED
    arrive(connection, run, *shuffled[:4])  # the same again changes nothing
    assert standing(connection) == WANTED


def test_an_earlier_article_that_comes_later_takes_the_place(connection: Connection) -> None:
    run = runs.begin(connection, spider="articles", now=NOON)
    late, early = article("courier/late", "ferry", hours=5), article("courier/early", "ferry")
    assert arrive(connection, run, late) == []
    assert arrive(connection, run, early) == [Turn("courier", run, is_duplicate=True)]


def test_an_article_that_changes_leaves_its_cluster(connection: Connection) -> None:
    run = runs.begin(connection, spider="articles", now=NOON)
    arrive(connection, run, *NIGHT[:2])
    changed = article("courier/first", "quite another story", title="Another headline")
    assert arrive(connection, run, changed) == [Turn("courier", run, is_duplicate=False)]
    assert standing(connection) == {"courier/first": (None, None), "courier/again": (None, None)}


def test_an_article_that_is_rejected_later_stands_for_nothing(connection: Connection) -> None:
    run = runs.begin(connection, spider="articles", now=NOON)
    arrive(connection, run, *NIGHT[:3])
    gone = Article("https://courier/first", "Night ferry", headline_key="night ferry", rejected="paywall")
    arrive(connection, run, gone)
    assert standing(connection) == {
        "courier/first": (None, None),
        "courier/again": (None, None),
        "courier/longer": ("courier/again", "repeated-headline"),
    }


def test_a_newcomer_to_many_copies_has_every_text_broken_into_shingles_once(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.begin(connection, spider="articles", now=NOON)
    copies = [article(f"courier/{number}", "ferry", canonical_url="https://courier/0") for number in range(20)]
    arrive(connection, run, *copies[:-1])
    broken: list[str] = []

    def counted(text: str) -> frozenset[str]:
        broken.append(text)
        return shingles(text)

    monkeypatch.setattr("cleaning.duplicates.shingles", counted)
    arrive(connection, run, copies[-1])
    assert len(broken) == len(copies)

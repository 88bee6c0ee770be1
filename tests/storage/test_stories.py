"""The index of near-duplicates, and kinships, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select

from storage import stories
from storage.articles import article_id
from storage.models import Kinship, SketchValue, StoredArticle

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
NAMES = [article_id(f"https://courier.example/{number}") for number in range(5)]
ALIKE = SimpleNamespace(rule="near-duplicate", likeness=0.5, share=0.75)


@pytest.fixture
def connection(engine: Engine, give_articles: Any) -> Iterator[Connection]:
    """Five articles of one site, a day between them, the last one rejected."""
    give_articles(
        engine,
        [
            {
                "id": name,
                "url": f"https://courier.example/{number}",
                "canonical_url": f"https://courier.example/{number}",
                "site": "courier",
                "published_at": NOON + timedelta(days=number),
                "text": f"text {number}",
                "rejected": "paywall" if number == 4 else None,
            }
            for number, name in enumerate(NAMES)
        ],
    )
    with engine.begin() as connection:
        yield connection


def put(connection: Connection, number: int, *values: int, old: tuple[int, ...] = (), key: str = "") -> None:
    stories.index(connection, NAMES[number], key=key, sketch=b"", old=old, new=values)


@pytest.mark.parametrize("name", ["0000000000000000", "7fffffffffffffff", "8000000000000000", "ffffffffffffffff"])
def test_the_number_of_an_article_is_its_id(name: str) -> None:
    assert stories.article_id(stories.number(name)) == name
    assert -(2**63) <= stories.number(name) < 2**63


def test_articles_are_found_by_the_values_that_they_share(connection: Connection) -> None:
    put(connection, 0, 1, 2, 3)
    put(connection, 1, 2, 3, 4)
    put(connection, 2, 3, 4, 5)
    assert stories.sharing(connection, [1, 2, 3], 2) == {NAMES[0], NAMES[1]}
    assert stories.sharing(connection, [1, 2, 3], 1) == {NAMES[0], NAMES[1], NAMES[2]}
    assert stories.sharing(connection, [], 1) == set()


def test_of_too_many_the_most_alike_are_compared(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        put(connection, number, *range(10 - number))
    question = stories._SHARING.limit(2)
    monkeypatch.setattr(stories, "_SHARING", question)
    assert stories.sharing(connection, range(10), 2) == {NAMES[0], NAMES[1]}


def test_an_article_that_changes_is_found_by_what_it_is_now(connection: Connection) -> None:
    put(connection, 0, 1, 2, 3)
    put(connection, 0, 2, 7, 8, old=(1, 2, 3))
    assert stories.sharing(connection, [1, 3], 1) == set()
    assert stories.sharing(connection, [2, 7, 8], 3) == {NAMES[0]}
    stories.index(connection, NAMES[0], key="", sketch=None, old=(2, 7, 8), new=())
    assert connection.scalar(select(func.count()).select_from(SketchValue)) == 0
    assert NAMES[0] in stories.not_indexed(connection, 10)


def test_what_is_not_indexed_is_what_is_an_article_and_has_no_sketch(connection: Connection) -> None:
    put(connection, 1, 1)
    assert stories.not_indexed(connection, 10) == sorted([NAMES[0], *NAMES[2:4]])
    first = stories.not_indexed(connection, 2)
    assert first + stories.not_indexed(connection, 2, after=first[-1]) == stories.not_indexed(connection, 10)


def test_a_headline_is_looked_for_on_its_own_site_within_a_time(connection: Connection) -> None:
    for number in range(5):
        put(connection, number, key="ferry runs again")
    assert stories.same_headline(connection, "courier", "ferry runs again", NOON, timedelta(days=1)) == set(NAMES[:2])
    assert stories.same_headline(connection, "courier", "ferry runs again", NOON, WEEK) == set(NAMES[:4])
    assert stories.same_headline(connection, "gazette", "ferry runs again", NOON, WEEK) == set()


def test_a_canonical_url_is_looked_for_everywhere_but_among_the_rejected(connection: Connection) -> None:
    assert stories.same_canonical(connection, "https://courier.example/1") == {NAMES[1]}
    assert stories.same_canonical(connection, "https://courier.example/4") == set()


def test_kinships_are_an_articles_own_and_are_replaced_as_a_whole(connection: Connection) -> None:
    stories.keep_kinships(connection, NAMES[0], {NAMES[1]: ALIKE, NAMES[2]: ALIKE})
    stories.keep_kinships(connection, NAMES[3], {NAMES[1]: ALIKE})
    assert stories.kinships(connection, NAMES[1]).keys() == {NAMES[0], NAMES[3]}
    assert all(row.one < row.other for row in connection.execute(select(Kinship.__table__)))
    stories.keep_kinships(connection, NAMES[1], {})
    assert stories.kinships(connection, NAMES[0]).keys() == {NAMES[2]}
    connection.execute(StoredArticle.__table__.delete().where(StoredArticle.id == NAMES[2]))
    assert stories.kinships(connection, NAMES[0]) == {}


def test_a_standing_is_marked_and_taken_back(connection: Connection) -> None:
    stories.mark(connection, NAMES[1], of=NAMES[0], rule="near-duplicate", kind="edited", likeness=0.5, share=0.75)
    row = stories.members(connection, NAMES)[NAMES[1]]
    assert (row.duplicate_of, row.duplicate_kind, row.length) == (NAMES[0], "edited", len("text 1"))
    stories.mark(connection, NAMES[1])
    assert stories.members(connection, NAMES)[NAMES[1]].duplicate_share is None


def test_what_is_compared_is_never_a_rejected_page(connection: Connection) -> None:
    assert stories.compared(connection, NAMES).keys() == set(NAMES[:4])
    assert stories.stored(connection, NAMES[4]).rejected == "paywall"

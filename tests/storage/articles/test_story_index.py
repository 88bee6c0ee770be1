"""The index of near-duplicates and the duplicate matches, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, insert, select

from storage.articles import story_index
from storage.articles.saving import make_article_id
from storage.models import SketchValue, StoredArticle, StoredMatch

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
NAMES = [make_article_id(f"https://courier.example/{number}") for number in range(5)]
ALIKE = SimpleNamespace(rule="near-duplicate", likeness=0.5, share=0.75)


@pytest.fixture
def connection(engine: Engine, give_articles: Any) -> Iterator[Connection]:
    """Five articles of one site, one a day, the last one rejected."""
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


def index(connection: Connection, number: int, *values: int, old: tuple[int, ...] = (), key: str = "") -> None:
    story_index.index_article(connection, NAMES[number], key=key, sketch=b"", old=old, new=values)


@pytest.mark.parametrize("name", ["0000000000000000", "7fffffffffffffff", "8000000000000000", "ffffffffffffffff"])
def test_the_index_number_of_an_article_gives_back_its_id(name: str) -> None:
    assert story_index.from_index_number(story_index.to_index_number(name)) == name
    assert -(2**63) <= story_index.to_index_number(name) < 2**63


def test_articles_are_found_by_the_values_that_they_share(connection: Connection) -> None:
    index(connection, 0, 1, 2, 3)
    index(connection, 1, 2, 3, 4)
    index(connection, 2, 3, 4, 5)
    assert story_index.find_sharing(connection, [1, 2, 3], 2, name=NAMES[0]) == {NAMES[0], NAMES[1]}
    assert story_index.find_sharing(connection, [1, 2, 3], 1, name=NAMES[0]) == {NAMES[0], NAMES[1], NAMES[2]}
    assert story_index.find_sharing(connection, [], 1, name=NAMES[0]) == set()


def test_of_too_many_candidates_the_most_similar_are_found(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        index(connection, number, *range(10 - number))
    question = story_index._SHARING.limit(2)
    monkeypatch.setattr(story_index, "_SHARING", question)
    assert story_index.find_sharing(connection, range(10), 2, name=NAMES[0]) == {NAMES[0], NAMES[1]}


def test_a_value_that_very_many_articles_hold_finds_no_candidate(connection: Connection) -> None:
    add_crowd(connection, 9)
    index(connection, 0, 1, 2, 3, 9)
    index(connection, 1, 1, 2, 3, 9)
    assert story_index.find_sharing(connection, [1, 2, 3, 9], 1, name=NAMES[0]) == {NAMES[0], NAMES[1]}


def test_an_article_most_of_whose_values_are_common_is_looked_up_by_all_of_them(connection: Connection) -> None:
    for value in (7, 8, 9):
        add_crowd(connection, value)
    index(connection, 0, 1, 7, 8, 9)
    assert len(story_index.find_sharing(connection, [1, 7, 8, 9], 3, name=NAMES[0])) > 2


def add_crowd(connection: Connection, value: int) -> None:
    """Let more articles hold a value than are looked up."""
    rows = [{"value": value, "article": number} for number in range(1, story_index.MAX_HOLDERS + 2)]
    connection.execute(insert(SketchValue), rows)


def test_a_changed_article_is_found_by_its_new_values(connection: Connection) -> None:
    index(connection, 0, 1, 2, 3)
    index(connection, 0, 2, 7, 8, old=(1, 2, 3))
    assert story_index.find_sharing(connection, [1, 3], 1, name=NAMES[0]) == set()
    assert story_index.find_sharing(connection, [2, 7, 8], 3, name=NAMES[0]) == {NAMES[0]}
    story_index.index_article(connection, NAMES[0], key="", sketch=None, old=(2, 7, 8), new=())
    assert connection.scalar(select(func.count()).select_from(SketchValue)) == 0
    assert NAMES[0] in story_index.list_unindexed(connection, 10)


def test_unindexed_are_the_articles_without_a_sketch(connection: Connection) -> None:
    index(connection, 1, 1)
    assert story_index.list_unindexed(connection, 10) == sorted([NAMES[0], *NAMES[2:4]])
    first = story_index.list_unindexed(connection, 2)
    assert first + story_index.list_unindexed(connection, 2, after=first[-1]) == story_index.list_unindexed(
        connection, 10
    )


def test_a_headline_is_searched_on_its_site_within_a_period(connection: Connection) -> None:
    for number in range(5):
        index(connection, number, key="ferry runs again")
    assert story_index.find_same_headline(connection, "courier", "ferry runs again", NOON, timedelta(days=1)) == set(
        NAMES[:2]
    )
    assert story_index.find_same_headline(connection, "courier", "ferry runs again", NOON, WEEK) == set(NAMES[:4])
    assert story_index.find_same_headline(connection, "gazette", "ferry runs again", NOON, WEEK) == set()


def test_a_canonical_url_is_searched_everywhere_except_among_rejected_pages(connection: Connection) -> None:
    assert story_index.find_same_canonical_url(connection, "https://courier.example/1") == {NAMES[1]}
    assert story_index.find_same_canonical_url(connection, "https://courier.example/4") == set()


def test_the_matches_of_an_article_are_replaced_as_a_whole(connection: Connection) -> None:
    story_index.save_matches(connection, NAMES[0], {NAMES[1]: ALIKE, NAMES[2]: ALIKE})
    story_index.save_matches(connection, NAMES[3], {NAMES[1]: ALIKE})
    assert story_index.load_matches(connection, NAMES[1]).keys() == {NAMES[0], NAMES[3]}
    assert all(row.one < row.other for row in connection.execute(select(StoredMatch.__table__)))
    story_index.save_matches(connection, NAMES[1], {})
    assert story_index.load_matches(connection, NAMES[0]).keys() == {NAMES[2]}
    connection.execute(StoredArticle.__table__.delete().where(StoredArticle.id == NAMES[2]))
    assert story_index.load_matches(connection, NAMES[0]) == {}


def test_a_duplicate_verdict_is_stored_and_removed(connection: Connection) -> None:
    story_index.save_verdict(
        connection, NAMES[1], of=NAMES[0], rule="near-duplicate", kind="edited", likeness=0.5, share=0.75
    )
    row = story_index.load_members(connection, NAMES)[NAMES[1]]
    assert (row.duplicate_of, row.duplicate_kind, row.length) == (NAMES[0], "edited", len("text 1"))
    story_index.save_verdict(connection, NAMES[1])
    assert story_index.load_members(connection, NAMES)[NAMES[1]].duplicate_share is None


def test_rejected_pages_are_never_compared(connection: Connection) -> None:
    assert story_index.load_compared_articles(connection, NAMES).keys() == set(NAMES[:4])
    assert story_index.load_article(connection, NAMES[4]).rejected == "paywall"

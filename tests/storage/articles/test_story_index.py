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
from storage.models import SketchKey, StoredArticle, StoredMatch

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


def add_article(connection: Connection, name: str) -> None:
    """Add an article with this id, like the first one."""
    row = connection.execute(select(StoredArticle.__table__).where(StoredArticle.id == NAMES[0])).mappings().one()
    connection.execute(insert(StoredArticle).values(dict(row) | {"id": name}))


@pytest.mark.parametrize("name", ["0000000000000000", "7fffffffffffffff", "8000000000000000", "ffffffffffffffff"])
@pytest.mark.parametrize("value", [0, 2**35 - 1, 2**63 - 1])
def test_an_article_is_found_by_its_keys_whatever_its_id(connection: Connection, name: str, value: int) -> None:
    assert all(0 <= key < 2**63 for key in story_index.make_index_keys(name, [value]))
    add_article(connection, name)
    story_index.index_article(connection, name, key="", sketch=b"", old=(), new=[value])
    assert story_index.find_sharing(connection, [value], 1) == {name}


def test_articles_whose_ids_begin_alike_are_both_found_and_share_a_row(connection: Connection) -> None:
    twin = f"{NAMES[0][:-1]}{int(NAMES[0][-1], 16) ^ 1:x}"
    add_article(connection, twin)
    for name in (NAMES[0], twin):
        story_index.index_article(connection, name, key="", sketch=b"", old=(), new=[7])
    assert story_index.find_sharing(connection, [7], 1) == {NAMES[0], twin}
    assert connection.scalar(select(func.count()).select_from(SketchKey)) == 1


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
    monkeypatch.setattr(story_index, "MAX_CANDIDATES", 1)  # beside the article itself
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
    index(connection, 1, 7, 8, 9)
    assert story_index.find_sharing(connection, [1, 7, 8, 9], 3, name=NAMES[0]) == {NAMES[0], NAMES[1]}


@pytest.mark.parametrize("many", [(), (11,), (11, 12), (11, 12, 13), (11, 12, 13, 14)])
def test_values_that_many_articles_hold_count_like_others(connection: Connection, many: tuple[int, ...]) -> None:
    for value in many:
        add_crowd(connection, value, story_index.FEW_HOLDERS + value)
    values = (1, 2, 3, *many)
    index(connection, 0, *values)
    index(connection, 1, 1, 2, 3, *many[:1])
    index(connection, 2, 1, *many)
    index(connection, 3, *many)
    for least in range(1, len(values) + 1):
        shared = {0: len(values), 1: 3 + len(many[:1]), 2: 1 + len(many), 3: len(many)}
        enough = {NAMES[number] for number, both in shared.items() if both >= least}
        assert story_index.find_sharing(connection, values, least, name=NAMES[0]) == enough
        assert story_index.find_sharing(connection, values, least) == enough


def test_an_article_whose_sketch_is_unlike_is_left_out(connection: Connection) -> None:
    for number, sketch in enumerate((b"own", b"alike", b"unlike")):
        story_index.index_article(connection, NAMES[number], key="", sketch=sketch, old=(), new=[1, 2, 3])
    found = story_index.find_sharing(connection, [1, 2, 3], 3, name=NAMES[0], is_alike=lambda one: one == b"alike")
    assert found == {NAMES[0], NAMES[1]}


def add_crowd(connection: Connection, value: int, size: int = story_index.MAX_HOLDERS + 1) -> None:
    """Let so many articles hold a value, by default more than are looked up. They come last."""
    holders = (f"{0xFFFFFFF - number:07x}{0:09x}" for number in range(size))
    connection.execute(insert(SketchKey), [{"key": story_index.make_index_keys(one, [value])[0]} for one in holders])


def test_a_changed_article_is_found_by_its_new_values(connection: Connection) -> None:
    index(connection, 0, 1, 2, 3)
    index(connection, 0, 2, 7, 8, old=(1, 2, 3))
    assert story_index.find_sharing(connection, [1, 3], 1, name=NAMES[0]) == set()
    assert story_index.find_sharing(connection, [2, 7, 8], 3, name=NAMES[0]) == {NAMES[0]}
    story_index.index_article(connection, NAMES[0], key="", sketch=None, old=(2, 7, 8), new=())
    assert connection.scalar(select(func.count()).select_from(SketchKey)) == 0
    assert NAMES[0] in story_index.list_unindexed(connection, 10)


def test_unindexed_are_the_articles_without_a_sketch(connection: Connection) -> None:
    index(connection, 1, 1)
    assert story_index.list_unindexed(connection, 10) == sorted([NAMES[0], *NAMES[2:4]])
    first = story_index.list_unindexed(connection, 2)
    assert first + story_index.list_unindexed(connection, 2, after=first[-1]) == story_index.list_unindexed(
        connection, 10
    )


def relate(connection: Connection, **about: Any) -> story_index.RelatedArticles:
    wanted = {"canonical_url": "", "site": "courier", "key": "", "when": NOON, "within": WEEK} | about
    return story_index.find_related(connection, NAMES[0], **wanted)


def test_a_headline_is_searched_on_its_site_within_a_period(connection: Connection) -> None:
    for number in range(5):
        index(connection, number, key="ferry runs again")
    day = timedelta(days=1)
    assert relate(connection, key="ferry runs again", within=day).same_headline == set(NAMES[:2])
    assert relate(connection, key="ferry runs again").same_headline == set(NAMES[:4])
    assert relate(connection, key="ferry runs again", site="gazette").same_headline == set()
    assert relate(connection).same_headline == set()


def test_a_canonical_url_is_searched_everywhere_except_among_rejected_pages(connection: Connection) -> None:
    assert relate(connection, canonical_url="https://courier.example/1").same_page == {NAMES[1]}
    assert relate(connection, canonical_url="https://courier.example/4").same_page == set()


def test_what_matched_before_is_related(connection: Connection) -> None:
    story_index.save_matches(connection, NAMES[0], {NAMES[1]: ALIKE, NAMES[2]: ALIKE})
    story_index.save_matches(connection, NAMES[3], {NAMES[2]: ALIKE})
    assert relate(connection).matched == {NAMES[1], NAMES[2]}


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

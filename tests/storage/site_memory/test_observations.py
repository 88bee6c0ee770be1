"""The sample of pages a memory is learnt from, observations and memory dependencies."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from storage.archive.location import ArchiveLocation
from storage.articles.saving import make_article_id
from storage.database.engine import open_for_reading
from storage.models import StoredArticle, StoredMemoryDependency, StoredObservation
from storage.site_memory.observations import (
    PageObservation,
    TextDependency,
    delete_observations,
    list_sites,
    load_observations,
    load_page_dependencies,
    sample_pages,
    save_memory_dependencies,
    save_observations,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SITE = "courier"
GiveArticles = Callable[[Engine, Iterable[dict[str, Any]]], None]


def page(name: str, **values: Any) -> dict[str, Any]:
    return {"id": name, "fetched_at": NOON, "archive_file": "a.warc.gz", "archive_offset": 7} | values


def pages(number: int) -> list[dict[str, Any]]:
    """Return pages a minute apart, the last one the newest; one in three has only a time of fetch."""
    return [
        page(make_article_id(f"https://courier.example/{at}"), **{when: NOON + timedelta(minutes=at)})
        for at in range(number)
        for when in (["fetched_at"] if at % 3 == 0 else ["published_at"])
    ]


def sample(engine: Engine, window: int, size: int, site: str = SITE) -> list[str]:
    with open_for_reading(engine) as connection:
        return sample_pages(connection, site, window=window, size=size)


def load(engine: Engine, names: Iterable[str], version: str = "1", site: str = SITE) -> dict[str, bytes]:
    with open_for_reading(engine) as connection:
        return load_observations(connection, site, list(names), version)


def observe(
    engine: Engine,
    name: str,
    data: bytes = b"seen",
    *,
    site: str = SITE,
    version: str = "1",
    fetched_at: datetime = NOON,
) -> None:
    with engine.begin() as connection:
        save_observations(connection, [PageObservation(name, site, version, fetched_at, data)])


@pytest.mark.parametrize("seed", range(3))
def test_a_sample_does_not_depend_on_the_order_of_arrival(
    engine: Engine, give_articles: GiveArticles, seed: int
) -> None:
    rows = pages(60)
    newest = [row["id"] for row in rows[-30:]]
    random.Random(seed).shuffle(rows)
    give_articles(engine, rows)
    assert sample(engine, 30, 12) == sorted(newest)[:12]


def test_a_sample_keeps_to_window_and_size(engine: Engine, give_articles: GiveArticles) -> None:
    rows = pages(20)
    names = [row["id"] for row in rows]
    give_articles(engine, rows)
    assert sample(engine, 1, 5) == names[-1:]
    assert sample(engine, 5, 5) == sorted(names[-5:])
    assert sample(engine, 5, 99) == sorted(names[-5:])
    assert sample(engine, 99, 5) == sorted(names)[:5]
    assert sample(engine, 99, 99) == sorted(names)
    assert sample(engine, 99, 99, "gazette") == []


def test_of_equally_new_pages_the_first_by_id_are_in_the_window(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, [page(name) for name in "dbca"])
    assert sample(engine, 2, 9) == ["a", "b"]


def test_a_page_is_ordered_by_its_date_not_its_fetch(engine: Engine, give_articles: GiveArticles) -> None:
    long_ago = NOON - timedelta(days=900)
    give_articles(engine, [page("old", published_at=long_ago), page("new", fetched_at=NOON - timedelta(days=1))])
    assert sample(engine, 1, 9) == ["new"]


def test_the_sample_has_rejected_pages_and_duplicates_but_no_pages_outside_the_archive(
    engine: Engine, give_articles: GiveArticles
) -> None:
    give_articles(
        engine,
        [
            page("article"),
            page("double", duplicate_of="article"),
            page("wall", rejected="paywall"),
            page("lost", archive_file=None, archive_offset=None),
            page("far", site="gazette"),
        ],
    )
    assert sample(engine, 9, 9) == ["article", "double", "wall"]


def test_the_last_observation_of_a_page_is_returned(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, [page("a"), page("b"), page("c")])
    observe(engine, "a", b"first")
    observe(engine, "a", b"\x00\xffsecond")
    observe(engine, "b")
    assert load(engine, "abc") == {"a": b"\x00\xffsecond", "b": b"seen"}
    assert load(engine, "bc") == {"b": b"seen"}
    assert load(engine, "") == {}


def test_observations_of_another_cleaner_version_are_left_out(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, [page("a")])
    observe(engine, "a", version="2")
    assert load(engine, "a", "1") == {}
    assert load(engine, "a", "2") == {"a": b"seen"}


def test_a_page_that_was_fetched_again_must_be_observed_again(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, [page("a")])
    observe(engine, "a")
    again = NOON + timedelta(days=1, microseconds=5)
    with engine.begin() as connection:
        connection.execute(update(StoredArticle).values(fetched_at=again))
    assert load(engine, "a") == {}
    observe(engine, "a", b"new", fetched_at=again)
    assert load(engine, "a") == {"a": b"new"}


def test_a_page_that_moved_to_another_site_has_no_observation_for_either(
    engine: Engine, give_articles: GiveArticles
) -> None:
    give_articles(engine, [page("a")])
    observe(engine, "a")
    with engine.begin() as connection:
        connection.execute(update(StoredArticle).values(site="gazette"))
    assert load(engine, "a") == load(engine, "a", site="gazette") == {}


def test_many_pages_are_looked_up_at_once(engine: Engine, give_articles: GiveArticles) -> None:
    names = [f"{at:04}" for at in range(1_100)]
    give_articles(engine, [page(name) for name in names])
    with engine.begin() as connection:
        save_observations(connection, [PageObservation(name, SITE, "1", NOON, name.encode()) for name in names])
    assert load(engine, names) == {name: name.encode() for name in names}
    with engine.begin() as connection:
        assert delete_observations(connection, SITE, names[:5]) == 1_095
    assert sorted(load(engine, names)) == names[:5]


def test_observations_outside_the_sample_are_deleted_for_that_site_only(
    engine: Engine, give_articles: GiveArticles
) -> None:
    give_articles(engine, [page("a"), page("b"), page("far", site="gazette")])
    for name in "ab":
        observe(engine, name)
    observe(engine, "far", site="gazette")
    with engine.begin() as connection:
        assert delete_observations(connection, SITE, ["b", "unknown"]) == 1
        assert delete_observations(connection, SITE, ["b", "unknown"]) == 0
    assert load(engine, "ab") == {"b": b"seen"}
    assert load(engine, ["far"], site="gazette") == {"far": b"seen"}


def test_pages_are_loaded_in_order_with_or_without_a_memory_dependency(
    engine: Engine, give_articles: GiveArticles
) -> None:
    give_articles(engine, [page("b", rejected="paywall"), page("a"), page("lost", archive_file=None), page("c")])
    with engine.begin() as connection:
        save_memory_dependencies(connection, [TextDependency("a", "first", b"old")])
        save_memory_dependencies(connection, [TextDependency("a", "0123456789abcdef", b"\x00trace")])
        found = load_page_dependencies(connection, SITE, limit=9)
    assert [(one.id, one.digest, one.data) for one in found] == [
        ("a", "0123456789abcdef", b"\x00trace"),
        ("b", None, None),
        ("c", None, None),
    ]
    location = ArchiveLocation("a.warc.gz", 7)
    assert found[0] == (
        "a", "https://news.example/a", SITE, NOON, location, "1", "0123456789abcdef", b"\x00trace", None, ()
    )  # fmt: skip


@pytest.mark.parametrize("limit", [1, 3, 4, 100])
def test_loading_pages_can_continue_after_any_page(engine: Engine, give_articles: GiveArticles, limit: int) -> None:
    rows = pages(12)
    give_articles(engine, [*rows, page("0", site="gazette"), page("z", site="gazette")])
    names = sorted(row["id"] for row in rows)
    with open_for_reading(engine) as connection:
        for at, name in enumerate(["", *names]):
            found = load_page_dependencies(connection, SITE, after=name, limit=limit)
            assert [one.id for one in found] == names[at : at + limit]


def test_observation_and_memory_dependency_are_deleted_with_their_article(
    engine: Engine, give_articles: GiveArticles
) -> None:
    give_articles(engine, [page("a"), page("b")])
    for name in "ab":
        observe(engine, name)
        with engine.begin() as connection:
            save_memory_dependencies(connection, [TextDependency(name, "digest", b"trace")])
    with engine.begin() as connection:
        connection.execute(delete(StoredArticle).where(StoredArticle.id == "a"))
    with open_for_reading(engine) as connection:
        assert connection.scalars(select(StoredObservation.article_id)).all() == ["b"]
        assert connection.scalars(select(StoredMemoryDependency.article_id)).all() == ["b"]


def test_nothing_is_stored_for_an_unknown_page(engine: Engine) -> None:
    with pytest.raises(IntegrityError):
        observe(engine, "a")
    with pytest.raises(IntegrityError), engine.begin() as connection:
        save_memory_dependencies(connection, [TextDependency("a", "digest", b"trace")])
    with open_for_reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(StoredObservation)) == 0


def test_sites_are_those_of_stored_pages_each_once(engine: Engine, give_articles: GiveArticles) -> None:
    with open_for_reading(engine) as connection:
        assert list_sites(connection) == []
    rows = [page(f"{site}{at}", site=site) for at in range(3) for site in ("gazette", "courier", "anzeiger")]
    give_articles(engine, [*rows, page("wall", site="wall", rejected="paywall", archive_file=None)])
    with open_for_reading(engine) as connection:
        assert list_sites(connection) == ["anzeiger", "courier", "gazette", "wall"]

"""What single pages told of their sites: the pages a memory is learnt from, observations and traces."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from storage.articles import article_id
from storage.database import reading
from storage.models import StoredArticle, StoredObservation, Trace
from storage.observations import (
    forget_observations,
    keep_observation,
    keep_trace,
    observations,
    sample,
    site_names,
    traces,
)
from storage.warc import Place

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SITE = "courier"
GiveArticles = Callable[[Engine, Iterable[dict[str, Any]]], None]


def page(name: str, **values: Any) -> dict[str, Any]:
    return {"id": name, "fetched_at": NOON, "archive_file": "a.warc.gz", "archive_offset": 7} | values


def pages(number: int) -> list[dict[str, Any]]:
    """Pages a minute apart, the last one the newest; of one in three it is only known when it was fetched."""
    return [
        page(article_id(f"https://courier.example/{at}"), **{when: NOON + timedelta(minutes=at)})
        for at in range(number)
        for when in (["fetched_at"] if at % 3 == 0 else ["published_at"])
    ]


def drawn(engine: Engine, window: int, size: int, site: str = SITE) -> list[str]:
    with reading(engine) as connection:
        return sample(connection, site, window=window, size=size)


def seen(engine: Engine, names: Iterable[str], version: str = "1", site: str = SITE) -> dict[str, bytes]:
    with reading(engine) as connection:
        return observations(connection, site, list(names), version)


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
        keep_observation(connection, name, site, version, fetched_at, data)


@pytest.mark.parametrize("seed", range(3))
def test_a_sample_is_the_same_in_whichever_order_pages_come(
    engine: Engine, give_articles: GiveArticles, seed: int
) -> None:
    rows = pages(60)
    newest = [row["id"] for row in rows[-30:]]
    random.Random(seed).shuffle(rows)
    give_articles(engine, rows)
    assert drawn(engine, 30, 12) == sorted(newest)[:12]


def test_a_sample_keeps_to_window_and_size(engine: Engine, give_articles: GiveArticles) -> None:
    rows = pages(20)
    names = [row["id"] for row in rows]
    give_articles(engine, rows)
    assert drawn(engine, 1, 5) == names[-1:]
    assert drawn(engine, 5, 5) == sorted(names[-5:])
    assert drawn(engine, 5, 99) == sorted(names[-5:])
    assert drawn(engine, 99, 5) == sorted(names)[:5]
    assert drawn(engine, 99, 99) == sorted(names)
    assert drawn(engine, 99, 99, "gazette") == []


def test_of_pages_that_are_as_new_the_first_by_id_are_in_the_window(
    engine: Engine, give_articles: GiveArticles
) -> None:
    give_articles(engine, [page(name) for name in "dbca"])
    assert drawn(engine, 2, 9) == ["a", "b"]


def test_a_page_counts_by_its_date_however_late_it_was_fetched(engine: Engine, give_articles: GiveArticles) -> None:
    long_ago = NOON - timedelta(days=900)
    give_articles(engine, [page("old", published_at=long_ago), page("new", fetched_at=NOON - timedelta(days=1))])
    assert drawn(engine, 1, 9) == ["new"]


def test_rejected_pages_and_duplicates_are_drawn_and_those_out_of_the_archive_are_not(
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
    assert drawn(engine, 9, 9) == ["article", "double", "wall"]


def test_what_a_page_told_comes_back_and_the_last_word_counts(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, [page("a"), page("b"), page("c")])
    observe(engine, "a", b"first")
    observe(engine, "a", b"\x00\xffsecond")
    observe(engine, "b")
    assert seen(engine, "abc") == {"a": b"\x00\xffsecond", "b": b"seen"}
    assert seen(engine, "bc") == {"b": b"seen"}
    assert seen(engine, "") == {}


def test_what_another_version_of_the_cleaner_saw_does_not_count(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, [page("a")])
    observe(engine, "a", version="2")
    assert seen(engine, "a", "1") == {}
    assert seen(engine, "a", "2") == {"a": b"seen"}


def test_a_page_that_is_fetched_again_is_to_be_observed_again(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, [page("a")])
    observe(engine, "a")
    again = NOON + timedelta(days=1, microseconds=5)
    with engine.begin() as connection:
        connection.execute(update(StoredArticle).values(fetched_at=again))
    assert seen(engine, "a") == {}
    observe(engine, "a", b"new", fetched_at=again)
    assert seen(engine, "a") == {"a": b"new"}


def test_a_page_that_is_another_sites_now_tells_nothing_of_either(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, [page("a")])
    observe(engine, "a")
    with engine.begin() as connection:
        connection.execute(update(StoredArticle).values(site="gazette"))
    assert seen(engine, "a") == seen(engine, "a", site="gazette") == {}


def test_many_pages_are_looked_up_at_once(engine: Engine, give_articles: GiveArticles) -> None:
    names = [f"{at:04}" for at in range(1_100)]
    give_articles(engine, [page(name) for name in names])
    with engine.begin() as connection:
        for name in names:
            keep_observation(connection, name, SITE, "1", NOON, name.encode())
    assert seen(engine, names) == {name: name.encode() for name in names}
    with engine.begin() as connection:
        assert forget_observations(connection, SITE, names[:5]) == 1_095
    assert sorted(seen(engine, names)) == names[:5]


def test_what_is_outside_the_sample_is_forgotten_of_that_site_alone(
    engine: Engine, give_articles: GiveArticles
) -> None:
    give_articles(engine, [page("a"), page("b"), page("far", site="gazette")])
    for name in "ab":
        observe(engine, name)
    observe(engine, "far", site="gazette")
    with engine.begin() as connection:
        assert forget_observations(connection, SITE, ["b", "unknown"]) == 1
        assert forget_observations(connection, SITE, ["b", "unknown"]) == 0
    assert seen(engine, "ab") == {"b": b"seen"}
    assert seen(engine, ["far"], site="gazette") == {"far": b"seen"}


def test_pages_come_in_order_with_their_traces_or_without(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, [page("b", rejected="paywall"), page("a"), page("lost", archive_file=None), page("c")])
    with engine.begin() as connection:
        keep_trace(connection, "a", "first", b"old")
        keep_trace(connection, "a", "0123456789abcdef", b"\x00trace")
        found = traces(connection, SITE, limit=9)
    assert [(one.id, one.digest, one.data) for one in found] == [
        ("a", "0123456789abcdef", b"\x00trace"),
        ("b", None, None),
        ("c", None, None),
    ]
    assert found[0] == (
        "a", "https://news.example/a", SITE, NOON, Place("a.warc.gz", 7), "1", "0123456789abcdef", b"\x00trace", None
    )  # fmt: skip


@pytest.mark.parametrize("limit", [1, 3, 4, 100])
def test_going_through_the_pages_can_be_resumed_after_any(
    engine: Engine, give_articles: GiveArticles, limit: int
) -> None:
    rows = pages(12)
    give_articles(engine, [*rows, page("0", site="gazette"), page("z", site="gazette")])
    names = sorted(row["id"] for row in rows)
    with reading(engine) as connection:
        for at, name in enumerate(["", *names]):
            found = traces(connection, SITE, after=name, limit=limit)
            assert [one.id for one in found] == names[at : at + limit]


def test_what_an_article_told_and_its_trace_go_with_it(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, [page("a"), page("b")])
    for name in "ab":
        observe(engine, name)
        with engine.begin() as connection:
            keep_trace(connection, name, "digest", b"trace")
    with engine.begin() as connection:
        connection.execute(delete(StoredArticle).where(StoredArticle.id == "a"))
    with reading(engine) as connection:
        assert connection.scalars(select(StoredObservation.article_id)).all() == ["b"]
        assert connection.scalars(select(Trace.article_id)).all() == ["b"]


def test_nothing_is_kept_of_a_page_that_is_not_stored(engine: Engine) -> None:
    with pytest.raises(IntegrityError):
        observe(engine, "a")
    with pytest.raises(IntegrityError), engine.begin() as connection:
        keep_trace(connection, "a", "digest", b"trace")
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(StoredObservation)) == 0


def test_sites_are_those_of_stored_pages_each_once(engine: Engine, give_articles: GiveArticles) -> None:
    with reading(engine) as connection:
        assert site_names(connection) == []
    rows = [page(f"{site}{at}", site=site) for at in range(3) for site in ("gazette", "courier", "anzeiger")]
    give_articles(engine, [*rows, page("wall", site="wall", rejected="paywall", archive_file=None)])
    with reading(engine) as connection:
        assert site_names(connection) == ["anzeiger", "courier", "gazette", "wall"]

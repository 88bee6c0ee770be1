"""The eras of a site depend on the set of its pages alone, and those that a change touches are found by its days."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete

from storage.models import StoredArticle
from storage.site_memory.eras import Era, is_of_newest_era, list_eras, list_pages
from storage.site_memory.unsettled import (
    EVERYTHING,
    forget_unsettled_days,
    list_unsettled_days,
    mark_page_unsettled,
    mark_unsettled,
)

FIRST_DAY = datetime(2026, 3, 1, tzinfo=UTC)
SITE, WINDOW = "courier", 5
GiveArticles = Callable[[Engine, Iterable[dict[str, Any]]], None]


def page(number: int, day: float) -> dict[str, Any]:
    """Return a page that is dated so many days after the first one; half of them have only a time of fetch."""
    moment = {"published_at" if number % 2 else "fetched_at": FIRST_DAY + timedelta(days=day)}
    return {"id": f"{number:04}", "archive_file": "a.warc.gz", "archive_offset": 7} | moment


def ask(engine: Engine, days: list[str] | None = None) -> list[Era]:
    with engine.begin() as connection:
        return list_eras(connection, SITE, WINDOW, list_unsettled_days(connection, SITE) if days is None else days)


def describe(connection: Connection) -> dict[tuple[datetime | None, datetime | None], object]:
    """Return, for each era, all that its texts depend on: its pages, its window, the pages whose headlines it knows."""
    found: dict[tuple[datetime | None, datetime | None], object] = {}
    for era in list_eras(connection, SITE, WINDOW, [EVERYTHING]):
        window = list_pages(connection, SITE, end=era.end, limit=WINDOW, newest=True)
        after = era.end and list_pages(connection, SITE, start=era.end, end=era.end + timedelta(days=1))
        found[era.start, era.end] = list_pages(connection, SITE, start=era.start, end=era.end), window, after
    return found


def test_few_pages_are_one_era(engine: Engine, give_articles: GiveArticles) -> None:
    assert ask(engine, []) == []
    give_articles(engine, [page(number, number) for number in range(WINDOW - 1)])
    assert ask(engine, []) == []
    assert ask(engine, [EVERYTHING]) == ask(engine, ["2026-03-02"]) == [Era()]


def test_the_first_pages_are_one_era_and_then_each_day_is_one(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, [page(number, day) for number, day in enumerate((0, 1, 2, 3, 4, 4.5, 5, 9, 9.9))])
    ends = [FIRST_DAY + timedelta(days=day) for day in (5, 6, 10)]
    assert ask(engine, [EVERYTHING]) == [
        Era(None, ends[0], is_newest=False),
        Era(ends[0], ends[1], is_newest=False),
        Era(ends[2] - timedelta(days=1), ends[2], is_newest=True),
    ]
    with engine.begin() as connection:
        newest = [is_of_newest_era(connection, SITE, FIRST_DAY + timedelta(days=day), WINDOW) for day in (0, 4, 5, 9.5)]
    assert newest == [False, False, False, True]


@pytest.mark.parametrize("seed", [3, 8, 11])
def test_every_era_that_a_night_changes_is_found(engine: Engine, give_articles: GiveArticles, seed: int) -> None:
    """Nights of new pages, most of them recent, some of them old; pages go, too."""
    chance = random.Random(seed)
    number, found_less = 1, 0
    give_articles(engine, [page(0, 0)])
    with engine.begin() as connection:
        before = describe(connection)
    for night in range(30):
        rows = [
            page(number + at, max(0.0, night - chance.choice((0.2, 0.5, 0.9, 1.4, 1.4 * chance.randrange(20)))))
            for at in range(chance.randrange(7))
        ]
        number += len(rows)
        give_articles(engine, rows)
        with engine.begin() as connection:
            for row in rows:
                mark_page_unsettled(connection, row["id"])
            if number and chance.random() < 0.3:
                name = f"{chance.randrange(number):04}"
                mark_page_unsettled(connection, name)
                connection.execute(delete(StoredArticle).where(StoredArticle.id == name))
            after = describe(connection)
            eras = list_eras(connection, SITE, WINDOW, list_unsettled_days(connection, SITE))
            forget_unsettled_days(connection, SITE)
        changed = {bounds for bounds, content in after.items() if before.get(bounds) != content}
        assert changed <= {era[:2] for era in eras}
        assert [era[:2] for era in eras] == [bounds for bounds in after if bounds in {era[:2] for era in eras}]
        found_less += len(eras) < len(after)
        before = after
    assert found_less > 5, "most eras are left alone"


def test_days_are_marked_once_and_forgotten_by_site(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, [page(1, 3.5)])
    with engine.begin() as connection:
        for _ in range(2):
            mark_page_unsettled(connection, "0001")
            mark_page_unsettled(connection, "none")
            mark_unsettled(connection, SITE)
            mark_unsettled(connection, "gazette", FIRST_DAY)
        assert list_unsettled_days(connection, SITE) == [EVERYTHING, "2026-03-04"]
        forget_unsettled_days(connection, SITE)
        assert list_unsettled_days(connection, SITE) == []
        assert list_unsettled_days(connection, "gazette") == ["2026-03-01"]

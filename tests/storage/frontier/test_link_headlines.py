"""The headlines of a site: of its stored pages, and of the addresses in its frontier."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event

from cleaning.page import headings
from cleaning.page.headline_key import make_headline_key
from storage import runs
from storage.articles.saving import make_article_id
from storage.database.engine import open_for_reading
from storage.frontier import offering
from storage.frontier.addresses import AddressKind, Headline, Offer
from storage.frontier.link_headlines import UNSPACED, load_headlines

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
SITE = "courier"
URL = "https://courier.example/"
GiveArticles = Callable[[Engine, Iterable[dict[str, Any]]], None]


def offer_addresses(engine: Engine, *offers: Offer, site: str = SITE) -> None:
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NOW)
        offering.offer(connection, site, offers, run=run, now=NOW)


def address(name: str, key: str | None, kind: AddressKind = AddressKind.ARTICLE) -> Offer:
    return Offer(URL + name, kind, source="feed", headline=Headline(key, "feed") if key else None)


def load(engine: Engine, site: str = SITE) -> set[tuple[str, str]]:
    with open_for_reading(engine) as connection:
        return load_headlines(connection, site)


def test_they_are_those_of_all_stored_pages_of_the_site(engine: Engine, give_articles: GiveArticles) -> None:
    rows = [
        {"id": "one", "headline_key": "night ferry to run"},
        {"id": "two", "headline_key": "night ferry to run again", "duplicate_of": "one"},
        {"id": "wall", "headline_key": "the page behind a wall", "rejected": "paywall"},
        {"id": "far", "headline_key": "story of another site", "site": "gazette"},
    ]
    give_articles(engine, rows)
    assert load(engine) == {
        ("night ferry to run", "one"),
        ("night ferry to run again", "two"),
        ("the page behind a wall", "wall"),
    }


def test_they_are_those_of_addresses_of_articles_fetched_or_not(engine: Engine) -> None:
    offer_addresses(
        engine,
        address("a", "night ferry to run"),
        address("b", None),
        address("sport", "all of our sport", AddressKind.SECTION),
    )
    offer_addresses(engine, address("c", "story of another site"), site="gazette")
    assert load(engine) == {("night ferry to run", make_article_id(URL + "a"))}
    assert load(engine, "gazette") == {("story of another site", make_article_id(URL + "c"))}


def test_what_a_page_and_its_feed_call_one_article_goes_by_one_id(engine: Engine, give_articles: GiveArticles) -> None:
    name = make_article_id(URL + "a")
    give_articles(engine, [{"id": name, "url": URL + "a", "headline_key": "night ferry to run"}])
    offer_addresses(engine, address("a", "ferry to run at night"), address("b", "night ferry to run"))
    assert load(engine) == {
        ("night ferry to run", name),
        ("ferry to run at night", name),
        ("night ferry to run", make_article_id(URL + "b")),
    }


@pytest.mark.parametrize(
    ("headline", "is_named"),
    [
        ("Night ferry runs", True),
        ("Night ferry", False),
        ("The ferry's", True),
        ("夜の船が再び走る", True),
        ("夜の船が走る", False),
        ("ガガガガ", False),  # a voiced kana is two characters of its key
        ("밤배 운항", False),
        ("밤배 운항 다시", True),
    ],
)
def test_a_key_too_short_to_name_an_article_is_left_out(engine: Engine, headline: str, is_named: bool) -> None:
    offer_addresses(engine, address("a", make_headline_key(headline)))
    assert bool(load(engine)) == is_named


def test_scripts_without_spaces_are_those_that_cleaning_knows() -> None:
    assert UNSPACED.pattern == headings.UNSPACED.pattern


def test_rows_are_streamed_and_none_is_lost(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, [{"id": f"a{n}", "headline_key": f"article of number {n}"} for n in range(1_100)])
    offer_addresses(engine, *(address(f"b{n}", f"address of number {n}") for n in range(2_100)))
    streamed: list[object] = []
    with open_for_reading(engine) as connection:
        event.listen(connection, "before_execute", lambda *arguments: streamed.append(arguments[4].get("yield_per")))
        assert len(load_headlines(connection, SITE)) == 3_200
    assert streamed == [1_000, 1_000]

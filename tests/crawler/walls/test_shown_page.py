"""One text at several addresses is a wall, an article with twins, or an agency's report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from servers.paper import prose

from cleaning.records.article import Article
from cleaning.records.block import Block
from crawler.walls.find_walls import WallFinder
from crawler.walls.shown_page import ShownPage, is_notice, is_same_text, select_blocks, select_wall
from storage.frontier.addresses import AddressKind, Lease

TEXT = prose("a wall")
DAY = datetime(2025, 10, 7, tzinfo=UTC)
NAMES = ["the-baker-counts-his-loaves", "who-painted-our-lighthouse", "rain-on-the-fair"]
NO_NAMES = ["17", "18", "19"]
HEADLINES = dict(enumerate(["the baker counts his loaves", "who painted our lighthouse", "rain on the fair"]))


def show(path: str, number: int, *, title: str = "Before you go on", text: list[str] | None = None) -> ShownPage:
    url = f"https://paper.example{path}"
    lease = Lease(number, url, "paper", AddressKind.ARTICLE, 1, "feed", 0)
    blocks = tuple(Block(paragraph) for paragraph in text or TEXT)
    return ShownPage.from_article(lease, Article(url, title, blocks), 200, DAY)


def show_all(paths: list[str], **more: str) -> list[ShownPage]:
    return [show(f"/news/{path}", number, **more) for number, path in enumerate(paths)]


@pytest.mark.parametrize(
    ("pages", "headlines"),
    [
        (show_all(NAMES), {}),
        (show_all(NO_NAMES), HEADLINES),
        (show_all(NO_NAMES), {}),
        (show_all(["story-number-1", "story-number-2", "story-number-3"]), {}),
        ([show(f"/{number}", number, title=HEADLINES[number]) for number in range(3)], {}),
    ],
    ids=["slugs", "headlines", "numbers", "counted", "titles"],
)
def test_walls(pages: list[ShownPage], headlines: dict[int, str]) -> None:
    assert select_wall(pages, headlines)


@pytest.mark.parametrize(
    ("pages", "headlines"),
    [
        (show_all(NAMES[:2]), HEADLINES),
        (show_all(["rain-on-the-fair", "rain-on-the-fair/amp", "rain-on-the-fair?print=1"]), {}),
        (show_all(["rain-of-104211", "rain-at-last-104211", "rain-on-the-fair-104211"]), HEADLINES),
        (show_all(["rain-on-the-fair-1", "rain-on-the-fair-2", "rain-on-the-fair-3"], title="Rain on the fair"), {}),
        ([replace(page, is_dated=True) for page in show_all(NO_NAMES)], HEADLINES),
        ([replace(page, is_dated=True, letters=5_000) for page in show_all(NAMES)], HEADLINES),
        ([replace(page, is_dated=True, url="https://paper.example/one") for page in show_all(NAMES)], HEADLINES),
    ],
    ids=["two", "twins", "one-id", "repeated", "dated", "agency", "merged"],
)
def test_articles(pages: list[ShownPage], headlines: dict[int, str]) -> None:
    assert not select_wall(pages, headlines)


def test_numbers_and_a_name_do_not_make_another_text() -> None:
    one, other = ([*TEXT, f"You wanted to read {name}, number {len(name)}"] for name in NAMES[:2])
    assert is_same_text(select_blocks(one), select_blocks(other))
    assert not is_same_text(select_blocks(one), select_blocks(prose("another")))


def test_a_known_wall_is_recognised_at_its_first_address() -> None:
    finder = WallFinder()
    finder.load({"paper": [("before you go on", "\n".join(TEXT))]})
    found = finder.suspect(show("/news/first", 1), None)
    assert found is not None
    assert found.is_known_wall(None)
    assert finder.suspect(show("/news/second", 2, text=prose("an article")), None) is None


def test_a_suspicion_begins_at_the_third_address_and_is_told_once() -> None:
    finder = WallFinder()
    found = [finder.suspect(page, None) for page in show_all(NAMES)]
    assert found[:2] == [None, None]
    assert found[2] is not None
    assert [page.lease.id for page in found[2].pages] == [0, 1, 2]
    assert finder.confirm(found[2])
    assert not finder.confirm(found[2])


@pytest.mark.parametrize("reason", ["section", "paywall", "cleaner-timeout", "no-text"])
def test_what_is_rejected_for_a_better_reason_is_no_wall(reason: str) -> None:
    finder = WallFinder()
    assert [finder.suspect(page, reason) for page in show_all(NAMES)] == [None] * 3


@pytest.mark.parametrize(
    ("title", "headline", "unlike"),
    [
        ("Selvim oro", "The baker counts his loaves", True),
        ("The baker counts", "Rain on the fair", False),
        ("Пекарь считает", "Пекарь считает", False),  # the address is in another script
        ("Пекарь считает", "Маяк покрасили", True),
    ],
)
def test_a_notice_has_nothing_of_its_headline(title: str, headline: str, unlike: bool) -> None:
    text = "." if title.isascii() else "Страница"
    page = show("/news/the-baker-counts-his-loaves", 1, title=title, text=[text])
    assert is_notice(page, text, headline.casefold()) is unlike


def test_an_article_that_stands_in_place_of_others_is_a_wall_at_theirs_alone() -> None:
    finder, title = WallFinder(), "Rain on the fair"
    others = show_all(["the-baker-counts-his-loaves", "who-painted-our-lighthouse", "old-trams-are-sold"], title=title)
    own = replace(show("/news/rain-on-the-fair", 9, title=title), is_dated=True)
    assert select_wall([*others, own], {}) == others
    for page in others:
        suspicion = finder.suspect(page, None)
    assert suspicion is not None
    finder.confirm(suspicion)
    found = finder.suspect(own, None)
    assert found is not None
    assert not found.is_known_wall(None)


def test_an_article_to_which_others_lead_is_no_wall() -> None:
    url = "https://paper.example/news/rain-on-the-fair"
    pages = [replace(page, url=url) for page in show_all(NAMES)]
    assert select_wall(pages, HEADLINES) == []

"""Each page is asked for once, under whatever addresses; what has not changed costs no body. Two nights, run once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from crawling import Store, run_scrapy
from manners import load_counts
from nights import let_a_night_pass
from servers.real_web.many_addresses import PLAIN, RECHECKED, SESSION, SHORT, ManyAddressesPaper


@dataclass
class Night:
    asked: list[str]
    bodies: dict[str, int]
    counts: dict[str, int] = field(default_factory=dict)

    def pages(self) -> list[str]:
        return [path for path in self.asked if path.startswith(("/2025/", "/show/", "/?p="))]


@dataclass
class Nights:
    first: Night
    second: Night
    store: Store
    url: str


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    data = tmp_path_factory.mktemp("same-pages") / "data"
    with ManyAddressesPaper() as paper:

        def crawl(session: str, days: float) -> Night:
            paper.print_edition(session, days=days)
            before = len(paper.asked)
            paper.bodies = {}
            done = run_scrapy("crawl", "articles", "-a", f"url={paper.url}/", data=data)
            assert done.returncode == 0, done.stderr
            return Night(paper.asked[before:], paper.bodies, read_counts(data))

        first = crawl("5f3a9c1e", 5)
        let_a_night_pass(data, timedelta(days=2))
        second = crawl("77ab03d2", 0.5)
        return Nights(first, second, Store(data), paper.url)


def read_counts(data: Path) -> dict[str, int]:
    (of_site,) = load_counts(data).values()
    return dict(of_site)


def test_a_page_is_asked_for_once_a_night(nights: Nights) -> None:
    times = Counter(path.partition("?partner")[0].partition("?print")[0] for path in nights.first.pages())
    assert {path: number for path, number in times.items() if number > 1} == {}
    assert set(PLAIN + SHORT + [RECHECKED]) <= set(times)
    assert not [path for path in times if path.endswith(("/", "index.html"))]


def test_each_page_is_stored_once_at_its_plain_address(nights: Nights) -> None:
    stored = nights.store.articles()
    expected = set(PLAIN + SHORT + [RECHECKED]) | {f"{path}&visit=5f3a9c1e" for path in SESSION}
    assert set(stored) == expected
    assert not [path for path, row in stored.items() if row.duplicate_of or row.rejected]


def test_a_redirect_to_a_known_article_ends_there(nights: Nights) -> None:
    addresses = nights.store.addresses()
    assert {(addresses[f"/?p={number}"].state, addresses[f"/?p={number}"].reason) for number in range(3)} == {
        ("done", "twin")
    }
    assert nights.first.counts["address/done/twin"] == 3


def test_the_second_night_asks_for_lists_for_what_its_source_says_has_changed_and_then_for_rechecks(
    nights: Nights,
) -> None:
    first, *others = nights.second.pages()
    counts = nights.second.counts
    assert first == RECHECKED
    assert len(others) == counts["recheck/asked"] == counts["recheck/not-modified"]
    assert len(set(others)) == len(others)
    assert nights.second.counts["article/unchanged"] == 1
    assert "article/stored" not in nights.second.counts


def test_lists_and_articles_that_have_not_changed_are_not_sent_again(nights: Nights) -> None:
    assert set(nights.second.bodies) == {"/feed.xml", "/map.xml", "/robots.txt"}  # these name new dates, new sessions
    assert nights.second.counts["discovery/unchanged"] == 1  # the front page


def test_what_an_unchanged_list_names_still_counts_as_listed(nights: Nights) -> None:
    addresses = nights.store.addresses()
    assert addresses["/feed.xml"].last_run == addresses["/map.xml"].last_run == 2
    assert nights.second.counts["address/known"] >= len(PLAIN) + len(SHORT)

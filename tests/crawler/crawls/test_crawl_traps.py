"""Traps: addresses that a site makes up without end do not keep the crawl from the real articles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from subprocess import CompletedProcess

import pytest
from crawling import Scrapy, Store, run_scrapy
from servers.paper import Answer, Paper

STORIES = [f"/2025/10/{day:02}/a-real-story-of-the-paper-{number}" for day in range(1, 6) for number in range(4)]
XML = {"Content-Type": "application/xml"}
SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
BARREN, HOST = 5, 80  # what the settings allow


class Endless(dict[str, Answer]):
    """Routes of a site that responds to any address with a page of new addresses."""

    def __init__(self, paper: Paper) -> None:
        super().__init__()
        self.paper = paper

    def get(self, path: str, default: Answer | None = None) -> Answer | None:  # type: ignore[override]
        if path in self or not path.startswith(("/calendar/", "/list", "/s/", "/a/b", "/maps/")):
            return super().get(path, default)
        if path.startswith("/maps/"):  # a sitemap of sitemaps of sitemaps, and of days without an event
            children = "".join(f"<sitemap><loc>{self.paper.url}{path}/{number}</loc></sitemap>" for number in range(20))
            return Answer(f"<sitemapindex {SITEMAP}>{children}</sitemapindex>", headers=XML)
        following = count(sum(map(ord, path)))
        links = "".join(
            f'<li><a href="{link}">More</a></li>'
            for link in (
                f"/calendar/{next(following)}/05/12/what-is-on-in-our-town",
                f"/list?page={next(following)}",
                f"/s/{next(following):x}/news",
                f"{path.partition('?')[0]}/a/b",
            )
        )
        return Answer(f"<html><head><title>Nothing</title></head><body><p>No events.</p><ul>{links}</ul></body></html>")


@dataclass
class Night:
    paper: Paper
    store: Store
    done: CompletedProcess[str]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    data = tmp_path_factory.mktemp("traps") / "data"
    with Paper() as paper:
        paper.routes = Endless(paper)  # type: ignore[assignment]
        for path in STORIES:
            paper.article(path, f"Headline of {path.rsplit('/', 1)[1].replace('-', ' ')}")
        days = [f"/calendar/{year}/05/12/what-is-on-in-our-town" for year in range(2026, 2096)]
        lists = [f"/list?page={number}" for number in range(40)]
        sessions = [f"/s/{number:x}ab/news" for number in range(40)]
        repeated = ["/a/b" * times for times in range(1, 9)]
        paper.front(*days, *lists, *sessions, *repeated, *STORIES)
        entries = "".join(f"<url><loc>{paper.url}{path}</loc></url>" for path in [*days, *STORIES])
        paper.routes["/calendar.xml"] = Answer(f"<urlset {SITEMAP}>{entries}</urlset>", headers=XML)
        paper.routes["/robots.txt"] = Answer(
            f"User-agent: *\nSitemap: {paper.url}/maps/0\nSitemap: {paper.url}/calendar.xml\n",
            headers={"Content-Type": "text/plain"},
        )
        limits = [f"BARREN_PAGES={BARREN}", "LISTS_PER_SITE=30", f"PAGES_PER_HOST={HOST}"]
        settings = [part for limit in limits for part in ("-s", limit)]
        done = run_scrapy("crawl", "articles", "-a", f"url={paper.url}/", *settings, data=data)
        yield Night(paper, Store(data), done)


def test_the_real_articles_are_fetched(night: Night) -> None:  # case 26 of SECURITY.md
    assert night.done.returncode == 0, night.done.stderr
    assert set(STORIES) <= set(night.store.texts())
    assert len(night.paper.asked) <= HOST


def test_a_pattern_without_articles_is_closed_and_counted(night: Night) -> None:  # case 26 of SECURITY.md
    fetched = [path for path in night.paper.asked if path.startswith("/calendar/")]
    # Pages that were under way when the pattern was closed are judged later.
    assert BARREN <= len(fetched) <= BARREN + 20
    rows = {path: row for path, row in night.store.addresses().items() if path.startswith("/calendar/")}
    trapped = [row for row in rows.values() if row.reason == "trap-barren"]
    assert len(trapped) + len(fetched) == 70
    assert {(row.state, row.fetched_at) for row in trapped} == {("refused", None)}
    assert "trap-barren" in night.done.stdout


def test_an_endless_sitemap_leaves_time_for_the_articles(night: Night) -> None:  # case 27 of SECURITY.md
    assert 0 < sum(path.startswith("/maps/") for path in night.paper.asked) <= 30
    assert "after 30 lists no more are read" in night.done.stderr
    assert len(set(night.paper.asked)) == len(night.paper.asked)  # nothing twice


def test_a_host_gives_a_limited_number_of_pages_a_night_and_the_rest_later(
    paper: Paper, scrapy: Scrapy, store: Store
) -> None:  # case 26 of SECURITY.md
    paper.publish(*STORIES)
    first = scrapy("crawl", "articles", "-a", f"url={paper.url}/", "-s", "PAGES_PER_HOST=12")
    assert first.returncode == 0, first.stderr
    assert len(paper.asked) == 12
    assert "page-limit" in first.stdout
    waiting = [row for row in store.addresses().values() if row.state == "pending"]
    assert {row.tries for row in waiting} == {0}
    assert len(waiting) >= len(STORIES) - 12
    again = scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    assert again.returncode == 6, again.stderr
    assert "page-limit" in again.stderr


def test_one_text_at_many_addresses_is_one_article_and_a_trap(
    paper: Paper, scrapy: Scrapy, store: Store
) -> None:  # case 38 of SECURITY.md
    flood = [f"/2025/10/{day:02}/the-same-story-again-and-again-{day}" for day in range(1, 29)]
    for path in flood:
        paper.article(path, "The same story again and again", text=None if path == flood[0] else TEXT)
    paper.article(flood[0], "The same story again and again", text=TEXT)
    paper.front(*flood)
    done = scrapy("crawl", "articles", "-a", f"url={paper.url}/", "-s", f"BARREN_PAGES={BARREN}")
    assert done.returncode == 0, done.stderr
    rows = store.articles().values()
    assert sum(row.duplicate_of is None for row in rows) == 1
    assert BARREN < len(rows) < 28


TEXT = [
    f"Paragraph {number} of the story tells in quite a few plain words how the council met the bridge keeper on a "
    f"Tuesday and what was said of the {thing} that evening by all of them in the long hall."
    for number, thing in enumerate(("ferry", "school", "market", "orchard", "choir", "museum"))
]

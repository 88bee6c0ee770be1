"""A night with feeds and sitemaps as real papers have them: large, distant, packed twice, in charsets that lie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from crawling import Store, run_scrapy
from manners import load_counts
from servers.paper import Paper
from servers.real_web.lists import publish_feeds, publish_sitemaps


@dataclass
class Night:
    """A finished crawl of two papers; the sitemaps of one are partly on a third host."""

    log: str
    counts: dict[str, dict[str, int]]
    store: Store
    mapped: Paper
    other_house: Paper
    fed: Paper
    paths: list[str]
    titles: dict[str, str]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    data = tmp_path_factory.mktemp("real-lists") / "data"
    with ExitStack() as stack:
        mapped, other_house, fed = (stack.enter_context(Paper(f"127.0.1.{number}")) for number in (1, 2, 3))
        paths, titles = publish_sitemaps(mapped, other_house), publish_feeds(fed)
        done = run_scrapy(
            "crawl", "articles", "-a", f"url={mapped.url} {fed.url}", "-s", "TDMREP_ASKED=False", data=data
        )
        assert done.returncode == 0, done.stderr
        yield Night(done.stderr, load_counts(data), Store(data), mapped, other_house, fed, paths, titles)


def test_the_article_of_every_sitemap_is_stored(night: Night) -> None:
    assert set(night.paths) <= set(night.store.texts())


def test_a_sitemap_of_another_house_is_read_under_its_own_rules_and_believed_for_the_site_alone(night: Night) -> None:
    assert sorted(night.other_house.asked) == ["/maps/paper.xml", "/robots.txt"]
    assert night.counts[night.mapped.name]["link/refused/other-host"] == 1


def test_each_sitemap_is_asked_for_once(night: Night) -> None:
    asked = [path for path in night.mapped.asked if path.endswith((".xml", ".gz"))]
    assert len(asked) == len(set(asked))


def test_a_feed_is_read_in_its_charset_whatever_is_declared(night: Night) -> None:
    found = {path: row.title for path, row in night.store.articles().items() if path in night.titles}
    assert found == night.titles
    keys = {row.headline_key for path, row in night.store.addresses().items() if path in night.titles}
    assert keys == {title.lower().replace("-", " ") for title in night.titles.values()}


def test_empty_lists_are_counted_each_and_told_once(night: Night) -> None:
    assert night.counts[night.fed.name]["discovery/problem/empty-feed"] == 2
    assert night.log.count("nothing stands in") == 2  # one feed of this paper, one sitemap of the other

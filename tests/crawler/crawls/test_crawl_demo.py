"""`scrapy crawl articles --demo`: the corpus of the demo newspapers equals its gold, to the letter."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from crawling import Store, run_scrapy
from sqlalchemy import Row

from crawler.demo.gold import GoldArticle, list_dead_links, list_gold_articles, list_refused_pages
from crawler.demo.server import DemoServer

GOLD = list_gold_articles()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "data"


@pytest.fixture(scope="module")
def press() -> dict[str, list[tuple[str, int]]]:
    """The requests to each paper, filled in by the crawl."""
    return {}


@pytest.fixture(scope="module")
def crawl(
    data: Path, press: dict[str, list[tuple[str, int]]], tmp_path_factory: pytest.TempPathFactory
) -> subprocess.CompletedProcess[str]:
    sites = tmp_path_factory.mktemp("sites") / "sites.toml"
    with DemoServer((0, 0, 0, 0)) as papers:
        sites.write_text(papers.format_sites_toml())
        done = run_scrapy("crawl", "articles", "-s", f"SITES_FILE={sites}", data=data)
        press.update(papers.requests)
    return done


@pytest.fixture(scope="module")
def stored(crawl: subprocess.CompletedProcess[str], data: Path) -> dict[tuple[str, str], Row]:  # type: ignore[type-arg]
    assert crawl.returncode == 0, crawl.stderr
    return {(row.site, path): row for path, row in Store(data).articles().items()}


def name(article: GoldArticle) -> str:
    return f"{article.site}{article.path}"


def test_exactly_the_articles_of_the_gold_are_stored(stored: dict[tuple[str, str], Row]) -> None:  # type: ignore[type-arg]
    assert set(stored) == {(article.site, article.path) for article in GOLD}


@pytest.mark.parametrize("article", GOLD, ids=name)
def test_an_article_equals_its_gold(article: GoldArticle, stored: dict[tuple[str, str], Row]) -> None:  # type: ignore[type-arg]
    row = stored[article.site, article.path]
    assert row.rejected == article.rejected
    if article.rejected is not None:
        return
    assert row.text.split("\n") == article.text.split("\n")
    assert row.title == article.title
    assert (tuple(row.authors), row.source) == (article.authors, article.source)
    assert row.published_at == article.published_at
    assert row.modified_at == article.modified_at
    assert row.language == article.language


def test_the_duplicates_are_those_of_the_gold(stored: dict[tuple[str, str], Row]) -> None:  # type: ignore[type-arg]
    ids = {row.id: key for key, row in stored.items()}
    found = {key: ids[row.duplicate_of] for key, row in stored.items() if row.duplicate_of}
    planted = {(article.site, article.path): article.duplicate_of for article in GOLD if article.duplicate_of}
    assert found == planted


def test_addresses_that_robots_txt_forbids_were_never_requested(
    crawl: subprocess.CompletedProcess[str], press: dict[str, list[tuple[str, int]]]
) -> None:
    asked = {(site, path) for site, requests in press.items() for path, _ in requests}
    assert asked
    assert not asked & set(list_refused_pages())
    assert set(list_dead_links()) <= asked


def test_every_page_was_requested_once(
    crawl: subprocess.CompletedProcess[str], press: dict[str, list[tuple[str, int]]]
) -> None:
    for site, requests in press.items():
        paths = [path for path, _ in requests]
        assert len(paths) == len(set(paths)), site


def test_the_command_of_the_readme_needs_nothing_but_itself(data: Path) -> None:
    done = run_scrapy("crawl", "articles", "--demo", data=data.with_name("readme"), fast=False)
    assert done.returncode == 0, done.stderr
    assert "Results of this crawl" in done.stdout

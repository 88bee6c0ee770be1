"""Walls: what a site shows instead of its articles becomes no article, what a cookie or a refresh hides is fetched."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from crawling import Store, run_scrapy
from servers.paper import Paper
from servers.real_web import walls

SECRET = "subscriber-4711"


@dataclass
class Night:
    paper: Paper
    store: Store
    done: CompletedProcess[str]
    data: Path

    def reason(self, path: str) -> str | None:
        """Return why the page at this path is no article."""
        reason: str | None = self.store.articles()[path].rejected
        return reason


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("walls")
    with Paper() as paper:
        walls.publish_walls(paper)
        sites = folder / "sites.toml"
        sites.write_text(f'[[site]]\nname = "paper"\nurl = "{paper.url}/"\ncookies = {{ pass = "{SECRET}" }}\n')
        settings = ("-s", f"SITES_FILE={sites}", "-s", "LOG_LEVEL=DEBUG", "-s", "BREAKER_FAILURES=50")
        done = run_scrapy("crawl", "articles", *settings, data=folder / "data")
        yield Night(paper, Store(folder / "data"), done, folder / "data")


def test_articles_beside_walls_are_stored(night: Night) -> None:
    assert night.done.returncode == 0, night.done.stderr
    expected = {*walls.OPEN, *walls.STUBS.values(), walls.TO_ITSELF, walls.ROUND, walls.RELOADING}
    assert set(night.store.texts()) == expected


@pytest.mark.parametrize("paths", [walls.CONSENT, walls.UNTITLED], ids=["own-title", "titles-of-the-articles"])
def test_one_text_under_three_headlines_is_a_wall(night: Night, paths: list[str]) -> None:
    assert {night.reason(path) for path in paths} == {"wall"}
    assert {night.store.articles()[path].duplicate_of for path in paths} == {None}
    addresses = night.store.addresses()
    assert {(addresses[path].state, addresses[path].reason) for path in paths} == {("done", "wall")}


def test_a_wall_is_told_once(night: Night) -> None:
    told = [line for line in night.done.stderr.splitlines() if "show one page" in line]
    assert len(told) == 2
    assert "3 redirect-elsewhere" not in night.done.stdout
    assert "6 wall" in night.done.stdout


@pytest.mark.parametrize("path", walls.ELSEWHERE)
def test_a_redirect_to_no_article_is_rejected_under_the_address_that_was_asked(night: Night, path: str) -> None:
    assert night.reason(path) == "redirect-elsewhere"
    assert walls.ELSEWHERE[path] not in night.store.texts()
    assert night.store.addresses()[path].reason == "redirect-elsewhere"


def test_many_redirects_to_another_house_are_told(night: Night) -> None:
    assert {night.store.addresses()[path].reason for path in walls.OFF_SITE} == {"off-site"}
    assert night.done.stderr.count("other addresses lead to 127.0.0.9") == 1


def test_a_notice_instead_of_the_article_is_rejected(night: Night) -> None:
    assert night.reason(walls.NOTICE) == "not-found"


def test_a_chain_without_progress_ends_early(night: Night) -> None:
    assert night.store.addresses()[walls.ENDLESS].reason == "redirects"
    assert night.paper.asked.count(walls.ENDLESS) == 2


def test_cookies_of_a_chain_are_forgotten_after_it(night: Night) -> None:
    cookies = {path: night.paper.headers[path].get("cookie") for path in night.paper.headers}
    with_visitor = {path for path, cookie in cookies.items() if "visitor=1" in (cookie or "")}
    assert with_visitor == {walls.TO_ITSELF, walls.ROUND}


def test_the_cookies_of_a_site_are_sent_and_shown_nowhere(night: Night) -> None:
    assert all(f"pass={SECRET}" in night.paper.headers[path]["cookie"] for path in walls.OPEN)
    assert SECRET not in night.done.stderr + night.done.stdout
    archive = b"".join(gzip.decompress(path.read_bytes()) for path in night.data.glob("archive/*.gz"))
    assert archive
    assert SECRET.encode() not in archive

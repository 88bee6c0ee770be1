"""`scrapy genspider`: what it writes runs, and a mistake is one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from crawling import FAST, Store, run_scrapy
from servers.paper import Paper


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder of spiders that is no part of Broadsheet."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "__init__.py").touch()
    return folder


def test_the_article_template_writes_a_spider_that_stores_articles(tmp_path: Path, package: Path) -> None:
    env = {"PYTHONPATH": str(tmp_path)}
    mine = ("-s", "NEWSPIDER_MODULE=mine", "-s", "SPIDER_MODULES=mine")
    with Paper() as paper:
        paper.publish("/2025/05/01/the-ferry", "/2025/05/02/the-bridge")
        made = run_scrapy("genspider", "-t", "article", "lantern", paper.url, *mine, data=tmp_path, **env)
        assert made.returncode == 0, made.stderr
        done = run_scrapy("crawl", "lantern", *mine, *FAST, data=tmp_path / "data", **env)
    assert done.returncode == 0, done.stderr
    articles = Store(tmp_path / "data").articles()
    assert {path: row.site for path, row in articles.items() if row.rejected is None} == {
        "/2025/05/01/the-ferry": "lantern",
        "/2025/05/02/the-bridge": "lantern",
    }
    again = run_scrapy("genspider", "-t", "article", "lantern", paper.url, *mine, data=tmp_path, **env)
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert again.stderr.count("\n") == 1


def test_scrapys_templates_still_work(tmp_path: Path, package: Path) -> None:
    mine = ("-s", "NEWSPIDER_MODULE=mine", "-s", "SPIDER_MODULES=mine")
    made = run_scrapy("genspider", "plain", "example.org", *mine, data=tmp_path, PYTHONPATH=str(tmp_path))
    assert made.returncode == 0, made.stderr
    assert 'allowed_domains = ["example.org"]' in (package / "plain.py").read_text("utf-8")
    listed = run_scrapy("genspider", "--list", data=tmp_path).stdout.split()
    assert {"article", "basic", "crawl", "csvfeed", "xmlfeed"} <= set(listed)
    assert "page_item(response)" in run_scrapy("genspider", "--dump", "article", data=tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("onlyname",), "name the spider and its domain"),
        (("-t", "nope", "a", "example.org"), "choose from: article"),
        (("?!", "example.org"), "cannot be the name of a spider"),
        (("broadsheet", "example.org"), "name of the project"),
        (("gazette", "https://"), "no domain"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run_scrapy("genspider", *arguments, data=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1

"""Spiders of the user's own: the examples of docs/own-spider.md, run as they stand there, and what else one may do."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crawling import FAST, ROOT, Store, locate_database, run_scrapy
from manners import load_rows
from servers.own_sites import PASSWORD, SESSION, STORIES, USER, OwnSites, text_of
from sqlalchemy import text
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from storage.database.engine import open_database
from storage.models import Run

DOCS = (ROOT / "docs" / "own-spider.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"```python\n# (\w+)\.py\n(.*?)```", DOCS, re.DOTALL))


@pytest.fixture
def sites() -> Iterator[OwnSites]:
    with OwnSites() as serving:
        yield serving


def run_spider(code: str, folder: Path, sites: OwnSites, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the spider in a process of its own, as its author does, on the data folder `folder / "data"`."""
    file = folder / "spider_of_mine.py"
    file.write_text(code.replace("https://www.example.org", sites.url), encoding="utf-8")
    words = ("runspider", str(file), *FAST, *more)
    return run_scrapy(*words, data=folder / "data", GAZETTE_USER=USER, GAZETTE_PASSWORD=PASSWORD)


def load_facts(data: Path) -> dict[str, tuple[Any, ...]]:
    """Return what cleaning gave for each stored page, by path."""
    return {
        path: (row.site, row.title, row.authors, row.published_at, row.text, row.rejected, row.fetched_at)
        for path, row in Store(data).articles().items()
    }


def read_records(data: Path) -> list[Any]:
    records = []
    for path in sorted((data / "archive").glob("*.warc.gz")):
        with path.open("rb") as file:
            records += [(one.rec_type, one.rec_headers, one.raw_stream.read()) for one in ArchiveIterator(file)]
    return records


def check_later_cleaning(data: Path, folder: Path) -> None:
    """Check that the archive is sound, and that cleaning again and replaying it give the same articles."""
    before = load_facts(data)
    files = [str(path) for path in (data / "archive").glob("*.warc.gz")]
    assert Checker(type("Options", (), {"inputs": files, "verbose": False})()).process_all() == 0
    engine = open_database(locate_database(data), create=False)
    with engine.begin() as connection:  # as if an older version had cleaned them
        connection.execute(
            text("UPDATE article SET cleaner_version = '0', title = 'old', text = 'old', authors = '[]'")
        )
    engine.dispose()
    again = run_scrapy("reclean", "--force", data=data)
    assert again.returncode == 0, again.stderr
    assert load_facts(data) == before
    replayed = run_scrapy("crawl", "archive", "-a", f"path={data / 'archive'}", data=folder / "replayed")
    assert replayed.returncode == 0, replayed.stderr
    assert load_facts(folder / "replayed") == before


def test_the_docs_have_three_examples() -> None:
    assert sorted(EXAMPLES) == ["api", "council", "members"]


@pytest.mark.slow
def test_the_log_in_form_of_the_docs(tmp_path: Path, sites: OwnSites) -> None:
    done = run_spider(EXAMPLES["members"], tmp_path, sites)
    assert done.returncode == 0, done.stderr
    facts = load_facts(tmp_path / "data")
    assert {path: one[:2] for path, one in facts.items()} == {
        "/members/1": ("gazette", "Member story 1"),
        "/members/2": ("gazette", "Member story 2"),
    }
    assert [one[4] for _, one in sorted(facts.items())] == [text_of("/members/1"), text_of("/members/2")]
    assert ("POST", "/login") in sites.asked
    raw = b"".join(str(head).encode() + body for _, head, body in read_records(tmp_path / "data"))
    assert b"Member story 1" in raw
    for secret in (PASSWORD, PASSWORD.replace(" ", "+"), SESSION):
        assert secret.encode() not in raw
    check_later_cleaning(tmp_path / "data", tmp_path)


@pytest.mark.slow
def test_the_json_api_of_the_docs(tmp_path: Path, sites: OwnSites) -> None:
    done = run_spider(EXAMPLES["api"], tmp_path, sites)
    assert done.returncode == 0, done.stderr
    facts = load_facts(tmp_path / "data")
    assert sorted(facts) == [f"/stories/{number}" for number in range(2 * STORIES)]
    site, title, authors, published_at, body, rejected, _ = facts["/stories/4"]
    assert (site, title, authors, rejected) == ("gazette", "Story 4 of the API", ["Mara Lind", "Ros Quin"], None)
    assert published_at.isoformat() == "2026-03-05T07:30:00+00:00"
    assert body == text_of("/stories/4")
    kinds = [kind for kind, _, _ in read_records(tmp_path / "data")]
    assert (kinds.count("response"), kinds.count("conversion")) == (2, 2 * STORIES)
    check_later_cleaning(tmp_path / "data", tmp_path)


@pytest.mark.slow
def test_the_list_without_a_feed_of_the_docs(tmp_path: Path, sites: OwnSites) -> None:
    done = run_spider(EXAMPLES["council"], tmp_path, sites)
    assert done.returncode == 0, done.stderr
    facts = load_facts(tmp_path / "data")
    assert sorted(facts) == ["/statements/1", "/statements/2", "/statements/3"]
    assert {path: one[4] for path, one in facts.items()} == {path: text_of(path) for path in facts}
    assert [one[3].day for _, one in sorted(facts.items())] == [1, 2, 3]
    check_later_cleaning(tmp_path / "data", tmp_path)


MANNERS = """
import scrapy

from crawler.items import page_item


class MannersSpider(scrapy.Spider):
    name = "manners"
    start_urls = ["https://www.example.org/statements/1", "https://www.example.org/closed/1"]

    def parse(self, response):
        yield {"link": response.url}
        for url in ("/closed/2", "/closed/form", "http://10.0.0.1/"):
            meta, method = {"dont_obey_robotstxt": True, "lost": "kept"}, "POST" if "form" in url else "GET"
            yield response.follow(url, self.parse, errback=self.fail, meta=meta, method=method)
        yield page_item(response, site="gazette", title="A better headline")
        yield page_item(response, site="gazette", published_at="yesterday")

    def fail(self, failure):
        yield {"link": failure.request.url, "error": failure.type.__name__, "lost": failure.request.meta["lost"]}
"""


def test_a_spider_of_your_own_keeps_the_manners_of_the_crawl(tmp_path: Path, sites: OwnSites) -> None:
    sites.robots = "User-agent: *\nDisallow: /closed/\n"
    out = tmp_path / "links.jsonl"
    done = run_spider(
        MANNERS, tmp_path, sites, "-o", str(out), "-s", "STATS_DUMP=1", "-s", f"ALLOWED_NETWORKS={'127.0.0.0/8'}"
    )
    assert [path for _, path in sites.asked if path.startswith("/closed/")] == []
    lines = out.read_text("utf-8")
    for path in ("/closed/2", "/closed/form"):
        assert f'{{"link": "{sites.url}{path}", "error": "Disallowed", "lost": "kept"}}' in lines
    assert '{"link": "http://10.0.0.1/", "error": "AddressRefused", "lost": "kept"}' in lines
    assert {path: row.title for path, row in Store(tmp_path / "data").articles().items()} == {
        "/statements/1": "A better headline"
    }
    # The host has no name but that of the page that it gave; the requests before count under it, too.
    counts = dict(re.findall(r"'site/gazette/([\w/-]+)': (\d+)", done.stderr))
    assert (counts["page/fetched"], counts["address/new"], counts["article/stored"]) == ("1", "1", "1")
    assert (counts["request/failed/robots"], counts["spider/failed"], counts["response/received"]) == ("3", "1", "1")
    assert f"site/{sites.name}/" not in done.stderr
    assert "'published_at' is no ISO 8601 time: 'yesterday'" in done.stderr


BUSY = """
import scrapy

from crawler.items import page_item


class BusySpider(scrapy.Spider):
    name = "busy"
    start_urls = ["https://www.example.org/busy"]

    def parse(self, response):
        yield page_item(response)
"""


def test_a_spider_of_your_own_waits_for_a_short_hold_and_keeps_a_long_one(tmp_path: Path, sites: OwnSites) -> None:
    sites.busy = [1]
    done = run_spider(BUSY, tmp_path, sites)
    assert [path for _, path in sites.asked if path == "/busy"] == ["/busy"] * 2
    assert sorted(Store(tmp_path / "data").texts()) == ["/busy"], done.stderr
    sites.busy, sites.asked[:] = [3600], []
    run_spider(BUSY, tmp_path, sites)
    run_spider(BUSY, tmp_path, sites)  # the hold outlives its run
    assert [path for _, path in sites.asked if path == "/busy"] == ["/busy"]


WALL = """
import scrapy

from crawler.items import page_item


class WallSpider(scrapy.Spider):
    name = "wall"
    site = "gazette"
    start_urls = [f"https://www.example.org/behind-a-wall/story-{number}" for number in (4711, 4712, 4713, 4714)]

    def parse(self, response):
        yield page_item(response)
"""


def test_a_wall_is_recognised_in_the_pages_of_a_spider_of_your_own(tmp_path: Path, sites: OwnSites) -> None:
    done = run_spider(WALL, tmp_path, sites)
    rejected = {path: row.rejected for path, row in Store(tmp_path / "data").articles().items()}
    assert rejected == {f"/behind-a-wall/story-{number}": "wall" for number in (4711, 4712, 4713, 4714)}, done.stderr
    assert "a wall:" in done.stderr


def test_a_site_that_cannot_be_named_so_is_said_before_the_first_request(tmp_path: Path, sites: OwnSites) -> None:
    done = run_spider(WALL.replace('"gazette"', '"The Gazette"'), tmp_path, sites)
    assert "the spider's attribute 'site' must be 1 to 64 letters" in done.stderr
    assert "Traceback" not in done.stderr
    assert sites.asked == []


MIXED = """
import scrapy
from scrapy.exceptions import DropItem

from crawler.items import page_item


class Mine:
    def process_item(self, item):
        if item.page.url.endswith("2"):
            raise DropItem("not this one")
        if item.page.url.endswith("3"):
            raise KeyError("a mistake")
        return item


class MixedSpider(scrapy.Spider):
    name = "mixed"
    custom_settings = {"ITEM_PIPELINES": {Mine: 600}}
    # Names that attributes of the articles spider have, too.
    sites = ["herald", "gazette"]
    refetch = is_list_closed = True

    def check(self, response):
        return response.status

    def is_before_since(self):
        return True

    async def start(self):
        for number, site in enumerate(("herald", "gazette", "herald", "gazette")):
            yield scrapy.Request(f"https://www.example.org/statements/{number + 1}", meta={"site": site})

    def parse(self, response):
        yield page_item(response, site=response.meta["site"])
"""


def test_pages_of_one_host_count_for_several_sites_and_those_at_which_a_pipeline_fails_count_as_failed(
    tmp_path: Path, sites: OwnSites
) -> None:
    done = run_spider(MIXED, tmp_path, sites, "-s", "STATS_DUMP=1")
    assert {path: row.site for path, row in Store(tmp_path / "data").articles().items()} == {
        "/statements/1": "herald",
        "/statements/4": "gazette",
    }
    counts = dict(re.findall(r"'site/(\w+/(?:page|article|address/(?:failed|refused))/[\w/-]+)': (\d+)", done.stderr))
    assert counts == {
        "gazette/article/stored": "1",
        "gazette/page/fetched": "1",
        "gazette/address/refused/dropped": "1",
        "herald/article/stored": "1",
        "herald/page/fetched": "1",
        "herald/page/failed": "1",
        "herald/address/failed/key": "1",
    }
    assert done.returncode == 1


BROKEN = """
import scrapy


class BrokenSpider(scrapy.Spider):
    name = "broken"

    def __init__(self, **arguments):
        raise ValueError("give -a region=")
"""


def test_a_spider_that_cannot_be_made_ends_with_its_own_error(tmp_path: Path, sites: OwnSites) -> None:
    done = run_spider(BROKEN, tmp_path, sites)
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1, done.stderr
    assert "ValueError: give -a region=" in done.stderr
    assert [(run.outcome, run.exit_code) for run in load_rows(tmp_path / "data", Run)] == [(None, 1)]


def test_a_crawl_without_a_store_is_refused_in_one_line(tmp_path: Path, sites: OwnSites) -> None:
    done = run_spider(BUSY, tmp_path, sites, "-s", "STORE_ENABLED=False")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "a crawl stores what it fetches" in done.stderr


RULED = """
import scrapy

from crawler.items import page_item


class RuledSpider(scrapy.Spider):
    name = "ruled"
    start_urls = ["https://www.example.org/statements/1", "https://www.example.org/statements/2"]

    def parse(self, response):
        known = {"title": "What the spider knows"} if response.url.endswith("2") else {}
        yield page_item(response, site="gazette", **known)
"""


def test_the_rules_of_sites_toml_hold_for_the_pages_of_your_own_spider(tmp_path: Path, sites: OwnSites) -> None:
    entry = tmp_path / "sites.toml"
    entry.write_text(
        f'[[site]]\nname = "gazette"\nurl = "{sites.url}/"\ntext = "div.statement"\n'
        'remove = ["div.statement p:first-child"]\n'
    )
    done = run_spider(RULED, tmp_path, sites, "-s", f"SITES_FILE={entry}")
    assert done.returncode == 0, done.stderr
    facts = load_facts(tmp_path / "data")
    assert sorted(facts) == ["/statements/1", "/statements/2"]
    assert facts["/statements/2"][1] == "What the spider knows"
    for path, (site, _, _, _, stored, *_) in facts.items():
        whole = text_of(path).split("\n")
        assert site == "gazette"
        assert stored.split("\n") == whole[1:]

"""`scrapy crawl articles -a release=FOLDER`: fetches the articles of a release again, and reports what changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from crawling import Store, copy_data, locate_database, run_scrapy
from scrapy.settings import Settings
from servers.paper import Answer, Paper, prose

from cleaning.errors import UsageError
from cleaning.records.given import SiteRules
from crawler.refetching.refetch import Refetch
from crawler.refetching.refetch_report import RefetchOutcome, compute_unchanged_share, write_refetch_report
from crawler.refetching.release_reader import ReleaseReader
from crawler.spiders.arguments import plan_crawl
from crawler.spiders.articles import ArticlesSpider
from storage.articles.tombstones import add_tombstones
from storage.database.engine import open_database
from storage.export.text_hashes import hash_lines

DAY = "/2025/10/01"
SAME, CHANGED, GONE, REFUSED, REJECTED, MOVED, AWAY, FAILED, NEW = (
    f"{DAY}/{name}"
    for name in (
        "stays-as-it-was",
        "loses-a-paragraph",
        "is-gone-for-good",
        "is-closed-to-us",
        "is-a-page-of-nothing",
        "has-moved-within",
        "has-moved-to-others",
        "is-broken-today",
        "came-later-than-the-release",
    )
)
NOW = f"{DAY}/where-it-has-moved"
RELEASED = (SAME, CHANGED, GONE, REFUSED, REJECTED, MOVED, AWAY, FAILED)
PARAGRAPHS = len(prose(CHANGED))


class Night:
    """A release of addresses, made by a crawl, and two crawls of this release after the paper has changed."""

    def __init__(self, paper: Paper, folder: Path) -> None:
        self.paper, self.folder, self.release, self.data = paper, folder, folder / "release", folder / "again"
        paper.publish(*RELEASED)
        done = run_scrapy("crawl", "articles", "-a", f"url={paper.url}", data=folder / "data")
        assert done.returncode == 0, done.stderr
        words = ("--format", "urls", "--include-duplicates")
        done = run_scrapy("export", str(self.release), *words, data=folder / "data")
        assert done.returncode == 0, done.stderr
        paper.article(CHANGED, "Headline of another kind", text=[*prose(CHANGED)[1:], *prose(NEW)[:2]])
        del paper.routes[GONE]
        paper.routes["/robots.txt"] = Answer(f"User-agent: *\nDisallow: {REFUSED}\nSitemap: {paper.url}/map.xml\n")
        paper.routes[REJECTED] = Answer("<html><head><title>Nothing</title></head><body><p>Nothing.</p></body></html>")
        paper.routes[NOW] = paper.routes[MOVED]
        paper.routes[MOVED] = Answer("", 301, {"Location": NOW})
        paper.routes[AWAY] = Answer("", 301, {"Location": "http://127.0.9.99/"})
        paper.routes[FAILED] = Answer("", 500)
        paper.article(NEW, "Headline of the new")
        paper.front(*RELEASED, NEW)
        paper.asked.clear()
        self.first = self.crawl("-a", "limit=1")
        self.asked_first = [path for path in paper.asked if path.startswith(DAY)]
        self.lines_first = self.lines()
        self.second = self.crawl()

    def crawl(self, *words: str) -> Any:
        return run_scrapy("crawl", "articles", "-a", f"release={self.release}", *words, data=self.data)

    def lines(self) -> dict[str, dict[str, Any]]:
        (report,) = self.data.glob("refetch-*.jsonl")
        lines = [json.loads(line) for line in report.read_text("ascii").splitlines()]
        return {line["url"].removeprefix(self.paper.url): line for line in lines}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    with Paper("127.0.9.1") as paper:
        yield Night(paper, tmp_path_factory.mktemp("release"))


def test_the_report_names_exactly_what_has_changed(night: Night) -> None:
    assert night.second.returncode == 0, night.second.stderr
    lines = night.lines()
    assert {path: (line["outcome"], line["reason"]) for path, line in lines.items()} == {
        SAME: ("same", None),
        CHANGED: ("changed", None),
        GONE: ("gone", "http-404"),
        REFUSED: ("refused", "robots"),
        REJECTED: ("rejected", lines[REJECTED]["reason"]),
        MOVED: ("same", None),
        AWAY: ("refused", "off-site"),
        FAILED: ("failed", "http-500"),
    }
    assert lines[REJECTED]["reason"] in {"too-short", "error-page", "no-text"}
    assert {line["site"] for line in lines.values()} == {night.paper.name}


def test_a_change_is_measured_in_lines_and_a_moved_page_says_where_it_is(night: Night) -> None:
    lines = night.lines()
    share = (PARAGRAPHS - 1) / PARAGRAPHS
    assert lines[CHANGED]["unchanged_lines"] == pytest.approx(share, abs=1e-4)
    assert lines[SAME]["unchanged_lines"] == 1
    assert lines[MOVED]["url_now"] == f"{night.paper.url}{NOW}"
    assert {path for path, line in lines.items() if line["url_now"]} == {MOVED}
    assert compute_unchanged_share(hash_lines("a\nb\nb"), hash_lines("b\na\nc")) == pytest.approx(2 / 3, abs=1e-4)
    assert compute_unchanged_share([], hash_lines("a")) == 0


def test_the_table_counts_what_the_report_names(night: Night) -> None:
    table = night.second.stdout.partition("Outcome of the release")[2]
    assert table.splitlines()[1].split() == [
        *("site", "released", "same", "changed", "unchanged", "lines"),
        *("gone", "refused", "rejected", "failed", "not-asked"),
    ]
    share = f"{(PARAGRAPHS - 1) / PARAGRAPHS:.0%}"
    assert table.splitlines()[3].split() == [night.paper.name, "8", "2", "1", share, "1", "2", "1", "1", "0"]


def test_only_the_release_is_fetched_and_each_address_once(night: Night) -> None:
    assert night.first.returncode == 0, night.first.stderr
    assert sum(line["outcome"] == RefetchOutcome.NOT_ASKED for line in night.lines_first.values()) >= 1
    asked = night.paper.asked
    assert {"/", "/map.xml", NEW} & set(asked) == set()
    assert set(night.asked_first) < {path for path in asked if path.startswith(DAY)}
    assert [path for path in {SAME, CHANGED, GONE, REJECTED, MOVED, AWAY} if asked.count(path) != 1] == []
    assert asked.count(REFUSED) == 0
    assert not list(night.data.glob("refetch-*.begun"))  # all of it is fetched
    assert set(Store(night.data).texts()) == {SAME, CHANGED, NOW}


def test_a_release_that_is_fetched_completely_begins_anew(night: Night, tmp_path: Path) -> None:
    data = copy_data(night.data, tmp_path / "data")
    engine = open_database(locate_database(data))
    refetch = Refetch(ReleaseReader(night.release), data)
    with engine.begin() as connection:
        offered = [refetch.offer(connection, site, batch, run=1) for site, batch in refetch.iter_batches()]
    assert sum(one.again for one in offered) == len(RELEASED)
    with engine.begin() as connection:  # addresses that were not fetched yet stay due, and are offered once
        offered = [
            Refetch(ReleaseReader(night.release), data).offer(connection, site, batch, run=2)
            for site, batch in refetch.iter_batches()
        ]
    assert sum(one.again for one in offered) == len(RELEASED)
    engine.dispose()


def test_an_article_that_was_taken_down_is_refused_and_awaited_no_more(night: Night, tmp_path: Path) -> None:
    data = copy_data(night.data, tmp_path / "data")
    engine = open_database(locate_database(data))
    with engine.begin() as connection:
        add_tombstones(connection, [(night.paper.url + SAME, "paper", ())], removed_at=datetime.now(UTC))
    summary = write_refetch_report(engine, Refetch(ReleaseReader(night.release), data))
    engine.dispose()
    (counts,) = summary.counts.values()
    assert counts == {
        RefetchOutcome.REFUSED: 1,
        RefetchOutcome.FAILED: 1,
        RefetchOutcome.NOT_ASKED: len(RELEASED) - 2,
    }


def test_every_format_with_texts_or_hashes_says_the_same(night: Night) -> None:
    formats = ("jsonl", "jsonl.zst", "parquet")
    words = [word for name in formats for word in ("--format", name)]
    done = run_scrapy("export", str(night.folder / "texts"), *words, data=night.folder / "data")
    assert done.returncode == 0, done.stderr
    expected = sorted(ReleaseReader(night.release), key=lambda one: one.url)
    for number, name in enumerate(formats):
        release = ReleaseReader(night.folder / "texts")
        release._files = [file for file in release_files(night.folder / "texts") if file.format == name]
        assert sorted(release, key=lambda one: one.url) == expected, (number, name)


def release_files(folder: Path) -> list[Any]:
    from storage.export.checking.read_manifest import open_release, read_manifest

    with open_release(folder) as place:
        return list(read_manifest(place).files)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"url": "https://a.example"}, "either -a release= or -a url="),
        ({"since": "2026-11-01"}, "either -a release= or -a since="),
        ({"site": "elsewhere"}, 'no site "elsewhere" in the release; choose from: 127.0.9.1-'),
        ({"limit": "none"}, "-a limit= must be a whole number of at least 1, got 'none'"),
        ({"release": " "}, "-a release= is empty"),
        ({"release": "/nowhere"}, "cannot read the folder /nowhere"),
    ],
)
def test_wrong_arguments_are_refused(night: Night, arguments: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        plan_crawl(Settings({"SITES_FILE": "none.toml"}), **{"release": str(night.release)} | arguments)
    assert message in str(caught.value)


def test_an_incomplete_release_is_refused_in_one_line(night: Night, tmp_path: Path) -> None:
    settings = Settings({"SITES_FILE": "none.toml"})
    ArticlesSpider.check_arguments(settings, {"release": str(night.release)})
    torn = Path(shutil.copytree(night.release, tmp_path / "torn"))
    (data,) = (torn / "data").glob("*.urls.jsonl")
    content = data.read_bytes()
    data.write_bytes(content.replace(b"127.0.9.1", b"127.0.9.2", 1))
    with pytest.raises(UsageError, match=r"fails its verification: data/.* has another SHA-256"):
        ArticlesSpider.check_arguments(settings, {"release": str(torn)})
    done = run_scrapy("crawl", "articles", "-a", f"release={torn}", data=tmp_path / "data")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    assert not (tmp_path / "data").exists()


def test_a_site_of_the_release_keeps_its_name_and_owns_the_hosts_of_its_articles(night: Night) -> None:
    (site,) = plan_crawl(Settings({"SITES_FILE": "none.toml"}), release=str(night.release)).sites
    assert site.name == night.paper.name
    assert site.owns(f"{night.paper.url}/anything")
    assert not site.owns("https://www.example.org/")


def test_a_site_of_the_release_has_the_rules_of_its_entry(night: Night, tmp_path: Path) -> None:
    sites = tmp_path / "sites.toml"
    sites.write_text(f'[[site]]\nname = "{night.paper.name}"\nurl = "https://www.example.org/"\ntext = "div.story"\n')
    (site,) = plan_crawl(Settings({"SITES_FILE": str(sites)}), release=str(night.release)).sites
    assert site.rules == SiteRules(text="div.story")

"""Ten papers whose pages are made by scripts: a crawl stores what their readers see."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from browsing import needs_chromium
from crawling import FAST, Store, copy_data, run_scrapy
from servers.paper import Paper
from servers.script_press import PRESS, ScriptPaper
from sqlalchemy import Row
from two_papers import make_outdated
from warcio.archiveiterator import ArchiveIterator

pytestmark = needs_chromium


@dataclass
class Crawled:
    """The crawl of all papers."""

    done: subprocess.CompletedProcess[str]
    papers: dict[str, tuple[Paper, ScriptPaper]]
    data: Path
    sites: Path

    def find(self, name: str) -> dict[str, Row[object]]:
        """Return the pages of a paper by path."""
        rows = Store(self.data).articles().values()
        home = self.papers[name][0].url
        return {row.url.removeprefix(home): row for row in rows if row.url.startswith(home)}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("script-press")
    with ExitStack() as stack:
        papers = {}
        for number, (name, publish) in enumerate(PRESS.items(), 11):
            paper = stack.enter_context(Paper(f"127.0.0.{number}"))
            papers[name] = (paper, publish(paper))
        entries = (
            f'[[site]]\nname = "{name}"\nurl = "{paper.url}/"\n{made.entry}\n' for name, (paper, made) in papers.items()
        )
        sites = folder / "sites.toml"
        sites.write_text("\n".join(entries))
        done = run_scrapy("crawl", "articles", *FAST, "-s", f"SITES_FILE={sites}", data=folder / "data", fast=False)
        assert done.returncode == 0, done.stderr
        yield Crawled(done, papers, folder / "data", sites)


def read_archive(data: Path) -> str:
    """Return all that the records of the archive hold."""
    held = []
    for file in sorted((data / "archive").glob("*.warc.gz")):
        with file.open("rb") as stream:
            held += [record.content_stream().read().decode("utf-8", "replace") for record in ArchiveIterator(stream)]
    return "\n".join(held)


@pytest.mark.parametrize("name", PRESS)
def test_the_text_is_what_readers_see(crawled: Crawled, name: str) -> None:
    made = crawled.papers[name][1]
    pages = crawled.find(name)
    assert {path: (row.title, row.text) for path, row in pages.items() if row.rejected is None} == {
        path: (made.titles[path], "\n".join(text)) for path, text in made.texts.items()
    }


def test_the_browser_asks_for_no_page_again(crawled: Crawled) -> None:
    for paper, made in crawled.papers.values():
        for path in made.texts:
            assert paper.asked.count(path) == 1
        assert "/favicon.ico" not in paper.asked


def test_the_archive_holds_what_was_sent_and_what_was_made_of_it(crawled: Crawled) -> None:
    paper, made = crawled.papers["react"]
    path, text = next(iter(made.texts.items()))
    kinds = {}
    for file in sorted((crawled.data / "archive").glob("*.warc.gz")):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_headers.get_header("WARC-Target-URI") == paper.url + path:
                    kinds[record.rec_type] = (record.rec_headers, record.content_stream().read().decode())
    sent, shown = kinds["response"], kinds["conversion"]
    assert text[0] not in sent[1]
    assert text[0] in shown[1]
    assert shown[0].get_header("WARC-Refers-To") == sent[0].get_header("WARC-Record-ID")


def test_explain_shows_what_the_browser_shows(crawled: Crawled, tmp_path: Path) -> None:
    paper, made = crawled.papers["react"]
    path, text = next(iter(made.texts.items()))
    options = ("-s", f"SITES_FILE={crawled.sites}", "-s", "ALLOWED_NETWORKS=127.0.0.0/8", "-s", "DOWNLOAD_DELAY=0")
    done = run_scrapy("explain", paper.url + path, "--json", *options, data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert text[-1] in done.stdout


def test_what_is_taken_down_is_erased_from_both_records(crawled: Crawled, tmp_path: Path) -> None:
    data = copy_data(crawled.data, tmp_path / "data")
    paper, made = crawled.papers["late"]
    path, text = next(iter(made.texts.items()))
    assert text[0] in read_archive(data)
    done = run_scrapy("remove", paper.url + path, "--reason", "asked", "--yes", data=data)
    assert done.returncode == 0, done.stderr
    assert text[0] not in read_archive(data)


def test_a_crawl_without_a_browser_says_what_to_do(crawled: Crawled, tmp_path: Path) -> None:
    options = ("-s", f"SITES_FILE={crawled.sites}", "-s", "BROWSER_PATH=/nowhere")
    done = run_scrapy("crawl", "articles", *options, data=tmp_path, fast=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("BROWSER_PATH must be the path of Chromium: /nowhere cannot be run")
    assert not (tmp_path / "broadsheet.db").exists()


def test_cleaning_again_needs_no_browser(crawled: Crawled, tmp_path: Path) -> None:
    before = Store(crawled.data).texts()
    data = copy_data(crawled.data, tmp_path / "data")
    shutil.rmtree(data / "readings", ignore_errors=True)  # what cleaning saw of the pages: the archive is to be read
    make_outdated(data)
    sites = f"SITES_FILE={crawled.sites}"
    done = run_scrapy("reclean", "--jobs", "1", "-s", "BROWSER_PATH=/nowhere", "-s", sites, data=data)
    assert done.returncode == 0, done.stderr
    assert Store(data).texts() == before


def test_a_replay_of_the_archive_needs_no_browser(crawled: Crawled, tmp_path: Path) -> None:
    done = run_scrapy(
        "crawl", "archive", "-a", f"path={crawled.data / 'archive'}", "-s", "BROWSER_PATH=/nowhere", data=tmp_path
    )
    assert done.returncode == 0, done.stderr
    before, after = Store(crawled.data).texts(), Store(tmp_path).texts()
    assert after == before

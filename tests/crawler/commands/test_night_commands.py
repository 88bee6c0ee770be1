"""`scrapy addresses`, `scrapy runs` and `scrapy holds`, on the store of a crawl in which much went wrong."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from crawling import ROOT, Store, run_scrapy
from nights import let_a_night_pass
from scrapy.cmdline import execute
from servers.paper import Answer, Paper
from two_papers import query

from storage.database.locks import claim_data_folder

DAY = "/2025/10/01"
STORIES = [f"{DAY}/story-number-{number}-of-the-day" for number in range(2)]
GONE = [f"{DAY}/gone-number-{number}-since-yesterday" for number in range(3)]
FORBIDDEN, STUB = f"{DAY}/forbidden-by-the-printer", f"{DAY}/stub-without-a-text"


class Said(NamedTuple):
    status: object
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


Run = Callable[..., Said]


class Crawled(NamedTuple):
    data: Path
    valley: str  # host of the paper that is on hold
    table: str  # as the last crawl printed it


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("trouble")
    with Paper() as harbour, Paper() as valley:
        harbour.publish(*STORIES)
        harbour.routes["/robots.txt"] = Answer(
            f"User-agent: *\nDisallow: {FORBIDDEN}\n", headers={"Content-Type": "text/plain"}
        )
        stub = "<html><head><title>A \x1b[31mred stub\x1b[0m</title></head><body><p>Nothing yet.</p></body></html>"
        harbour.routes[STUB] = Answer(stub)
        harbour.front(*STORIES, *GONE, FORBIDDEN, STUB)
        valley.publish(*STORIES)
        valley.routes[STORIES[0]] = valley.routes[STORIES[1]] = Answer("", 503, {"Retry-After": "7200"})
        sites = folder / "sites.toml"
        sites.write_text(
            f'[[site]]\nname = "harbour"\nurl = "{harbour.url}/"\n[[site]]\nname = "valley"\nurl = "{valley.url}/"\n'
        )
        words = ("crawl", "articles", "-s", f"SITES_FILE={sites}")
        assert run_scrapy(*words, "-a", "site=harbour", data=folder / "data").returncode == 0
        let_a_night_pass(folder / "data")
        last = run_scrapy(*words, data=folder / "data")
        assert last.returncode == 0, last.stderr
        yield Crawled(folder / "data", valley.url.removeprefix("http://"), last.stdout)


@pytest.fixture
def data(crawled: Crawled) -> Path:
    return crawled.data


@pytest.fixture
def scrapy(data: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    monkeypatch.chdir(ROOT)

    def run(command: str, *arguments: str, data: Path = data) -> Said:
        with pytest.raises(SystemExit) as ended:
            execute(["scrapy", command, "-s", f"DATA_DIR={data}", *arguments])
        return Said(ended.value.code, *capfd.readouterr())

    return run


def list_paths(said: Said) -> list[str]:
    assert (said.status, said.err) == (0, "")
    return sorted("/" + document["url"].split("/", 3)[3] for document in said.documents)


def test_every_address_that_failed_last_night_is_one_command(scrapy: Run) -> None:
    said = scrapy("addresses", "--state", "failed", "--run", "last")
    assert (said.status, said.err) == (0, "")
    assert said.lines[0].split() == ["reason", "answer", "tried", "(UTC)", "next", "(UTC)", "site", "address"]
    assert all(any(line.startswith("http-404") and path in line for line in said.lines) for path in GONE)
    assert re.fullmatch(r"\d+ failed: .*3 http-404.*", said.lines[-1])


def test_the_states_and_filters_of_addresses(scrapy: Run) -> None:
    assert list_paths(scrapy("addresses", "--json", "--reason", "http-404")) == GONE
    assert list_paths(scrapy("addresses", "--json", "--state", "gone", "--site", "HARBOUR")) == GONE
    assert list_paths(scrapy("addresses", "--json", "--state", "refused")) == [FORBIDDEN]
    assert list_paths(scrapy("addresses", "--json", "--state", "rejected")) == [STUB]
    assert list_paths(scrapy("addresses", "--json", "--state", "waiting", "--site", "valley")) == STORIES
    assert list_paths(scrapy("addresses", "--json", "--run", "1", "--reason", "robots")) == []  # run 2 asked again
    assert len(list_paths(scrapy("addresses", "--json", "--kind", "article", "--limit", "2"))) == 2
    assert list_paths(scrapy("addresses", "--json", "--since", "2999-01-01")) == []
    assert scrapy("addresses", "--state", "gone", "--site", "valley").out == "0 gone\n"


def test_a_rejected_page_comes_with_its_title_and_its_place(scrapy: Run) -> None:
    (document,) = scrapy("addresses", "--json", "--state", "rejected").documents
    assert document["archive_file"].endswith(".warc.gz")
    assert document["reason"] in ("no-text", "too-short")
    assert (document["status"], document["site"], document["kind"]) == (200, "harbour", "article")
    said = scrapy("addresses", "--state", "rejected")
    assert f"{document['archive_file']}:{document['archive_offset']}" in said.out
    assert "red stub" in said.out
    assert "\x1b" not in said.out


def test_a_run_shows_its_table_as_it_was_printed(scrapy: Run, crawled: Crawled) -> None:
    said = scrapy("runs", "last")
    assert (said.status, said.err) == (0, "")
    assert re.match(r"run 2: articles, .* UTC, finished, .*, exit status 0", said.lines[0])
    printed = [line.rstrip() for line in crawled.table.splitlines()]
    assert [line.rstrip() for line in said.lines[1:]] == printed[: len(said.lines) - 1]
    assert " for hosts on hold" in said.out
    assert scrapy("runs", "2").out == said.out
    one = scrapy("runs", "last", "--site", "valley")
    assert "valley" in one.out
    assert "harbour" not in one.out


def test_the_list_of_runs_adds_up(scrapy: Run) -> None:
    said = scrapy("runs")
    assert (said.status, said.err) == (0, "")
    assert [line.split()[0] for line in said.lines[3:]] == ["2", "1"]
    documents = scrapy("runs", "--json").documents
    for document in documents:
        for account in (document["all"], *document["sites"].values()):
            sums = {name: sum(account[name].values()) for name in ("rejected", "failed", "waiting")}
            assert account["found"] == account["fetched"] + sums["failed"] + sums["waiting"]
            assert account["fetched"] == (
                account["articles"] + account["duplicates"] + account["unchanged"] + sums["rejected"]
            )
    assert [document["all"]["found"] > 0 for document in documents] == [True, True]
    assert [(document["outcome"], document["exit_code"]) for document in documents] == [("finished", 0)] * 2
    assert [document["run"] for document in scrapy("runs", "--json", "--site", "valley").documents] == [2]
    assert [document["run"] for document in scrapy("runs", "--json", "--limit", "1").documents] == [2]
    assert scrapy("runs", "--since", "2999-01-01").out == "no run\n"
    (whole,) = scrapy("runs", "1", "--json").documents
    assert whole["counts"]["harbour"]["article/stored"] == len(STORIES)


def test_a_run_that_was_killed_says_so(scrapy: Run, data: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(data, tmp_path / "data"))
    query(copy, "UPDATE run SET ended_at = NULL, outcome = NULL, exit_code = NULL, counts = '{}' WHERE id = 2")
    assert re.search(r"^ +2 +articles .* no end ", scrapy("runs", data=copy).out, re.MULTILINE)
    said = scrapy("runs", "2", data=copy)
    assert (said.status, said.err) == (0, "")
    assert said.lines[0].startswith("run 2: articles")


def test_holds_are_listed_and_released(scrapy: Run, crawled: Crawled, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(crawled.data, tmp_path / "data"))
    said = scrapy("holds", data=copy)
    assert (said.status, said.err) == (0, "")
    assert crawled.valley in said.out
    (document,) = scrapy("holds", "--json", data=copy).documents
    assert (document["host"], document["reason"], document["waiting"]) == (crawled.valley, "retry-after", 2)
    assert scrapy("holds", "release", f"http://{crawled.valley}/", data=copy).out == (
        f"released {crawled.valley}: 2 addresses are due\n"
    )
    assert scrapy("holds", data=copy).out == "no host is on hold\n"
    assert scrapy("holds", "release", "--all", data=copy).out == "no host is on hold\n"
    assert {row.state for path, row in Store(copy).addresses().items() if path in STORIES} <= {"pending", "done"}


def test_no_hold_is_released_while_a_crawl_runs(scrapy: Run, data: Path) -> None:
    with claim_data_folder(data):
        said = scrapy("holds", "release", "--all")
        assert (said.status, said.out) == (2, "")
        assert said.err.count("\n") == 1
        assert "another crawl is using the data folder" in said.err
        assert scrapy("holds").status == 0
    assert len(scrapy("holds").lines) > 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["addresses", "--state", "lost"], "--state: unknown value 'lost'; choose from: failed"),
        (["addresses", "--kind", "picture"], "--kind: unknown value 'picture'"),
        (["addresses", "--run", "12"], "there is no run 12; scrapy runs lists them"),
        (["addresses", "--run", "first"], "--run must be a whole number"),
        (["addresses", "--site", "harbor"], 'no site "harbor" in the store; choose from: harbour'),
        (["addresses", "--since", "yesterday"], "--since must be a day"),
        (["addresses", "--limit", "0"], "--limit must be a whole number of at least 1"),
        (["addresses", "https://a.example/"], "takes options and no argument"),
        (["runs", "12"], "there is no run 12"),
        (["runs", "first"], "the number of a run must be a whole number"),
        (["runs", "1", "2"], "takes the number of one run, got 2"),
        (["runs", "1", "--limit", "3"], "--limit is for the list of runs"),
        (["runs", "1", "--site", "valley"], 'no site "valley" in run 1'),
        (["holds", "release"], "release takes the name of a host, or --all"),
        (["holds", "release", "nobody.example"], "nobody.example is not on hold; on hold: 127.0.0.1"),
        (["holds", "release", "nobody.example", "--all"], "release takes the name of a host, or --all"),
        (["holds", "--all"], "--all belongs to: scrapy holds release --all"),
        (["holds", "nobody.example"], "takes nothing, or: release HOST"),
        (["holds", "release", "--all", "--json"], "--json belongs to the list"),
    ],
)
def test_a_mistake_is_one_line(scrapy: Run, words: list[str], said: str) -> None:
    answer = scrapy(words[0], *words[1:])
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"scrapy {words[0]}: ")
    assert said in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("command", ["addresses", "runs", "holds"])
def test_without_a_store_there_is_one_line(scrapy: Run, tmp_path: Path, command: str) -> None:
    answer = scrapy(command, data=tmp_path / "empty")
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)

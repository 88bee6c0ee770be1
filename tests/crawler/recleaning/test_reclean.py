"""`scrapy reclean`: clean stored articles again from the archive, first as a trial."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from crawling import ROOT, run_scrapy
from scrapy.cmdline import execute
from two_papers import BOILERPLATE, REPEATED_ON, STORIES, Tables, make_outdated, query, read_tables, run_reclean

from cleaning.version import CLEANER_VERSION
from crawler.recleaning.limits import SPOOL_NAME
from storage.database.locks import claim_data_folder


@pytest.fixture
def data(two_papers: Path, tmp_path: Path) -> Path:
    """A copy of the data folder after a crawl of two papers."""
    return Path(shutil.copytree(two_papers, tmp_path / "data"))


@pytest.fixture
def old(data: Path) -> Path:
    make_outdated(data)
    return data


def test_after_a_crawl_nothing_is_due(data: Path) -> None:
    before = read_tables(data)
    done = run_reclean(data)
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing is due" in done.stdout
    assert read_tables(data) == before
    assert not (data / SPOOL_NAME).exists()


def test_the_crawl_has_cut_what_one_paper_repeats(data: Path) -> None:
    assert not query(data, "SELECT id FROM article WHERE text LIKE ?", f"%{BOILERPLATE}%")
    cut = query(data, "SELECT count(*) FROM block WHERE text = ? AND rule = 'repeated_block'", BOILERPLATE)
    assert cut == [(REPEATED_ON,)]


def test_articles_of_another_cleaner_are_cleaned_again_from_the_archive(two_papers: Path, settled: Tables) -> None:
    assert settled["article"] == read_tables(two_papers)["article"]
    assert "of_old" not in {row[7] for row in settled["block"]}


def test_a_second_time_changes_nothing(old: Path, settled: Tables) -> None:
    assert run_reclean(old).returncode == 0
    assert read_tables(old) == settled
    assert "nothing is due" in run_reclean(old).stdout
    assert read_tables(old) == settled


def test_a_dry_run_shows_the_differences_and_changes_no_row(old: Path) -> None:
    before = read_tables(old, "observation")
    done = run_reclean(old, "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert read_tables(old, "observation") == before
    assert done.stdout.count(" leftover\n") == 2 * STORIES
    assert "lose text" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_dry_run_stores_no_memory(data: Path) -> None:
    query(data, "DELETE FROM site_memory")
    query(data, "DELETE FROM site_block")
    done = run_reclean(data, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert query(data, "SELECT count(*) FROM site_memory") == [(0,)]
    assert query(data, "SELECT count(*) FROM site_block") == [(0,)]


def test_the_results_of_a_dry_run_are_adopted_without_cleaning_again(old: Path, settled: Tables) -> None:
    assert run_reclean(old, "--dry-run").returncode == 0
    (old / "archive").rename(old / "elsewhere")  # reading a page again would fail
    (old / "archive").mkdir()
    done = run_reclean(old)
    assert (done.returncode, done.stderr) == (0, "")
    assert read_tables(old) == settled


def test_another_request_discards_the_trial(old: Path, settled: Tables) -> None:
    assert run_reclean(old, "--dry-run").returncode == 0
    done = run_reclean(old, "--site", "two")
    assert f"{STORIES} pages cleaned again" in done.stdout
    assert run_reclean(old).returncode == 0
    assert read_tables(old) == settled


def test_if_much_would_be_lost_nothing_is_adopted(old: Path, settled: Tables) -> None:
    more = " ".join(f"word{number}" for number in range(200))
    query(
        old, "UPDATE article SET text = text || ? WHERE id IN (SELECT id FROM article ORDER BY id LIMIT 7)", f" {more}"
    )
    before = read_tables(old, "observation")
    done = run_reclean(old)
    assert done.returncode == 3
    assert "of 12 articles would lose more than 10% of their text" in done.stderr
    assert "scrapy reclean: nothing was adopted" in done.stderr
    assert read_tables(old, "observation") == before
    shown = run_reclean(old, "--dry-run")
    assert shown.returncode == 0
    assert "only --force would adopt this" in shown.stderr
    assert run_reclean(old, "--force").returncode == 0
    assert read_tables(old) == settled


def test_a_site_that_is_not_named_is_left_alone(old: Path) -> None:
    def of_two() -> list[tuple[Any, ...]]:
        return query(old, "SELECT * FROM article WHERE site = 'two' ORDER BY id")

    before = of_two()
    assert run_reclean(old, "--site", "ONE").returncode == 0
    assert of_two() == before
    assert query(old, "SELECT DISTINCT cleaner_version FROM article WHERE site = 'one'") == [(CLEANER_VERSION,)]
    assert run_reclean(old, "--site", "one", "--site", "two").returncode == 0
    assert of_two() != before


def test_pages_fetched_before_the_day_are_left_alone(old: Path) -> None:
    query(old, "UPDATE article SET fetched_at = '2020-05-01 08:00:00.000000' WHERE id IN (SELECT min(id) FROM article)")
    done = run_reclean(old, "--since", "2021-01-01")
    assert f"{2 * STORIES - 1} pages cleaned again" in done.stdout
    left = query(old, "SELECT fetched_at FROM article WHERE cleaner_version = '1'")
    assert left == [("2020-05-01 08:00:00.000000",)]


def test_pages_whose_archive_file_is_missing_are_counted_and_stay(old: Path) -> None:
    query(old, "UPDATE article SET archive_file = 'gone.warc.gz' WHERE site = 'two'")
    before = query(old, "SELECT * FROM article WHERE site = 'two' ORDER BY id")
    done = run_reclean(old)
    assert done.returncode == 0
    assert f"gone.warc.gz: {STORIES} pages could not be read back and stay as they are\n" in done.stdout
    assert done.stderr.count("gone.warc.gz") == 1
    assert query(old, "SELECT * FROM article WHERE site = 'two' ORDER BY id") == before


def test_a_keep_rule_brings_a_block_back_until_it_is_undone(data: Path, settled: Tables) -> None:
    assert run_scrapy("sites", "keep", "one", BOILERPLATE, data=data).returncode == 0
    done = run_reclean(data, "--site", "one")
    assert done.returncode == 0, done.stderr
    assert len(query(data, "SELECT id FROM article WHERE text LIKE ?", f"%\n{BOILERPLATE}\n%")) == REPEATED_ON
    assert run_scrapy("sites", "keep", "one", BOILERPLATE, "--undo", data=data).returncode == 0
    done = run_reclean(data)
    assert done.returncode == 0, done.stderr
    assert f"{REPEATED_ON:>9}  lose text" in done.stdout
    # The rule of a block is from the cleaning that last changed the text of its article.
    assert {**read_tables(data), "block": ()} == {**settled, "block": ()}


def test_a_crawl_at_the_same_time_is_one_line(data: Path) -> None:
    with claim_data_folder(data):
        done = run_reclean(data)
    assert done.returncode == 2
    assert done.stderr.startswith("scrapy reclean: another crawl is using the data folder")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_no_archive_is_one_line(data: Path) -> None:
    shutil.rmtree(data / "archive")
    done = run_reclean(data)
    assert done.returncode == 2
    assert done.stderr == (
        f"scrapy reclean: there is no archive at {data / 'archive'}; name its data folder by -s DATA_DIR=\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--site", "tow"], 'no site "tow" in the store; choose from: two'),
        (["--since", "yesterday"], "--since must be a day as YYYY-MM-DD, got 'yesterday'"),
        (["--jobs", "0"], "--jobs must be a whole number from 1 to 256, got '0'"),
        (["--jobs", "many"], "--jobs must be a whole number"),
        (["--dry-run", "--force"], "give either --dry-run or --force, not both"),
        (["--bogus"], "there is no option --bogus; did you mean --jobs?"),
        (["one"], "takes only options, got 'one': scrapy reclean --site NAME"),
        (["-s", "MEMORY_SAMPLE=soon"], "the setting MEMORY_SAMPLE must be a whole number of at least 1, got 'soon'"),
        (["-s", "DATA_DIR"], "-s takes NAME=VALUE, got 'DATA_DIR'"),
        (["-s", "DATA_DIR=/nowhere"], "there is no database at /nowhere/broadsheet.db"),
    ],
)
def test_a_usage_error_is_one_line_and_status_2(
    two_papers: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as ended:
        execute(["scrapy", "reclean", "-s", f"DATA_DIR={two_papers}", *words])
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert said.err.startswith(f"scrapy reclean: {message}")
    assert said.err.count("\n") == 1

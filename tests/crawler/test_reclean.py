"""`scrapy reclean`: stored articles are cleaned again from the archive, tried before anything is adopted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from crawling import ROOT, run_scrapy
from scrapy.cmdline import execute
from two_papers import CHAFF, STORIES, TOLD, Tables, age, reclean, rows, tables

from cleaning.version import CLEANER_VERSION
from crawler.recleaning import SPOOL
from storage.locks import claim_data_folder


@pytest.fixture
def data(two_papers: Path, tmp_path: Path) -> Path:
    """A copy of the data folder after a crawl of two papers."""
    return Path(shutil.copytree(two_papers, tmp_path / "data"))


@pytest.fixture
def old(data: Path) -> Path:
    age(data)
    return data


def test_after_a_crawl_nothing_is_due(data: Path) -> None:
    before = tables(data)
    done = reclean(data)
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing is due" in done.stdout
    assert tables(data) == before
    assert not (data / SPOOL).exists()


def test_the_crawl_has_cut_what_one_paper_repeats(data: Path) -> None:
    assert not rows(data, "SELECT id FROM article WHERE text LIKE ?", f"%{CHAFF}%")
    cut = rows(data, "SELECT count(*) FROM block WHERE text = ? AND rule = 'repeated_block'", CHAFF)
    assert cut == [(TOLD,)]


def test_what_another_cleaner_made_is_brought_up_from_the_archive_alone(two_papers: Path, settled: Tables) -> None:
    assert settled["article"] == tables(two_papers)["article"]
    assert "of_old" not in {row[7] for row in settled["block"]}


def test_a_second_time_changes_nothing(old: Path, settled: Tables) -> None:
    assert reclean(old).returncode == 0
    assert tables(old) == settled
    assert "nothing is due" in reclean(old).stdout
    assert tables(old) == settled


def test_a_dry_run_shows_the_differences_and_changes_no_row(old: Path) -> None:
    before = tables(old, "observation")
    done = reclean(old, "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert tables(old, "observation") == before
    assert done.stdout.count(" leftover\n") == 2 * STORIES
    assert "lose text" in done.stdout
    assert "\x1b" not in done.stdout


def test_not_even_what_was_learnt_is_stored_by_a_dry_run(data: Path) -> None:
    rows(data, "DELETE FROM site_memory")
    rows(data, "DELETE FROM site_block")
    done = reclean(data, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert rows(data, "SELECT count(*) FROM site_memory") == [(0,)]
    assert rows(data, "SELECT count(*) FROM site_block") == [(0,)]


def test_what_a_dry_run_tried_is_adopted_without_cleaning_it_again(old: Path, settled: Tables) -> None:
    assert reclean(old, "--dry-run").returncode == 0
    (old / "archive").rename(old / "elsewhere")  # whoever reads a page again does not find it
    (old / "archive").mkdir()
    done = reclean(old)
    assert (done.returncode, done.stderr) == (0, "")
    assert tables(old) == settled


def test_another_question_throws_away_what_was_tried(old: Path, settled: Tables) -> None:
    assert reclean(old, "--dry-run").returncode == 0
    done = reclean(old, "--site", "two")
    assert f"{STORIES} pages cleaned again" in done.stdout
    assert reclean(old).returncode == 0
    assert tables(old) == settled


def test_where_much_would_be_lost_nothing_is_adopted(old: Path, settled: Tables) -> None:
    more = " ".join(f"word{number}" for number in range(200))
    rows(
        old, "UPDATE article SET text = text || ? WHERE id IN (SELECT id FROM article ORDER BY id LIMIT 7)", f" {more}"
    )
    before = tables(old, "observation")
    done = reclean(old)
    assert done.returncode == 3
    assert "of 12 articles would lose more than 10% of their text" in done.stderr
    assert "scrapy reclean: nothing was adopted" in done.stderr
    assert tables(old, "observation") == before
    shown = reclean(old, "--dry-run")
    assert shown.returncode == 0
    assert "only --force would adopt this" in shown.stderr
    assert reclean(old, "--force").returncode == 0
    assert tables(old) == settled


def test_a_site_that_is_not_named_is_left_alone(old: Path) -> None:
    def of_two() -> list[tuple[Any, ...]]:
        return rows(old, "SELECT * FROM article WHERE site = 'two' ORDER BY id")

    before = of_two()
    assert reclean(old, "--site", "ONE").returncode == 0
    assert of_two() == before
    assert rows(old, "SELECT DISTINCT cleaner_version FROM article WHERE site = 'one'") == [(CLEANER_VERSION,)]
    assert reclean(old, "--site", "one", "--site", "two").returncode == 0
    assert of_two() != before


def test_what_was_fetched_before_the_day_is_left_alone(old: Path) -> None:
    rows(old, "UPDATE article SET fetched_at = '2020-05-01 08:00:00.000000' WHERE id IN (SELECT min(id) FROM article)")
    done = reclean(old, "--since", "2021-01-01")
    assert f"{2 * STORIES - 1} pages cleaned again" in done.stdout
    left = rows(old, "SELECT fetched_at FROM article WHERE cleaner_version = '1'")
    assert left == [("2020-05-01 08:00:00.000000",)]


def test_pages_whose_file_is_gone_are_summed_up_and_stay(old: Path) -> None:
    rows(old, "UPDATE article SET archive_file = 'gone.warc.gz' WHERE site = 'two'")
    before = rows(old, "SELECT * FROM article WHERE site = 'two' ORDER BY id")
    done = reclean(old)
    assert done.returncode == 0
    assert f"gone.warc.gz: {STORIES} pages could not be read back and stay as they are\n" in done.stdout
    assert done.stderr.count("gone.warc.gz") == 1
    assert rows(old, "SELECT * FROM article WHERE site = 'two' ORDER BY id") == before


def test_a_pardoned_block_comes_back_and_goes_again(data: Path, settled: Tables) -> None:
    assert run_scrapy("sites", "keep", "one", CHAFF, data=data).returncode == 0
    done = reclean(data, "--site", "one")
    assert done.returncode == 0, done.stderr
    assert len(rows(data, "SELECT id FROM article WHERE text LIKE ?", f"%\n{CHAFF}\n%")) == TOLD
    assert run_scrapy("sites", "keep", "one", CHAFF, "--undo", data=data).returncode == 0
    done = reclean(data)
    assert done.returncode == 0, done.stderr
    assert f"{TOLD:>9}  lose text" in done.stdout
    # A block's rule is that of the cleaning which last changed its article's text.
    assert {**tables(data), "block": ()} == {**settled, "block": ()}


def test_a_crawl_at_the_same_time_is_one_line(data: Path) -> None:
    with claim_data_folder(data):
        done = reclean(data)
    assert done.returncode == 2
    assert done.stderr.startswith("scrapy reclean: another crawl is using the data folder")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_no_archive_is_one_line(data: Path) -> None:
    shutil.rmtree(data / "archive")
    done = reclean(data)
    assert done.returncode == 2
    assert done.stderr == (
        f"scrapy reclean: there is no archive at {data / 'archive'}; name its data folder by -s DATA_DIR=\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--site", "tow"], 'no site "tow" in the store; there are: two'),
        (["--since", "yesterday"], "--since takes a day as YYYY-MM-DD, not 'yesterday'"),
        (["--jobs", "0"], "--jobs takes a number of processes from 1 to 256, not '0'"),
        (["--jobs", "many"], "--jobs takes a number"),
        (["--dry-run", "--force"], "give either --dry-run or --force, not both"),
        (["--bogus"], "there is no option --bogus; scrapy reclean --help lists them"),
        (["one"], "takes options alone, not 'one': scrapy reclean --site NAME"),
        (["-s", "MEMORY_SAMPLE=soon"], "the setting MEMORY_SAMPLE takes a number from 1, not 'soon'"),
        (["-s", "DATA_DIR"], "Invalid -s value, use -s NAME=VALUE"),
        (["-s", "DATA_DIR=/nowhere"], "there is no database at /nowhere/broadsheet.db"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_status_2(
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

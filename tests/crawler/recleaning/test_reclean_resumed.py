"""`scrapy reclean` continues after a kill or Ctrl-C and gives the same rows."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from crawling import ROOT, environment
from prepared_scrapy import run_prepared
from two_papers import STORIES, Tables, make_outdated, read_tables, run_reclean

from crawler.recleaning.limits import SPOOL_NAME

# Runs `scrapy ARGUMENTS` in batches of five and ends it by a signal: in the trial after a number of pages, in the
# middle of a record, or while adopting after a number of batches.
INTERRUPTED = """
import os, sys
from crawler.recleaning import settler
from crawler.recleaning import spool
from scrapy.cmdline import execute

stage, number, ending, *arguments = sys.argv[1:]
left = int(number)
settler.BATCH_SIZE = 5

def count():
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), int(ending))

if stage == "trial":
    append = spool.RecordSpool.append
    def append_and_count(self, kind, record, *, sync=False):
        append(self, kind, record, sync=sync)
        if kind == 2:
            if left == 1:
                self._file.write(b"\\2torn")
                self._file.flush()
            count()
    spool.RecordSpool.append = append_and_count
else:
    adopt = settler.Settler.adopt
    def adopt_and_count(self, batch):
        adopt(self, batch)
        count()
    settler.Settler.adopt = adopt_and_count
execute(["scrapy", *arguments])
"""


@pytest.fixture
def old(two_papers: Path, tmp_path: Path) -> Path:
    """A copy of the data folder after a crawl of two newspapers, as an older cleaner would have left it."""
    data = Path(shutil.copytree(two_papers, tmp_path / "data"))
    make_outdated(data)
    return data


def interrupted(data: Path, stage: str, after: int, by: signal.Signals) -> subprocess.CompletedProcess[str]:
    words = (stage, str(after), str(int(by)), "reclean", "--jobs", "1", "-s", f"DATA_DIR={data}")
    env = environment(SCRAPY_SETTINGS_MODULE="crawler.settings")
    command = [sys.executable, "-c", INTERRUPTED, *words]
    return run_prepared(command, ROOT, env, timeout=100)


@pytest.mark.parametrize(("stage", "after"), [("trial", 17), ("adopting", 1), ("adopting", 4)])
def test_after_a_kill_the_result_is_the_same(old: Path, settled: Tables, stage: str, after: int) -> None:
    before = read_tables(old, "observation")
    killed = interrupted(old, stage, after, signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (read_tables(old, "observation") == before) == (stage == "trial")
    done = run_reclean(old)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{2 * STORIES} pages cleaned again" in done.stdout  # including those of the killed run
    assert read_tables(old) == settled
    assert not (old / SPOOL_NAME).exists()


def test_a_resumed_trial_does_not_start_again(old: Path) -> None:
    assert interrupted(old, "trial", 10, signal.SIGKILL).returncode == -signal.SIGKILL
    done = interrupted(old, "trial", 15, signal.SIGKILL)  # of the 24 pages 14 are left
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("stage", "by", "status"), [("trial", signal.SIGINT, 130), ("adopting", signal.SIGTERM, 143)])
def test_ctrl_c_prints_how_to_continue(old: Path, settled: Tables, stage: str, by: signal.Signals, status: int) -> None:
    done = interrupted(old, stage, 2, by)
    assert done.returncode == status
    assert done.stderr == "scrapy reclean: interrupted; start it again to go on\n"
    assert run_reclean(old).returncode == 0
    assert read_tables(old) == settled

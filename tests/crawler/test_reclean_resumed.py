"""`scrapy reclean` goes on where a kill or Ctrl-C ended it, and ends in the same rows."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from crawling import ROOT, environment
from two_papers import STORIES, Tables, age, reclean, tables

from crawler.recleaning import SPOOL

# Runs `scrapy ARGUMENTS` in batches of five, and ends it by a signal: in the trial after so many pages, in the middle
# of a record; or while it adopts, after so many batches.
INTERRUPTED = """
import os, sys
from crawler import recleaning, settling, spool
from scrapy.cmdline import execute

stage, number, ending, *arguments = sys.argv[1:]
left = int(number)
recleaning.BATCH = settling.BATCH = 5

def count():
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), int(ending))

if stage == "trial":
    append = spool.Spool.append
    def counted(self, kind, record, *, sync=False):
        append(self, kind, record, sync=sync)
        if kind == 2:
            if left == 1:
                self._file.write(b"\\2torn")
                self._file.flush()
            count()
    spool.Spool.append = counted
else:
    adopt = settling.Settling.adopt
    def counted(self, batch):
        adopt(self, batch)
        count()
    settling.Settling.adopt = counted
execute(["scrapy", *arguments])
"""


@pytest.fixture
def old(two_papers: Path, tmp_path: Path) -> Path:
    """A copy of the data folder after a crawl of two papers, as another cleaner left it."""
    data = Path(shutil.copytree(two_papers, tmp_path / "data"))
    age(data)
    return data


def interrupted(data: Path, stage: str, after: int, by: signal.Signals) -> subprocess.CompletedProcess[str]:
    words = (stage, str(after), str(int(by)), "reclean", "--jobs", "1", "-s", f"DATA_DIR={data}")
    env = environment(SCRAPY_SETTINGS_MODULE="crawler.settings")
    command = [sys.executable, "-c", INTERRUPTED, *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.parametrize(("stage", "after"), [("trial", 17), ("adopting", 1), ("adopting", 4)])
def test_a_kill_costs_nothing(old: Path, settled: Tables, stage: str, after: int) -> None:
    before = tables(old, "observation")
    killed = interrupted(old, stage, after, signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (tables(old, "observation") == before) == (stage == "trial")
    done = reclean(old)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{2 * STORIES} pages cleaned again" in done.stdout  # what the first of the two did is told, too
    assert tables(old) == settled
    assert not (old / SPOOL).exists()


def test_a_resumed_trial_does_not_begin_anew(old: Path) -> None:
    assert interrupted(old, "trial", 10, signal.SIGKILL).returncode == -signal.SIGKILL
    done = interrupted(old, "trial", 15, signal.SIGKILL)  # of the 24 pages 14 are left
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("stage", "by", "status"), [("trial", signal.SIGINT, 130), ("adopting", signal.SIGTERM, 143)])
def test_ctrl_c_says_that_starting_again_goes_on(
    old: Path, settled: Tables, stage: str, by: signal.Signals, status: int
) -> None:
    done = interrupted(old, stage, 2, by)
    assert done.returncode == status
    assert done.stderr == "scrapy reclean: interrupted; start it again to go on\n"
    assert reclean(old).returncode == 0
    assert tables(old) == settled

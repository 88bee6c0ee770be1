"""Stages for tests of whatever runs them: the tasks of one are killed or fail, those of the other sleep."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from cleaning.errors import BroadsheetError, StorageLost
from crawler.bulk.plan import BulkPlan
from crawler.bulk.stage import Stage


class EndedStage(Stage):
    """Task 1 ends its process, as a kernel that is short of memory does; task 2 fails."""

    name = "ended"
    doing = "ending"
    things = "tasks"
    needs = None

    def work(self, task: int, tasks: int) -> Counter[str]:
        if task == 1 and not (self.folder / "again").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        if task == 2 and not (self.folder / "again").exists():
            raise StorageLost(f"task {task} of {tasks}", "away")
        return Counter({"task": 1})


class SleepingStage(Stage):
    """Its task writes the number of its process, and sleeps."""

    name = "sleeping"
    doing = "sleeping"
    things = "tasks"
    needs = None

    def work(self, task: int, tasks: int) -> Counter[str]:
        (self.folder / "number").write_text(str(os.getpid()))
        time.sleep(60)
        return Counter()


def make_plan(folder: Path, tasks: int) -> BulkPlan:
    return BulkPlan((), str(folder), tasks, ("jsonl",), None, {})


def assert_a_killed_task_costs_that_task_only(run: Callable[[Stage], None], folder: Path, told: str) -> None:
    """Run the tasks twice: all but two are complete at first, and the others are done again."""
    stage = EndedStage(make_plan(folder, 4))
    with pytest.raises(BroadsheetError, match=f"task 1: .*{told}"):
        run(stage)
    assert stage.count_complete() == 2
    (stage.folder / "again").touch()
    run(stage)
    assert stage.count_complete() == 4

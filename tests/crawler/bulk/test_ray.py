"""A bulk run on Ray: all tests share one, which is started as `scrapy bulk --executor ray` starts its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from crawling import ROOT, SCRAPY, environment
from killed_tasks import assert_a_killed_task_costs_that_task_only
from prepared_scrapy import run_prepared
from written_warc import write_odd, write_own

from crawler.bulk import executors
from crawler.bulk.executors import Execution
from crawler.bulk.stage import Stage

ray = pytest.importorskip("ray", reason="ray is not installed: pip install 'broadsheet[ray]'")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def run_on_ray() -> Iterator[Callable[[Stage], None]]:
    """Start Ray; return what runs a stage on it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        patch.setattr(executors, "_RAY_RETRIES", 1)  # each starts another process
        with Execution("ray", 2).start() as run:
            yield run


def test_a_task_whose_process_is_killed_costs_that_task_only(
    run_on_ray: Callable[[Stage], None], tmp_path: Path
) -> None:
    assert_a_killed_task_costs_that_task_only(run_on_ray, tmp_path, "The worker died unexpectedly")


@pytest.mark.usefixtures("run_on_ray")
def test_ray_gives_the_same_release(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    write_own(archive)
    write_odd(archive)
    releases = []
    for more in ((), ("--executor", "ray", "--ray-address", ray.get_runtime_context().gcs_address)):
        out = tmp_path / f"out-{len(more)}"
        line = [str(SCRAPY), "bulk", str(archive), "--out", str(out), "--tasks", "2", "--workers", "2", *more]
        done = run_prepared(line, ROOT, environment(), timeout=100)
        assert done.returncode == 0, done.stderr
        manifest = json.loads((out / "release" / "manifest.json").read_text())
        releases.append(manifest["release_id"])
    assert releases[0] == releases[1]


def test_a_ray_that_does_not_run_is_told_in_one_line(tmp_path: Path) -> None:
    path = write_own(tmp_path / "archive")
    line = [str(SCRAPY), "bulk", str(path), "--out", str(tmp_path / "out"), "--executor", "ray"]
    done = run_prepared([*line, "--ray-address", "127.0.0.1:9"], ROOT, environment(), timeout=60)
    assert done.returncode == 2
    assert "no Ray answers at 127.0.0.1:9: [Errno 111] Connection refused" in done.stderr
    assert "Traceback" not in done.stderr

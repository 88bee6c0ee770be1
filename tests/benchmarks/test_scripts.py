"""The benchmarks whose tests call `main` run from the command line, too, and most show an example."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from prepared_scrapy import run_prepared

HERE = Path(__file__).parent
SCRIPTS = (
    "bulk",
    "copy_store",
    "faults",
    "night_fairness",
    "reading_room",
    "recheck_night",
    "rendered",
    "second_night",
    "sites_add",
    "upgrade_store",
)
WITHOUT_EXAMPLE = ("copy_store", "upgrade_store")
RUN = """
import runpy, sys
sys.argv[:] = sys.argv[1:]
sys.path.insert(0, {folder!r})  # as Python does with the folder of a script
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_shows_its_help(name: str) -> None:
    script = str(HERE / f"{name}.py")
    line = [sys.executable, "-c", RUN.format(folder=str(HERE)), script, "--help"]
    done = run_prepared(line, HERE.parents[1], {}, timeout=100)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ")
    if name not in WITHOUT_EXAMPLE:
        assert f"\n    python tests/benchmarks/{name}.py" in done.stdout

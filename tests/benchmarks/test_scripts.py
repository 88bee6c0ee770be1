"""The benchmarks whose tests call `main` run from the command line, too, and show an example."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = ("bulk", "faults", "night_fairness", "recheck_night", "second_night", "sites_add")
# Each script in a fork of one process that has loaded what all of them need, which takes longer than the rest.
SHOW_HELP = """
import os, runpy, sys
import cleaning.clean, scrapy.crawler, sqlalchemy.orm, storage.models
sys.path[0], *scripts = sys.argv[1:]
for script in scripts:
    sys.stdout.flush()
    if not os.fork():
        sys.argv[:] = [script, "--help"]
        runpy.run_path(script, run_name="__main__")
    if os.wait()[1]:
        sys.exit(script)
"""


def test_each_shows_its_help() -> None:
    line = [sys.executable, "-c", SHOW_HELP, HERE, *(HERE / f"{name}.py" for name in SCRIPTS)]
    done = subprocess.run(line, cwd=HERE.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("usage: ") == len(SCRIPTS)
    for name in SCRIPTS:
        assert f"\n    python tests/benchmarks/{name}.py" in done.stdout

"""Helpers of the tests of the address guard: a fake DNS, and requests that only the guard checks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from crawling import ROOT, environment

ASKING = Path(__file__).with_name("guarded_asking.py")
CHILD = Path(__file__).with_name("child")  # modules that the processes of a test import


def fake_dns(names: dict[str, list[str]]) -> dict[str, str]:
    """Return an environment in which each name has these addresses, the next one at each look-up."""
    paths = [str(CHILD), os.environ.get("PYTHONPATH", "")]
    return {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "FAKE_DNS": json.dumps(names)}


def ask(*arguments: str, **env: str) -> dict[str, int | str]:
    """Request these URLs with these settings. Return the HTTP status of each, or the reason of its failure."""
    done = subprocess.run(
        # -P: `crawler` is the package, not the folder of its tests beside the script.
        [sys.executable, "-P", str(ASKING), *arguments],
        cwd=ROOT,
        env=environment(**env),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(line) for line in done.stdout.splitlines())

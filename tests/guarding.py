"""What the tests of the address guard share: names that lead where the test wants, requests past everything else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from crawling import ROOT, environment

ASKING = Path(__file__).with_name("guarded_asking.py")
CHILD = Path(__file__).with_name("child")  # what the processes of a test import


def fake_dns(names: dict[str, list[str]]) -> dict[str, str]:
    """The environment in which these names have these addresses, one look-up after the other."""
    paths = [str(CHILD), os.environ.get("PYTHONPATH", "")]
    return {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "FAKE_DNS": json.dumps(names)}


def ask(*arguments: str, **env: str) -> dict[str, int | str]:
    """What comes of asking for these addresses, with these settings: a status, or the reason why there is none."""
    done = subprocess.run(
        [sys.executable, str(ASKING), *arguments],
        cwd=ROOT,
        env=environment(**env),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(line) for line in done.stdout.splitlines())

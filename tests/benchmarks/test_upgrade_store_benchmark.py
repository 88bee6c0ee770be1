"""The benchmark of upgrades, at a small scale."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("upgrade_store.py")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_upgrade_that_is_killed_twice_loses_no_row() -> None:
    line = [sys.executable, SCRIPT, "--articles", "100", "--kills", "2"]
    done = subprocess.run(line, cwd=SCRIPT.parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("every row intact") == 2

"""The benchmark of a night that looks at articles again, at a small scale."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("recheck_night.py")


def test_each_article_is_asked_for_once_and_an_unchanged_one_sends_no_body() -> None:
    line = [sys.executable, SCRIPT, "--articles", "10", "--edited", "20"]
    done = subprocess.run(line, cwd=SCRIPT.parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    second = done.stdout.splitlines()[2].split()
    assert second[:3] == ["2", "10", "8"]

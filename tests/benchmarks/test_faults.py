"""The benchmark of the faults of a night, at a small scale; its kills are a test of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("faults.py")


def run_script(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)],
        cwd=SCRIPT.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(300)  # five crawls, one after the other: slow on a busy machine
def test_kills_at_random_moments_lose_nothing_and_do_nothing_twice() -> None:
    done = run_script("--only", "kills", "--kills", 4, "--stories", 50)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 kills, 50 stories: lost" in done.stdout
    assert "missed" not in done.stdout
    assert done.stdout.count("\n") == 6


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "lag"], "name its folder"),
        (["nowhere"], "nowhere does not exist"),
        (["--kills", 0], "is not a whole number of at least 1"),
        (["--only", "rain"], "invalid choice"),
    ],
)
def test_wrong_arguments_give_one_line_and_status_2(arguments: list[object], said: str) -> None:
    done = run_script(*arguments)
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]

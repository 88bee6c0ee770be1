"""Runs a program and measures the processor for all of its processes, also those that outlive their parents."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# Adopts the orphans of the program, waits for them, and prints what all of them have used. Linux only.
_MEASURE = """
import ctypes, json, os, resource, subprocess, sys
ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER
status = subprocess.run(sys.argv[2:], check=False).returncode
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as file:
    json.dump(used.ru_utime + used.ru_stime, file)
sys.exit(status)
"""


def run_measured(line: Sequence[str], folder: Path, figure: Path, env: Mapping[str, str] = os.environ) -> float:
    """Run a program in a folder, and return the seconds of the processor. Raise CalledProcessError if it fails.

    `figure` is a file that this may write.
    """
    subprocess.run(
        [sys.executable, "-c", _MEASURE, str(figure), *line],
        cwd=folder,
        env=dict(env),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return float(json.loads(figure.read_text()))

"""An article, its blocks and its settled address are stored in one transaction, wherever the process is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from crawling import ROOT, environment


@pytest.mark.parametrize("server", [False, True], ids=["sqlite", "postgresql"])
def test_wherever_the_process_is_killed_all_of_an_article_is_stored_or_nothing(
    tmp_path: Path, server: bool, request: pytest.FixtureRequest
) -> None:  # case 2 of SECURITY.md
    url = request.getfixturevalue("postgres_database") if server else f"sqlite:///{tmp_path}/store.db"
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "faulty" / "store_kills.py", url],
        env=environment(PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "tests" / "faulty")])),
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    rows = [[int(number) for number in line.split()] for line in done.stdout.splitlines()]
    statuses = [status for status, *_ in rows]
    assert statuses[:-1] == [-signal.SIGKILL] * (len(rows) - 1)
    assert statuses[-1] == 0, done.stderr
    assert len(rows) > 8  # the number of statements, savepoints and commits
    for _, articles, blocks, addresses in rows[:-1]:
        assert (articles, blocks, addresses) == (0, 0, 0)
    assert rows[-1][1:] == [1, 2, 1]

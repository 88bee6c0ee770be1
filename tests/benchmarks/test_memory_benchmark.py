"""The benchmark of the look-up in a site's memory, at a small scale."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import memory
import pytest

SCRIPT = Path(__file__).with_name("memory.py")


def run_script(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)],
        cwd=SCRIPT.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_prints_times_and_memory_and_finds_what_was_stored(tmp_path: Path) -> None:
    done = run_script("--sites", 5, "--blocks", 200, "--articles", 40, "--asked", 21, "--folder", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1000 blocks of 5 sites, ")
    assert "known to repeat: 400 of 840" in done.stdout
    rows = dict(re.findall(r"^(warm|cold) +([\d. ]+)$", done.stdout, re.MULTILINE))
    for name in ("warm", "cold"):
        middle, most_of_them, most = map(float, rows[name].split())
        assert 0 < middle <= most_of_them <= most
    memory = re.search(r"^peak memory: (\d+) MB, (\d+) before the first look-up$", done.stdout, re.MULTILINE)
    assert memory is not None
    assert int(memory[1]) >= int(memory[2]) > 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--sites", "0"], "'0' is not a whole number of at least 1"), (["--folder", "nowhere"], "not a folder")],
)
def test_wrong_arguments_give_one_line_and_status_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        memory.main(arguments)
    assert end.value.code == 2
    assert said in capsys.readouterr().err.splitlines()[-1]

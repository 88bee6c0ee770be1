"""The scripts that Slurm gets, and what they do there, with stand-ins for its programs; and tasks that are killed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from crawling import ROOT, SCRAPY, environment
from killed_tasks import assert_a_killed_task_costs_that_task_only, make_plan
from prepared_scrapy import run_prepared
from written_warc import write_own

from cleaning.errors import BadArgument, BroadsheetError
from crawler.bulk.executors import Execution
from crawler.bulk.read_pages import ReadPages
from crawler.bulk.settle_sites import SettleSites
from crawler.bulk.slurm import parse_slurm_options

# Slurm's programs. `sbatch` keeps the script and prints a number as Slurm does. `srun` writes down what it is to run.
PROGRAMS = {
    "sbatch": """
        for script; do :; done
        number=$(($(ls "$JOBS" | grep -c 'script$') + 1))
        cp "$script" "$JOBS/$number.script"
        echo "$@" > "$JOBS/$number.arguments"
        echo "Submitted batch job $number"
        """,
    "srun": """
        while [ "${1#-}" != "$1" ]; do
            [ "$1" = -n ] && shift
            shift
        done
        printf '%s\\0' "$(command -v "$1")" "$@" > "$JOBS/command"
        env -0 > "$JOBS/environment"
        """,
    "scontrol": "echo here",
    "squeue": 'echo "$3 cpu PD"',
}
LAUNCH = "from datatrove.tools.launch_pickled_pipeline import main; main()"


class Slurm:
    """Stand-ins for its programs in `folder`/bin, and the jobs that were handed over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.programs, self.jobs = folder / "bin", folder / "jobs"
        self.programs.mkdir()
        self.jobs.mkdir()
        for name, program in PROGRAMS.items():
            (self.programs / name).write_text(f"#!/bin/sh\n{program}\n")
            (self.programs / name).chmod(0o755)
        self.environment = environment(PATH=f"{self.programs}:{os.environ['PATH']}", JOBS=str(self.jobs))

    def read(self, kind: str) -> list[str]:
        """Return the scripts or the arguments of all jobs in order."""
        paths = sorted(self.jobs.glob(f"*.{kind}"), key=lambda path: int(path.stem))
        return [path.read_text() for path in paths]

    def run_jobs(self) -> None:
        """Run each job of each array; but for those that only add up what datatrove counted: nobody reads their sums.

        The first runs as a new process, the others as prepared ones.
        """
        run: Callable[[list[str], dict[str, str]], None] = self._run_new
        for number, script in enumerate(self.read("script"), 1):
            if "\nmerge_stats " not in script:
                last = re.search(r"^#SBATCH --array=0-(\d+)", script, re.MULTILINE)
                for task in range(int(last[1]) + 1 if last else 1):
                    run(*self._start_job(number, task))
                    run = self._run_prepared

    def _start_job(self, number: int, task: int) -> tuple[list[str], dict[str, str]]:
        """Run the script of a job; return the command line that it gives to srun, and its environment."""
        names = {"SLURM_ARRAY_TASK_ID": str(task), "SLURM_JOB_ID": str(number), "SLURM_NODELIST": "here"}
        subprocess.run(["bash", self.jobs / f"{number}.script"], env=self.environment | names, check=True)
        program, name, *arguments = (self.jobs / "command").read_text().split("\0")[:-1]
        assert (name, Path(program).parent) == ("launch_pickled_pipeline", SCRAPY.parent)
        variables = (self.jobs / "environment").read_text().split("\0")[:-1]
        return [program, *arguments], dict(variable.split("=", 1) for variable in variables)

    def _run_new(self, line: list[str], env: dict[str, str]) -> None:
        subprocess.run(line, cwd=self._folder, env=env, check=True, capture_output=True)

    def _run_prepared(self, line: list[str], env: dict[str, str]) -> None:
        done = run_prepared([sys.executable, "-c", LAUNCH, *line[1:]], self._folder, env, timeout=100)
        assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_slurm_runs_the_stages_as_arrays_that_wait_for_each_other(tmp_path: Path) -> None:
    slurm = Slurm(tmp_path)
    archive = tmp_path / "archive"
    archive.mkdir()
    write_own(archive)
    line = [str(SCRAPY), "bulk", str(archive), "--out", str(tmp_path / "out"), "--tasks", "2"]
    line += ["--executor", "slurm", "--slurm-option", "partition=cpu", "--slurm-option", "account=corpora"]
    done = run_prepared(line, ROOT, slurm.environment, timeout=100)
    assert done.returncode == 0, done.stderr
    assert "handed to Slurm" in done.stderr
    first, *_ = slurm.read("script")
    assert "#SBATCH --partition=cpu\n" in first
    assert "#SBATCH --account=corpora\n" in first
    assert "#SBATCH --array=0-1\n" in first
    assert "--qos" not in first
    assert "#SBATCH --kill-on-invalid-dep=yes\n" in first
    assert "--dependency=afterok:" in "".join(slurm.read("arguments"))

    waiting = run_prepared(line, ROOT, slurm.environment, timeout=100)
    assert waiting.returncode == 2
    assert "Slurm still has jobs" in waiting.stderr
    slurm.run_jobs()
    complete = {
        path.parents[1].name: sorted(one.name for one in path.parent.iterdir())
        for path in tmp_path.glob("out/work/tasks/*/completions/00000")
    }
    assert complete["pages"] == complete["matches"] == ["00000", "00001"]
    assert complete["release"] == ["00000"]
    assert (tmp_path / "out" / "release" / "manifest.json").is_file()

    (slurm.programs / "squeue").unlink()
    finished = run_prepared(line, ROOT, slurm.environment, timeout=100)
    assert finished.returncode == 0, finished.stderr
    assert "2 articles in" in finished.stdout  # all is complete: nothing is handed over


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_task_whose_process_is_killed_costs_that_task_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    with Execution("local", 2).start() as run:
        assert_a_killed_task_costs_that_task_only(run, tmp_path, "its process ended with exit code -9")


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="there is no /proc")
def test_a_task_ends_with_the_command_that_is_killed(tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from crawler.bulk.executors import Execution
from killed_tasks import SleepingStage, make_plan

if __name__ == "__main__":
    with Execution("local", 1).start() as run:
        run(SleepingStage(make_plan(Path({str(tmp_path)!r}), 1)))
"""
    (tmp_path / "command.py").write_text(script)
    env = environment(PYTHONPATH=os.pathsep.join(sys.path))
    command = subprocess.Popen([sys.executable, tmp_path / "command.py"], env=env)
    written = tmp_path / "work" / "sleeping" / "number"
    while command.poll() is None and not (written.is_file() and written.read_text()):
        time.sleep(0.05)
    process = Path("/proc") / written.read_text()
    assert process.is_dir()
    command.kill()
    command.wait()
    until = time.monotonic() + 10
    while process.is_dir() and time.monotonic() < until:
        time.sleep(0.05)
    assert not process.is_dir()


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_processes_that_end_while_they_start_are_told_in_one_line(tmp_path: Path) -> None:
    write_own(tmp_path / "own.warc.gz")
    script = tmp_path / "start.py"  # each process of the command runs it, too, as it begins
    script.write_text("from scrapy.cmdline import execute\nif __name__ != '__main__': raise SystemExit(3)\nexecute()")
    line = [sys.executable, str(script), "bulk", str(tmp_path / "own.warc.gz"), "--out", str(tmp_path / "out")]
    done = subprocess.run(line, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (
        "1 of 1 tasks failed: task 0: the processes for the tasks end while they start; "
        in done.stderr.splitlines()[-1]
    )


def test_a_stage_does_not_begin_without_all_that_it_needs(tmp_path: Path) -> None:
    stage = SettleSites(make_plan(tmp_path, 2))
    complete = ReadPages(stage.plan).task_folder / "completions"
    complete.mkdir(parents=True)
    (complete / "00001").touch()
    with pytest.raises(BroadsheetError, match="cleaning: 1 of 2 tasks are not complete"):
        stage(None, 0, 2)


def test_options_of_slurm_are_checked() -> None:
    options = parse_slurm_options(["partition=cpu", "mem-per-cpu-gb=8"])
    Execution("slurm", slurm=options).check()
    for wrong in ("partition", "=cpu"):
        with pytest.raises(BadArgument):
            parse_slurm_options([wrong])
    with pytest.raises(BadArgument, match="whole number"):
        Execution("slurm", slurm={"partition": "cpu", "cpus_per_task": "two"}).check()
    with pytest.raises(BadArgument, match="partition"):
        Execution("slurm").check()

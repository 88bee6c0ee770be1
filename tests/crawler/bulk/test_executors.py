"""The scripts that Slurm gets, and what they do there. A folder of stand-ins for its programs runs the jobs at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from written_warc import write_own

from cleaning.errors import BadArgument, BroadsheetError, StorageLost
from crawler.bulk.executors import Execution
from crawler.bulk.plan import BulkPlan
from crawler.bulk.read_pages import ReadPages
from crawler.bulk.settle_sites import SettleSites
from crawler.bulk.slurm import parse_slurm_options
from crawler.bulk.stage import Stage

# `sbatch` keeps the script, runs each job of its array in the foreground, and prints a number as Slurm does. Jobs that
# only add up what datatrove counted are kept and not run: nobody reads their sums.
SBATCH = """\
#!/bin/sh
for script; do :; done
number=$(($(ls "$JOBS" | wc -l) + 1))
cp "$script" "$JOBS/$number"
echo "$@" > "$JOBS/$number.arguments"
last=$(sed -n 's/^#SBATCH --array=0-\\([0-9]*\\).*/\\1/p' "$script")
grep -q '^merge_stats ' "$script" && last=-1
for task in $(seq 0 "${last:-0}"); do
    SLURM_ARRAY_TASK_ID=$task SLURM_JOB_ID=$number SLURM_NODELIST=here bash "$script" >> "$JOBS/log" 2>&1 || exit 1
done
echo "Submitted batch job $number"
"""
SRUN = """\
#!/bin/sh
while [ "${1#-}" != "$1" ]; do
    [ "$1" = -n ] && shift
    shift
done
exec "$@"
"""


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put stand-ins for Slurm's programs on the path; return the folder that keeps the jobs."""
    programs, jobs = tmp_path / "bin", tmp_path / "jobs"
    programs.mkdir()
    jobs.mkdir()
    says = "#!/bin/sh\necho {}\n".format
    for name, text in (("sbatch", SBATCH), ("srun", SRUN), ("scontrol", says("here")), ("squeue", says("$3 cpu PD"))):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("JOBS", str(jobs))
    return jobs


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_slurm_runs_the_stages_as_arrays_that_wait_for_each_other(slurm: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    write_own(archive)
    line = [Path(sys.executable).with_name("scrapy"), "bulk", archive, "--out", tmp_path / "out", "--tasks", "2"]
    line += ["--executor", "slurm", "--slurm-option", "partition=cpu", "--slurm-option", "account=corpora"]
    done = subprocess.run([*map(str, line)], capture_output=True, text=True, timeout=280, check=False)
    log = (slurm / "log").read_text() if (slurm / "log").is_file() else ""
    assert done.returncode == 0, (done.stderr, log)
    assert "handed to Slurm" in done.stderr
    first = (slurm / "1").read_text()
    assert "#SBATCH --partition=cpu\n" in first
    assert "#SBATCH --account=corpora\n" in first
    assert "#SBATCH --array=0-1\n" in first
    assert "--qos" not in first
    assert "#SBATCH --kill-on-invalid-dep=yes\n" in first
    complete = {
        path.parents[1].name: sorted(one.name for one in path.parent.iterdir())
        for path in tmp_path.glob("out/work/tasks/*/completions/00000")
    }
    assert complete["pages"] == complete["matches"] == ["00000", "00001"]
    assert complete["release"] == ["00000"]
    assert (tmp_path / "out" / "release" / "manifest.json").is_file()
    assert "--dependency=afterok:" in "".join(path.read_text() for path in slurm.glob("*.arguments"))

    waiting = subprocess.run([*map(str, line)], capture_output=True, text=True, timeout=60, check=False)
    assert waiting.returncode == 2
    assert "Slurm still has jobs" in waiting.stderr
    (slurm.parent / "bin" / "squeue").unlink()
    finished = subprocess.run([*map(str, line)], capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 0, finished.stderr
    assert "2 articles in" in finished.stdout  # all is complete: nothing is handed over


class EndedStage(Stage):
    """Task 1 ends its process, as a kernel that is short of memory does; task 2 fails."""

    name = "ended"
    doing = "ending"
    things = "tasks"
    needs = None

    def work(self, task: int, tasks: int) -> Counter[str]:
        if task == 1 and not (self.folder / "again").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        if task == 2 and not (self.folder / "again").exists():
            raise StorageLost(f"task {task} of {tasks}", "away")
        return Counter({"task": 1})


class SleepingStage(Stage):
    """Its task writes the number of its process, and sleeps."""

    name = "sleeping"
    doing = "sleeping"
    things = "tasks"
    needs = None

    def work(self, task: int, tasks: int) -> Counter[str]:
        (self.folder / "number").write_text(str(os.getpid()))
        time.sleep(60)
        return Counter()


def make_plan(folder: Path, tasks: int) -> BulkPlan:
    return BulkPlan((), str(folder), tasks, ("jsonl",), None, {})


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("executor", "told"), [("local", "its process ended with exit code -9"), ("ray", "The worker died unexpectedly")]
)
def test_a_task_whose_process_is_killed_costs_that_task_only(
    executor: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray" if executor == "ray" else "datatrove")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *sys.path]))
    stage = EndedStage(make_plan(tmp_path, 4))
    with Execution(executor, 2).start() as run:
        with pytest.raises(BroadsheetError, match=f"task 1: .*{told}"):
            run(stage)
        assert stage.count_complete() == 2
        (stage.folder / "again").touch()
        run(stage)
    assert stage.count_complete() == 4


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="there is no /proc")
def test_a_task_ends_with_the_command_that_is_killed(tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from test_executors import Execution, SleepingStage, make_plan

if __name__ == "__main__":
    with Execution("local", 1).start() as run:
        run(SleepingStage(make_plan(Path({str(tmp_path)!r}), 1)))
"""
    (tmp_path / "command.py").write_text(script)
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    command = subprocess.Popen([sys.executable, tmp_path / "command.py"], env={**os.environ, "PYTHONPATH": paths})
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

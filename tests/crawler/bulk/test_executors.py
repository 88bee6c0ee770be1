"""The scripts that Slurm gets, and what they do there. A folder of stand-ins for its programs runs the jobs at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from written_warc import write_own

from cleaning.errors import BadArgument
from crawler.bulk.executors import Execution, parse_slurm_options

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
    for name, text in (("sbatch", SBATCH), ("srun", SRUN), ("scontrol", "#!/bin/sh\necho here\n")):
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
    complete = {
        path.parents[1].name: sorted(one.name for one in path.parent.iterdir())
        for path in tmp_path.glob("out/work/tasks/*/completions/00000")
    }
    assert complete["pages"] == complete["matches"] == ["00000", "00001"]
    assert complete["release"] == ["00000"]
    assert (tmp_path / "out" / "release" / "manifest.json").is_file()
    assert "--dependency=afterok:" in "".join(path.read_text() for path in slurm.glob("*.arguments"))


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

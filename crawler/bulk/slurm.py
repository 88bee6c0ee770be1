"""What the user says to Slurm, and what Slurm says of a run's jobs."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from cleaning.errors import BadArgument

# What SlurmPipelineExecutor takes itself; all others are handed to sbatch.
_OF_SLURM = {
    "partition": str,
    "time": str,
    "cpus_per_task": int,
    "mem_per_cpu_gb": int,
    "qos": str,
    "max_array_size": int,
    "tasks_per_job": int,
    "mail_type": str,
    "mail_user": str,
}
_SBATCH_DEFAULTS = {"kill-on-invalid-dep": "yes"}  # else the jobs after one that failed would wait for ever
_SLURM_DEFAULTS = {"time": "24:00:00", "mem_per_cpu_gb": 4, "cpus_per_task": 1, "qos": ""}


def parse_slurm_options(given: Sequence[str]) -> dict[str, str]:
    """Return the values of --slurm-option by name. Raise `BadArgument` for one that is not NAME=VALUE."""
    found: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not (name and equals):
            raise BadArgument(f"--slurm-option must be NAME=VALUE, as partition=cpu, got {one!r}")
        found[name] = value
    return found


def read_slurm_options(given: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the options of datatrove's executor, and those of sbatch. Raise `BadArgument` for a wrong number."""
    options: dict[str, Any] = dict(_SLURM_DEFAULTS)
    sbatch: dict[str, str] = dict(_SBATCH_DEFAULTS)
    for name, value in given.items():
        key = name.replace("-", "_")
        if key not in _OF_SLURM:
            sbatch[name] = value
            continue
        try:
            options[key] = _OF_SLURM[key](value)
        except ValueError:
            raise BadArgument(f"--slurm-option {name} must be a whole number, got {value!r}") from None
    return options, sbatch


def is_job_alive(number: str) -> bool:
    """Return whether Slurm has a job that waits or runs; False also where there is no Slurm to ask."""
    try:
        asked = subprocess.run(  # noqa: S603 (the number is one that sbatch has printed)
            ["squeue", "--noheader", "--jobs", number],  # noqa: S607 (where it is, the cluster knows)
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return False
    return asked.returncode == 0 and bool(asked.stdout.strip())

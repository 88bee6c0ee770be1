"""Makes datatrove's executors for the stages of a run: on this machine, by Slurm, or on Ray."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cleaning.errors import BadArgument, LibraryMissing
from crawler.bulk.stage import Stage, end_with_parent

EXECUTORS = ("local", "slurm", "ray")
_PROJECT = Path(__file__).parents[2]
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
_SLURM_DEFAULTS = {"time": "24:00:00", "mem_per_cpu_gb": 4, "cpus_per_task": 1, "qos": ""}


@dataclass(frozen=True, slots=True)
class Execution:
    """How a run is executed. `workers` are the tasks at once (0: all); `slurm` holds NAME=VALUE of --slurm-option."""

    executor: str = "local"
    workers: int = 0
    slurm: Mapping[str, str] = field(default_factory=dict)
    ray_address: str | None = None  # None: a Ray of its own, on this machine

    def check(self) -> None:
        """Raise a `UsageError` if it cannot work: a package is missing, or an option."""
        for name in ("datatrove", "fastwarc", "pyarrow"):
            if find_spec(name) is None:
                raise LibraryMissing(f"needs {name}, which is not installed; run: pip install 'broadsheet[bulk]'")
        if self.executor == "ray" and find_spec("ray") is None:
            raise LibraryMissing("--executor ray needs ray, which is not installed; run: pip install 'broadsheet[ray]'")
        if self.executor == "slurm":
            if "partition" not in self.slurm:
                raise BadArgument("--executor slurm needs --slurm-option partition=NAME")
            self._read_slurm_options()
        elif self.slurm:
            raise BadArgument("--slurm-option goes with --executor slurm")

    def make(self, stage: Stage, tasks: int, depends: Any = None) -> Any:
        """Return datatrove's executor for a stage; a Slurm job begins when the jobs of `depends` have ended."""
        common: dict[str, Any] = {
            "pipeline": [stage],
            "tasks": tasks,
            "logging_dir": str(stage.plan.work / "tasks" / stage.name),
        }
        workers = min(self.workers or tasks, tasks)
        if self.executor == "slurm":
            from datatrove.executor.slurm import SlurmPipelineExecutor  # noqa: PLC0415 -- of the extra `bulk`

            options, sbatch = self._read_slurm_options()
            return SlurmPipelineExecutor(
                **common,
                **options,
                workers=self.workers or -1,
                job_name=f"broadsheet-{stage.name}",
                env_command=f"export PATH={Path(sys.executable).parent}:$PATH PYTHONPATH={_PROJECT}",
                sbatch_args=sbatch,
                depends=depends,
            )
        if self.executor == "ray":
            from datatrove.executor.ray import RayPipelineExecutor  # noqa: PLC0415 -- of the extra `ray`

            return RayPipelineExecutor(**common, workers=workers, mem_per_cpu_gb=1)
        from datatrove.executor.local import LocalPipelineExecutor  # noqa: PLC0415 -- of the extra `bulk`

        _prepare_processes()
        return LocalPipelineExecutor(**common, workers=workers)

    def _read_slurm_options(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the options of the executor, and those of sbatch."""
        options: dict[str, Any] = dict(_SLURM_DEFAULTS)
        sbatch: dict[str, str] = {}
        for name, value in self.slurm.items():
            key = name.replace("-", "_")
            if key not in _OF_SLURM:
                sbatch[name] = value
                continue
            try:
                options[key] = _OF_SLURM[key](value)
            except ValueError:
                raise BadArgument(f"--slurm-option {name} must be a whole number, got {value!r}") from None
        return options, sbatch


def _prepare_processes() -> None:
    """Load the stages once for all processes of datatrove's pools, and let none outlive this process."""
    import multiprocess.util  # noqa: PLC0415 -- comes with datatrove

    context = multiprocess.get_context("forkserver")
    context.set_forkserver_preload(["datatrove.executor.local", "crawler.bulk.run_bulk"])
    if sys.platform == "linux":  # the process with datatrove's queue would wait for ever
        multiprocess.util.register_after_fork(Execution, end_with_parent)


def parse_slurm_options(given: Sequence[str]) -> dict[str, str]:
    """Return the values of --slurm-option by name. Raise `BadArgument` for one that is not NAME=VALUE."""
    found: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not (name and equals):
            raise BadArgument(f"--slurm-option must be NAME=VALUE, as partition=cpu, got {one!r}")
        found[name] = value
    return found

"""Makes datatrove's executors for the stages of a run: on this machine, by Slurm, or on Ray."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from threading import Thread
from typing import Any

from pebble import ProcessExpired, ProcessPool

from cleaning.errors import BadArgument, BroadsheetError, LibraryMissing, tell_install
from crawler.bulk.stage import Stage

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
_CONNECTING = 10.0  # seconds
_SBATCH_DEFAULTS = {"kill-on-invalid-dep": "yes"}  # else the jobs after one that failed would wait for ever
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
                raise LibraryMissing(f"needs {name}, which is not installed; run: {tell_install('bulk')}")
        if self.executor == "ray" and find_spec("ray") is None:
            raise LibraryMissing(f"--executor ray needs ray, which is not installed; run: {tell_install('ray')}")
        if self.executor == "slurm":
            if "partition" not in self.slurm:
                raise BadArgument("--executor slurm needs --slurm-option partition=NAME")
            self._read_slurm_options()
        elif self.slurm:
            raise BadArgument("--slurm-option goes with --executor slurm")

    @contextmanager
    def start(self) -> Iterator[Callable[[Stage], None]]:
        """Start the processes on this machine, or connect to Ray. Not for Slurm.

        Yield what runs the tasks of a stage that are not complete, each to its end; then it raises an error if one has
        failed. Raise `BadArgument` if no Ray answers.
        """
        if self.executor == "ray":
            with _connect_ray(self):
                yield lambda stage: self.make(stage).run()
            return
        context = get_context("forkserver")
        context.set_forkserver_preload(["datatrove.executor.local", "crawler.bulk.run_bulk"])
        # One pool for all stages: its processes load the cleaner once.
        pool = ProcessPool(max(self.workers, 1), context=context, initializer=_end_with_command)
        try:
            yield partial(self._run_locally, pool)
        finally:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
            pool.join()

    def make(self, stage: Stage, depends: Any = None) -> Any:
        """Return datatrove's executor for a stage; a Slurm job begins when the jobs of `depends` have ended."""
        common: dict[str, Any] = {"pipeline": [stage], "tasks": stage.tasks, "logging_dir": str(stage.task_folder)}
        workers = min(self.workers or stage.tasks, stage.tasks)
        if self.executor == "slurm":
            from datatrove.executor.slurm import SlurmPipelineExecutor  # noqa: PLC0415 -- of the extra `bulk`

            options, sbatch = self._read_slurm_options()
            path = f"{Path(sys.executable).parent}:$PATH"
            return SlurmPipelineExecutor(
                **common,
                **options,
                workers=self.workers or -1,
                job_name=f"broadsheet-{stage.name}",
                env_command=f'export PATH="{path}" PYTHONPATH="{_PROJECT}"',
                sbatch_args=_SBATCH_DEFAULTS | sbatch,
                depends=depends,
            )
        if self.executor == "ray":
            from datatrove.executor.ray import RayPipelineExecutor  # noqa: PLC0415 -- of the extra `ray`

            return RayPipelineExecutor(**common, workers=workers, mem_per_cpu_gb=1)
        from datatrove.executor.local import LocalPipelineExecutor  # noqa: PLC0415 -- of the extra `bulk`

        return LocalPipelineExecutor(**common, workers=workers)

    def _run_locally(self, pool: ProcessPool, stage: Stage) -> None:
        """Run the tasks of a stage in the processes of a pool.

        datatrove's own pool waits for ever for a task whose process was killed, as by a kernel that is short of memory,
        and drops what all others have done when one fails.
        """
        executor = self.make(stage)
        executor.save_executor_as_json()
        tasks = {rank: pool.schedule(_run_task, args=[self, stage, rank]) for rank in executor.get_incomplete_ranks()}
        wait(tasks.values())
        for rank, task in tasks.items():
            if problem := _describe_end(task):
                raise BroadsheetError(f"task {rank}: {problem}")

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


def _end_with_command() -> None:
    """Let this process of the pool end when the command is killed, whose task the next command does again.

    Its parent is the fork server, which waits for the processes of the pool.
    """
    command = parent_process()
    assert command is not None  # noqa: S101 (it is a process of multiprocessing)

    def watch() -> None:
        wait_for([command.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)

    Thread(target=watch, name="bulk-command", daemon=True).start()


def _run_task(execution: Execution, stage: Stage, rank: int) -> str:
    """Run a task, and return why it failed, "" if it did not: not every error can be sent to another process."""
    try:
        execution.make(stage)._run_for_rank(rank, rank)
    except Exception as error:  # noqa: BLE001 (datatrove has logged it)
        return str(error) or type(error).__name__
    return ""


def _describe_end(task: Future[str]) -> str:
    """Return why a task failed, "" if it did not."""
    try:
        return task.result()
    except ProcessExpired as error:
        return f"its process ended with exit code {error.exitcode}"


def parse_slurm_options(given: Sequence[str]) -> dict[str, str]:
    """Return the values of --slurm-option by name. Raise `BadArgument` for one that is not NAME=VALUE."""
    found: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not (name and equals):
            raise BadArgument(f"--slurm-option must be NAME=VALUE, as partition=cpu, got {one!r}")
        found[name] = value
    return found


def count_processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _connect_ray(execution: Execution) -> Iterator[None]:
    """Connect to the Ray of `execution`, or start one on this machine with a processor for each worker."""
    import ray  # noqa: PLC0415 -- of the extra `ray`

    if execution.ray_address:
        try:
            _check_answer(execution.ray_address)
            ray.init(address=execution.ray_address, log_to_driver=False)
        except (OSError, RuntimeError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise BadArgument(f"--ray-address: no Ray answers at {execution.ray_address}: {reason}") from error
    else:
        workers = execution.workers or count_processors()
        ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    try:
        yield
    finally:
        ray.shutdown()


def _check_answer(address: str) -> None:
    """Raise OSError if nobody listens at HOST:PORT: Ray itself would try for minutes."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECTING).close()

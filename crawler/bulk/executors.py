"""Makes datatrove's executors for the stages of a run: on this machine, by Slurm, or on Ray."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
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
from crawler.bulk.slurm import read_slurm_options
from crawler.bulk.stage import Stage

_PROJECT = Path(__file__).parents[2]
_CONNECTING = 10.0  # seconds
_LOOK_EVERY = 1.0  # seconds; whether the processes still live
_RAY_MEMORY, _RAY_RETRIES = 1 << 30, 3  # bytes of a task, and how often it is tried again


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
            read_slurm_options(self.slurm)
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
                yield self._run_on_ray
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

            options, sbatch = read_slurm_options(self.slurm)
            path = f"{Path(sys.executable).parent}:$PATH"
            return SlurmPipelineExecutor(
                **common,
                **options,
                workers=self.workers or -1,
                job_name=f"broadsheet-{stage.name}",
                env_command=f'export PATH="{path}" PYTHONPATH="{_PROJECT}"',
                sbatch_args=sbatch,
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
        left: set[Future[str]] = set(tasks.values())
        while left and pool.active:  # of one that is not, tasks may wait for ever
            left = wait(left, timeout=_LOOK_EVERY).not_done
        _raise_first({rank: _describe_end(task) for rank, task in tasks.items()})

    def _run_on_ray(self, stage: Stage) -> None:
        """Run the tasks of a stage as tasks of Ray, which tries one again whose process or machine has died.

        datatrove forks a process for each that Ray knows nothing of, and waits for ever if it is killed.
        """
        import ray  # noqa: PLC0415 -- of the extra `ray`

        executor = self.make(stage)
        executor.save_executor_as_json()
        run = ray.remote(num_cpus=1, memory=_RAY_MEMORY, max_retries=_RAY_RETRIES)(_run_task)
        due = executor.get_incomplete_ranks()
        running: dict[Any, int] = {}
        problems: dict[int, str] = {}
        while due or running:
            while due and len(running) < executor.workers:
                rank = due.pop(0)
                running[run.remote(self, stage, rank)] = rank
            for task in ray.wait(list(running))[0]:
                rank = running.pop(task)
                try:
                    problems[rank] = ray.get(task)
                except ray.exceptions.RayError as error:  # its process was ended each time
                    problems[rank] = " ".join(str(error).split())
        _raise_first(problems)


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


def _raise_first(problems: Mapping[int, str]) -> None:
    """Raise an error if a task failed; `problems` are why, "" for one that did not."""
    for rank, problem in sorted(problems.items()):
        if problem:
            raise BroadsheetError(f"task {rank}: {problem}")


def _describe_end(task: Future[str]) -> str:
    """Return why a task failed, "" if it did not."""
    try:
        return task.result(timeout=0)
    except ProcessExpired as error:
        return f"its process ended with exit code {error.exitcode}"
    except (BrokenProcessPool, TimeoutError):
        return "the processes for the tasks end while they start"


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

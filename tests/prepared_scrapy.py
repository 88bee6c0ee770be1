"""Runs `scrapy` in processes that are forked from one that has loaded it: Python's imports take half of a short crawl.

Each command has a process, arguments, folder, environment, streams and exit status of its own. What a test wants of the
start itself (its time, what it loads, Ctrl-C during it), of the memory of the process or of its children, it must run
as a new process.
"""

from __future__ import annotations

import atexit
import importlib
import os
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache, partial
from io import BufferedReader, FileIO, TextIOWrapper
from multiprocessing import active_children, forkserver, get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from types import ModuleType
from typing import BinaryIO

from prepared_cleaners import end_as_python_does, prepare_cleaners

TESTS = str(Path(__file__).parent)


class PreparedProcess:
    """A command that runs: a command line of `scrapy`, or of `python -c`. Its methods are those of `Popen`.

    `given` is its standard input. PYTHONPATH, with a `sitecustomize` there, is the only variable of Python that counts.
    """

    def __init__(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], given: bytes = b""
    ) -> None:
        self.args = list(arguments)
        files = ExitStack()
        weakref.finalize(self, files.close)
        self._streams = [files.enter_context(open_file()) for open_file in [tempfile.TemporaryFile] * 3]
        self._streams[0].write(given)
        self._streams[0].flush()
        paths = [f"/proc/{os.getpid()}/fd/{stream.fileno()}" for stream in self._streams]
        self._process = prepare_context().Process(target=_run, args=(self.args, str(folder), dict(environment), paths))
        self._process.start()
        self.pid = self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    @property
    def output(self) -> bytes:
        """What it has printed until now on standard output."""
        return _read(self._streams[1])

    @property
    def errors(self) -> bytes:
        """What it has printed until now on standard error."""
        return _read(self._streams[2])

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float = 100) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self.args, timeout, self.output, self.errors)
        return self._process.exitcode

    def communicate(self, timeout: float = 100) -> tuple[str, str]:
        self.wait(timeout)
        return self.output.decode(), self.errors.decode()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()


def run_prepared(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run a command line to its end, as `subprocess.run` does with its output captured as text."""
    done = run_prepared_on(b"", arguments, folder, environment, timeout)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def run_prepared_on(
    given: bytes, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[bytes]:
    """Run a command line with this standard input to its end; its output is bytes."""
    process = PreparedProcess(arguments, folder, environment, given)
    try:
        status = process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
    return subprocess.CompletedProcess(process.args, status, process.output, process.errors)


@cache
def prepare_context() -> ForkServerContext:
    """Return the context of `multiprocessing` whose processes have loaded what a command needs."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["prepared_modules"])
    atexit.register(_kill_left)
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = TESTS
    try:
        forkserver.ensure_running()
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before
    return context


def _kill_left() -> None:
    """Kill what a failed test has left running, as the tests would not end before it."""
    for process in active_children():
        process.kill()


def _run(arguments: list[str], folder: str, environment: dict[str, str], paths: list[str]) -> None:
    """Take over what a new process would have, and run the command. Runs in the forked process."""
    for number, path in enumerate(paths):
        stream = os.open(path, os.O_WRONLY | os.O_APPEND if number else os.O_RDONLY)
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = TextIOWrapper(BufferedReader(FileIO(0, closefd=False)), encoding="utf-8")
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.path[:] = [entry for entry in sys.path if not entry.startswith(TESTS)]
    sys.modules["prepared_modules"].read_environment()
    prepare_cleaners()
    end_as_python_does(partial(_execute, arguments))


def _execute(arguments: list[str]) -> None:
    """Do what Python does with this command line."""
    program = arguments[2] if arguments[:2] == [sys.executable, "-c"] else None
    sys.argv[:] = arguments if program is None else ["-c", *arguments[3:]]
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:0] = paths
    if any(Path(path, "sitecustomize.py").exists() for path in paths):
        sys.modules.pop("sitecustomize", None)
        importlib.import_module("sitecustomize")
    sys.modules["__main__"] = main = ModuleType("__main__")  # a child of the command would load that of the caller
    if program is None:
        from scrapy.cmdline import execute

        sys.exit(execute())
    exec(program, main.__dict__)


def _read(stream: BinaryIO) -> bytes:
    stream.seek(0)
    return stream.read()

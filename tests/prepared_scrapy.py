"""Runs `scrapy` in processes that are forked from one that has loaded it: Python's imports take half of a short crawl.

Each command has a process, arguments, folder, environment, streams and exit status of its own. What a test wants of the
start itself (its time, what it loads, Ctrl-C during it) it must run as a new process.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import BinaryIO

import pytest
from prepared_cleaners import prepare_cleaners

TESTS = str(Path(__file__).parent)


def run_prepared(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run this command line of `scrapy` to its end, as `subprocess.run` does with its output captured as text."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        paths = [f"/proc/{os.getpid()}/fd/{stream.fileno()}" for stream in (output, errors)]
        process = _get_context().Process(target=_run, args=(list(arguments), str(folder), dict(environment), paths))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(arguments), timeout, _read(output), _read(errors))
        status = process.exitcode
        process.close()
        return subprocess.CompletedProcess(list(arguments), status, _read(output).decode(), _read(errors).decode())


@cache
def _get_context() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["prepared_modules"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", TESTS)
        forkserver.ensure_running()
    return context


def _run(arguments: list[str], folder: str, environment: dict[str, str], paths: list[str]) -> None:
    """Take over what a new process would have, and run the command. Runs in the forked process."""
    for number, path in enumerate(paths, 1):
        stream = os.open(path, os.O_WRONLY | os.O_APPEND)
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[:] = arguments
    sys.path[:] = [entry for entry in sys.path if not entry.startswith(TESTS)]
    gc.freeze()  # or each collection would copy the memory that the processes share
    prepare_cleaners()
    from scrapy.cmdline import execute

    execute()


def _read(stream: BinaryIO) -> bytes:
    stream.seek(0)
    return stream.read()

"""Starts the cleaning processes of a prepared command from one that has loaded the cleaner and its models.

As new ones, they are children of the command, with its arguments, environment, folder, streams and signals, and nothing
else of it is open in them.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import pickle
import platform
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from fcntl import F_DUPFD_CLOEXEC, fcntl
from functools import partial
from multiprocessing import util
from pathlib import Path
from typing import NoReturn

CLONE_PARENT = 0x8000
CLONE = {"x86_64": 56, "aarch64": 220}.get(platform.machine())  # the number of Linux's system call
MOST_FILES = 64  # that a child is given
LONGEST = 1 << 20  # bytes of a request: most of it is the environment
_start_new = util.spawnv_passfds  # type: ignore[attr-defined]  # that of `spawn`


def prepare_cleaners() -> None:
    """Fork the process that all children of this one that `spawn` starts come from. Call it before the first thread."""
    if CLONE is None:
        return
    ours, theirs = socket.socketpair()
    if not os.fork():
        os.dup2(theirs.fileno(), 3)
        os.closerange(4, os.sysconf("SC_OPEN_MAX"))
        ours.detach()
        theirs.detach()
        _serve(socket.socket(fileno=3))
    theirs.close()
    util.spawnv_passfds = partial(_start, ours, threading.Lock())  # type: ignore[attr-defined]


def _start(
    requests: socket.socket, lock: threading.Lock, path: bytes, arguments: Sequence[str], files: Sequence[int]
) -> int:
    """Start a process as `spawn` does; return its number."""
    if "--multiprocessing-fork" not in arguments:  # the resource tracker
        return int(_start_new(path, arguments, files))
    blocked = [int(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, [])]
    request = pickle.dumps((list(arguments), list(files), dict(os.environ), str(Path.cwd()), blocked))
    with lock:
        socket.send_fds(requests, [len(request).to_bytes(4, "big")], list(files))
        requests.sendall(request)
        answer = requests.recv(4)
    if not answer:
        raise ChildProcessError("the process that starts the cleaning processes has ended")
    return int.from_bytes(answer, "big")


def _serve(requests: socket.socket) -> NoReturn:
    """Fork a process for each request until the command has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with requests:
        while True:
            size, files, _, _ = socket.recv_fds(requests, 4, MOST_FILES)
            if not size:
                os._exit(0)
            request = requests.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL)
            number = _fork_sibling()
            if not number:
                requests.detach()
                _run(files, *pickle.loads(request))
            for file in files:
                os.close(file)
            requests.sendall(number.to_bytes(4, "big"))


def _fork_sibling() -> int:
    """Fork, as `os.fork` does, a process whose parent is that of this process."""
    ctypes.pythonapi.PyOS_BeforeFork()
    number = int(ctypes.PyDLL(None).syscall(CLONE, CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0))
    if number:
        ctypes.pythonapi.PyOS_AfterFork_Parent()
    else:
        ctypes.pythonapi.PyOS_AfterFork_Child()
    if number < 0:
        raise ChildProcessError("no process could be forked")
    return number


def _run(
    given: list[int],
    arguments: list[str],
    numbers: list[int],
    environment: dict[str, str],
    folder: str,
    blocked: list[int],
) -> NoReturn:
    """Take over what a new process would have, and run its program to its end."""
    moved = [fcntl(file, F_DUPFD_CLOEXEC, max(numbers) + 1) for file in given]
    os.closerange(3, min(moved))
    for file, number in zip(moved, numbers, strict=True):
        os.dup2(file, number, inheritable=False)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    sys.argv[:] = ["-c", *arguments[-1:]]
    end_as_python_does(lambda: exec(arguments[arguments.index("-c") + 1], {}))


def end_as_python_does(run: Callable[[], object]) -> NoReturn:
    """Run a program and end this process, with what Python does at the end of a program."""
    status = 1
    try:
        run()
        status = 0
    except SystemExit as ended:
        status = _read_status(ended)
    except BaseException:  # noqa: BLE001 -- Python says so
        try:
            sys.excepthook(*sys.exc_info())
        except SystemExit as ended:
            status = _read_status(ended)
    threading._shutdown()  # type: ignore[attr-defined]  # waits for the threads
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _read_status(ended: SystemExit) -> int:
    if ended.code is None or isinstance(ended.code, int):
        return ended.code or 0
    sys.stderr.write(f"{ended.code}\n")
    return 1

"""Forks the children that clean pages from one process that has loaded the cleaner, so that a child starts at once.

To load the cleaner takes a second of the processor: it is done once, and the children share its memory. The crawl
itself cannot be forked, because it has threads. The fork server has none, and nothing of its parent is open in it: it
is spawned. It ends when its parent does, and its children with it (child.py).
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import socket
import sys
import traceback
from contextlib import suppress
from io import BytesIO
from multiprocessing import popen_fork, reduction, spawn, util
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext, SpawnProcess, set_spawning_popen
from threading import Lock
from typing import TYPE_CHECKING, ClassVar, NoReturn

from cleaning.interruption import hold_interrupts

if TYPE_CHECKING:
    from multiprocessing.popen_spawn_posix import Popen as SpawnPopen
    from multiprocessing.process import BaseProcess

MOST_FILES = 64  # that a child is given
NUMBER = 8  # bytes of a process's number, or of an exit code
NO_CHILD = bytes(NUMBER)  # instead of the number of a child
SERVER_LOST = 255  # exit code of a child whose server has ended, as that of Python's own fork server

_STARTING = Lock()  # crawls that run at once start their servers in several threads
_inherited: list[int] = []  # files that a child was given, in the order in which they were sent
_server_number = 0  # in a server and its children


def is_server_alive() -> bool:
    """Return whether the server that this process was forked from is still its parent."""
    return os.getppid() == _server_number


class ServerProcess(SpawnProcess):
    """A process that does not run its parent's script again.

    That would import Scrapy into it, and start children of children where a script has no `if __name__ == "__main__"`.
    """

    @staticmethod
    def _Popen(process: BaseProcess) -> SpawnPopen:  # noqa: N802 -- multiprocessing's name
        with _WithoutScript():
            return SpawnProcess._Popen(process)


class _WithoutScript:
    """While it lasts, no process that is started knows the script of this one."""

    def __enter__(self) -> None:
        _STARTING.acquire()
        main = sys.modules["__main__"]
        self._script, self._spec = main.__dict__.pop("__file__", None), main.__spec__
        main.__spec__ = None  # of `python -m`

    def __exit__(self, *_: object) -> None:
        main = sys.modules["__main__"]
        main.__spec__ = self._spec
        if self._script is not None:
            main.__file__ = self._script
        _STARTING.release()


class ForkServer:
    """The fork server of this process. It is started when it is first needed, and again if it has ended."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: ServerProcess | None = None
        self._requests: socket.socket | None = None
        self._owner = 0

    def start(self) -> None:
        """Start the server, if it does not run. It loads the cleaner meanwhile."""
        with self._lock:
            self._ensure_running()

    def fork(self, files: list[int]) -> tuple[int, int]:
        """Fork a child that is given these files, of which the first says what it runs.

        Return its number, and a file that can be read when the child has ended: it then holds its exit code. Raise
        OSError if no child can be started.
        """
        with self._lock:
            for _ in range(2):  # the second time, if the server was killed
                requests = self._ensure_running()
                status, tell = os.pipe()
                try:
                    number = self._request(requests, [tell, *files])
                    if number is not None:
                        return number, status
                except BaseException:
                    os.close(status)
                    raise
                finally:
                    os.close(tell)
                os.close(status)
        raise ChildProcessError("the process that starts the cleaning processes has ended")

    def _request(self, requests: socket.socket, files: list[int]) -> int | None:
        """Return the number of the new child; None if the server has ended. Raise OSError if it cannot fork."""
        number = b""
        with suppress(ConnectionError):
            socket.send_fds(requests, [b"f"], files)
            number = requests.recv(NUMBER, socket.MSG_WAITALL)
        if not number:
            self._process = None
            return None
        if number == NO_CHILD:
            raise ChildProcessError("the system starts no further process for cleaning")
        return int.from_bytes(number, "big")

    def _ensure_running(self) -> socket.socket:
        is_own = self._owner == os.getpid()  # not in a process that is a fork of the one that started it
        if is_own and self._requests is not None and self._process is not None and self._process.is_alive():
            return self._requests
        ours, theirs = SpawnContext().Pipe()
        self._process = ServerProcess(target=serve, args=(theirs,), name="cleaner-server", daemon=True)
        with hold_interrupts():  # Ctrl-C is for the parent
            self._process.start()
        theirs.close()
        if self._requests is not None:
            self._requests.close()
        self._requests = socket.socket(fileno=os.dup(ours.fileno()))
        ours.close()
        self._owner = os.getpid()
        return self._requests


fork_server = ForkServer()


class ForkedProcess(SpawnProcess):
    """A child of the fork server."""

    @staticmethod
    def _Popen(process: BaseProcess) -> ForkedPopen:  # type: ignore[override]  # noqa: N802 -- multiprocessing's name
        # A child that Ctrl-C reaches before it ignores it would print a traceback.
        with hold_interrupts():
            return ForkedPopen(process)


class _GivenFile:
    """A file in the pickle of a process: its place among those that are sent."""

    def __init__(self, place: int) -> None:
        self._place = place

    def detach(self) -> int:
        return _inherited[self._place]


class ForkedPopen(popen_fork.Popen):
    """Starts a process from the fork server, and learns from it how the process ended."""

    method = "spawn"
    DupFd: ClassVar[type[_GivenFile]] = _GivenFile

    def __init__(self, process: BaseProcess) -> None:
        self._files: list[int] = []
        self._reading = Lock()  # the code can be read once
        super().__init__(process)

    def duplicate_for_child(self, file: int) -> int:
        self._files.append(file)
        return len(self._files) - 1

    def _launch(self, process: BaseProcess) -> None:
        with _WithoutScript():
            preparation = spawn.get_preparation_data(process.name)
        buffer = BytesIO()
        set_spawning_popen(self)  # type: ignore[arg-type]  # typeshed names those of Python
        try:
            reduction.dump(preparation, buffer)
            reduction.dump(process, buffer)
        finally:
            set_spawning_popen(None)
        reader, writer = os.pipe()
        try:
            self.pid, self.sentinel = fork_server.fork([reader, *self._files])
        except BaseException:
            os.close(writer)
            raise
        finally:
            os.close(reader)
        # Until this process ends, so that the child knows when it does.
        kept = os.dup(writer)
        self.finalizer = util.Finalize(self, _close, (kept, self.sentinel))
        with suppress(BrokenPipeError), os.fdopen(writer, "wb") as file:  # the child may have been killed
            file.write(buffer.getbuffer())

    def poll(self, flag: int = os.WNOHANG) -> int | None:
        if self.returncode is None:
            if not wait([self.sentinel], 0 if flag == os.WNOHANG else None):
                return None
            with self._reading:
                if self.returncode is None:
                    code = os.read(self.sentinel, NUMBER)
                    self.returncode = int.from_bytes(code, "big", signed=True) if code else SERVER_LOST
        return self.returncode


def _close(*files: int) -> None:
    for file in files:
        os.close(file)


def serve(connection: Connection) -> None:
    """Fork a child for each request until the parent has ended. Runs in the server."""
    global _server_number  # noqa: PLW0603 -- one of the process
    requests = socket.socket(fileno=os.dup(connection.fileno()))
    connection.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # all that is loaded stays: to look for garbage meanwhile takes a seventh of the start
    from cleaning.clean import preload_models  # noqa: PLC0415 -- the parent needs no trafilatura

    preload_models()
    gc.enable()
    _server_number = os.getpid()
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # else it wakes nobody
    children: dict[int, int] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(requests, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is not requests:
                    os.read(woken, 1 << 16)
                    _report_ended(children)
                    continue
                begun, files, _, _ = socket.recv_fds(requests, 1, MOST_FILES)
                if not begun:
                    os._exit(0)  # Python would take apart all that is loaded, for a tenth of a second
                try:
                    number = os.fork()
                except OSError:  # no more processes, or no memory for one
                    _close(*files)
                    with suppress(ConnectionError):
                        requests.sendall(NO_CHILD)
                    continue
                if not number:
                    selector.close()
                    _run_child(files, [requests.detach(), woken, wake, *children.values()])
                children[number] = files[0]
                _close(*files[1:])
                with suppress(ConnectionError):
                    requests.sendall(number.to_bytes(NUMBER, "big"))


def _report_ended(children: dict[int, int]) -> None:
    """Say of each child that has ended how it ended."""
    while children:
        number, status = os.waitpid(-1, os.WNOHANG)
        if not number:
            return
        file = children.pop(number)
        with suppress(BrokenPipeError):
            os.write(file, os.waitstatus_to_exitcode(status).to_bytes(NUMBER, "big", signed=True))
        os.close(file)


def _run_child(files: list[int], others: list[int]) -> NoReturn:
    """Be what a spawned process is, to the end of its program."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _close(files[0], *others)
        _inherited[:] = files[2:]
        code = spawn._main(files[1], os.dup(files[1]))
    except BaseException:  # noqa: BLE001 -- said as Python says it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)

"""Ctrl-C where no work has to be closed: while Python loads a program's modules, and while the program ends.

It prints one line on standard error and ends with status 130 (128 + SIGINT, as in a shell), never with a traceback.
Where it would do harm, it waits (`hold_interrupts`).
This module imports nothing that takes time: a program loads it first.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_program: str | None = None  # of which this is the process; None where a program of others only imports us


def begin_program(program: str) -> None:
    """Let Ctrl-C end the process at once, with one line that begins with `program` and status 130, while it is loaded.

    An interrupt is not raised there: where classes and modules are made, it can come out as another error. It is raised
    after `raise_interrupts`. Where it cannot be, in a destructor or a callback of Python's own, the process is
    interrupted once more.
    """
    global _program  # noqa: PLW0603 (a process has one)
    _program = program
    report_unraisable = sys.unraisablehook

    def unraisable_hook(unraisable: sys.UnraisableHookArgs) -> None:
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            report_unraisable(unraisable)
            return
        # By a thread: this function, too, is one in which nothing can be raised.
        _thread.start_new_thread(os.kill, (os.getpid(), signal.SIGINT))

    sys.unraisablehook = unraisable_hook
    _exit_at_once_on_signals(program, [signal.SIGINT])


def raise_interrupts() -> None:
    """From now on, let Ctrl-C raise KeyboardInterrupt: the caller catches it, and what `find_interrupt` finds."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def find_interrupt(error: BaseException | None) -> KeyboardInterrupt | None:
    """Return the interrupt that `error` is or was raised for, as by Python 3.11 where it makes a class."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__
    return error


@contextmanager
def exit_at_once(program: str) -> Iterator[None]:
    """While the context lasts, let Ctrl-C and SIGTERM end the process at once, with one line and status 130 or 143."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    _exit_at_once_on_signals(program, SIGNALS)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def hold_interrupts() -> Iterator[None]:
    """Let Ctrl-C wait until the context ends. Threads and processes that are started meanwhile never see it.

    The mask alone would not do: where a library has threads of its own, the kernel gives the signal to one of them,
    and Python raises KeyboardInterrupt in the main thread all the same.
    """
    is_main = current_thread() is main_thread()
    caught: list[int] = []
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    handler = signal.signal(signal.SIGINT, lambda number, _frame: caught.append(number)) if is_main else None
    try:
        yield
    finally:
        if is_main:
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if caught:
            signal.raise_signal(signal.SIGINT)


def finish_program() -> None:
    """Say that all work is done, so that an interrupt is no traceback of what Python does while it ends.

    This does nothing in a process that is no program of ours, as in tests.
    """
    if _program is not None:
        _exit_at_once_on_signals(_program, SIGNALS)


def _exit_at_once_on_signals(program: str, numbers: Iterable[signal.Signals]) -> None:
    def handle(number: int, _frame: FrameType | None) -> None:
        os.write(2, f"{program}: interrupted\n".encode())  # what is interrupted may be writing to sys.stderr
        os._exit(128 + number)

    for number in numbers:
        signal.signal(number, handle)

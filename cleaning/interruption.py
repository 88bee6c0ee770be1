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
    from collections.abc import Iterator
    from types import FrameType, TracebackType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_program: str | None = None  # of which this is the process; None where a program of others only imports us


def handle_uncaught_interrupt(program: str) -> None:
    """From now on, let a KeyboardInterrupt that nothing catches end the process with one line and status 130.

    The line begins with the name `program`. Other exceptions are reported as before. An interrupt in a callback of
    Python's own, of which imports have many, cannot be raised there; the process is interrupted once more instead.
    """
    global _program  # noqa: PLW0603 (a process has one)
    _program = program
    report_uncaught, report_unraisable = sys.excepthook, sys.unraisablehook

    def except_hook(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            report_uncaught(kind, error, traceback)
            return
        _print_interrupted(program)
        sys.exit(128 + signal.SIGINT)

    def unraisable_hook(unraisable: sys.UnraisableHookArgs) -> None:
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            report_unraisable(unraisable)
            return
        # By a thread: this function, too, is one in which nothing can be raised.
        _thread.start_new_thread(os.kill, (os.getpid(), signal.SIGINT))

    sys.excepthook, sys.unraisablehook = except_hook, unraisable_hook


@contextmanager
def exit_at_once(program: str) -> Iterator[None]:
    """While the context lasts, let Ctrl-C and SIGTERM end the process at once, with one line and status 130 or 143."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    _exit_at_once_on_signals(program)
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
        _exit_at_once_on_signals(_program)


def _exit_at_once_on_signals(program: str) -> None:
    def handle(number: int, _frame: FrameType | None) -> None:
        _print_interrupted(program)
        os._exit(128 + number)

    for number in SIGNALS:
        signal.signal(number, handle)


def _print_interrupted(program: str) -> None:
    sys.stderr.write(f"{program}: interrupted\n")
    sys.stderr.flush()

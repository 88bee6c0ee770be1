"""Ctrl-C where nothing of ours runs yet, or any more."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START = """
import os, signal, sys
from cleaning.interruption import exit_at_once, finish_program, handle_uncaught_interrupt
handle_uncaught_interrupt("program")
"""


def run(code: str) -> tuple[int, str]:
    """Run a program that goes on with `code`, and return its exit status and its standard error."""
    done = subprocess.run([sys.executable, "-c", START + code], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "code",
    [
        "os.kill(os.getpid(), signal.SIGINT)",
        "raise KeyboardInterrupt",
        # Python cannot raise what is raised in a destructor.
        "class Late:\n    def __del__(self): raise KeyboardInterrupt\nlate = Late()\ndel late\nsignal.pause()",
        "finish_program()\nos.kill(os.getpid(), signal.SIGINT)\nsignal.pause()",
    ],
)
def test_an_interrupt_is_one_line_and_130(code: str) -> None:
    assert run(code) == (130, "program: interrupted\n")


def test_at_once_both_signals_end_the_process_without_what_would_follow() -> None:
    code = "try:\n    with exit_at_once('now'): os.kill(os.getpid(), {})\nfinally:\n    print(1 / 0)"
    assert run(code.format(int(signal.SIGINT))) == (130, "now: interrupted\n")
    assert run(code.format(int(signal.SIGTERM))) == (143, "now: interrupted\n")


def test_other_exceptions_keep_their_traceback() -> None:
    status, error = run("1 / 0")
    assert status == 1
    assert error.startswith("Traceback")
    assert error.endswith("ZeroDivisionError: division by zero\n")
    status, error = run("class Late:\n    def __del__(self): 1 / 0\nlate = Late()\ndel late")
    assert status == 0
    assert "ZeroDivisionError" in error


def test_after_the_context_interrupts_are_raised_again() -> None:
    interrupt = "os.kill(os.getpid(), signal.SIGINT)"
    code = f"with exit_at_once('now'): pass\ntry: {interrupt}\nexcept KeyboardInterrupt: sys.exit(5)"
    assert run(code) == (5, "")

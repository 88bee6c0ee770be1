"""Ctrl-C where nothing of ours runs yet, or any more."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cleaning.interruption import find_interrupt

ROOT = Path(__file__).parents[2]
START = """
import os, signal, sys
from cleaning.interruption import begin_program, exit_at_once, find_interrupt, finish_program, raise_interrupts
begin_program("program")
"""


def run(code: str) -> tuple[int, str]:
    """Run a program that goes on with `code`, and return its exit status and its standard error."""
    done = subprocess.run([sys.executable, "-c", START + code], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "code",
    [
        "os.kill(os.getpid(), signal.SIGINT)",
        # Where a class is made, Python 3.11 turns what is raised into a RuntimeError.
        "class Late:\n    def __set_name__(self, *names): os.kill(os.getpid(), 2)\nclass Owner: late = Late()",
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


def test_an_interrupt_is_found_in_the_error_that_was_raised_for_it() -> None:
    code = """
raise_interrupts()
class Late:
    def __set_name__(self, *names): os.kill(os.getpid(), signal.SIGINT)
try:
    class Owner: late = Late()
except BaseException as error:
    sys.exit(5 if find_interrupt(error) else 6)
"""
    assert run(code) == (5, "")
    assert find_interrupt(ValueError()) is None


def test_after_the_context_interrupts_are_raised_again() -> None:
    interrupt = "os.kill(os.getpid(), signal.SIGINT)"
    code = f"""
raise_interrupts()
with exit_at_once('now'): pass
try: {interrupt}
except KeyboardInterrupt: sys.exit(5)
"""
    assert run(code) == (5, "")

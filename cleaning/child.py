"""A child process that cleans pages: how it starts, and the limits of its time and memory.

Time is counted in seconds of the processor. On a busy machine a page takes longer by the clock, and must not be
rejected for that: the same pages give the same corpus. The kernel counts and ends the child, so that a loop in a
library's C code ends, too. No child outlives its parent: with the parent ends the fork server, and the kernel ends the
child with that (Linux); an alarm ends a page's work where nothing else can. Children ignore Ctrl-C; the parent handles
it.

A child that came near its memory limit is replaced, because a library may have swallowed the MemoryError and returned
half a page.
"""

from __future__ import annotations

import ctypes
import os
import re
import resource
import signal
import sys
from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleaning.fork_server import ForkedProcess, is_server_alive

if TYPE_CHECKING:
    from collections.abc import Callable

GRACE = 10  # seconds after the limit by the clock; then the alarm ends a child that its parent could not end
PR_SET_PDEATHSIG = 1
NEAR_LIMIT = 7 / 8  # share of a child's memory; at a higher peak an allocation may have failed
PEAK = re.compile(r"VmPeak:\s+(\d+) kB")
# Exit codes of a child.
OUT_OF_MEMORY = 86
OUT_OF_TIME = (-signal.SIGPROF, -signal.SIGALRM)


class CleanerContext(SpawnContext):
    """Starts children from the fork server. What they share with this process is handed over as by spawn."""

    Process = ForkedProcess


def initialize_child(max_memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for ending in (signal.SIGPROF, signal.SIGALRM):  # the parent may ignore them, or have handlers
        signal.signal(ending, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if not is_server_alive():  # it ended before prctl was called
            os._exit(1)
    if max_memory and sys.platform == "linux":  # elsewhere the limit has no effect, or the peak cannot be read
        resource.setrlimit(resource.RLIMIT_AS, (max_memory, max_memory))


def run_with_limits(work: Callable[[Any], Any], given: Any, processor_seconds: float, clock_seconds: float) -> Any:
    """Return what `work` makes of a page, or of several; end this process where that takes too much time or memory."""
    signal.setitimer(signal.ITIMER_PROF, processor_seconds)
    signal.setitimer(signal.ITIMER_REAL, clock_seconds + GRACE)
    try:
        made = work(given)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    finally:
        for timer in (signal.ITIMER_PROF, signal.ITIMER_REAL):  # an idle child must not be ended
            signal.setitimer(timer, 0)
    if getattr(made, "rejected", None) == "cleaner-memory" or _was_near_limit():
        os._exit(OUT_OF_MEMORY)
    return made


def _was_near_limit() -> bool:
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY or sys.platform != "linux":
        return False
    peak = PEAK.search(Path("/proc/self/status").read_text("ascii", "replace"))
    return peak is not None and int(peak[1]) << 10 > NEAR_LIMIT * limit

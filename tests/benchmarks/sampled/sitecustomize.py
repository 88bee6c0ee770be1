"""Sample the CPU time of every thread of this process by part of the crawl, where a folder for the samples is named.

Python imports this module at its start where the folder stands in PYTHONPATH, in a crawl and in its children alike
(`throughput.py` puts it there). Every second the file SAMPLES/PID gets a line of JSON: the time, and CPU seconds by
place. A place is the thread and the files of its stack, innermost first, without those outside of the project; "import"
stands for all that is done while Python loads a module. A process that is forked is sampled as one of its own.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

FOLDER = os.environ.get("BROADSHEET_SAMPLES")
ROOT = str(Path(__file__).resolve().parents[3]) + os.sep
INTERVAL = 0.005  # seconds
OWN = tuple(ROOT + name + os.sep for name in ("crawler", "cleaning", "storage"))
FORK_SERVER = "cleaning/fork_server.py"
IMPORTING = "<frozen importlib._bootstrap>"
STDLIB = str(Path(json.__file__).parents[1]) + os.sep
MOST_FILES = 12  # of a stack


class Sampler(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="sampler", daemon=True)
        self._spent: dict[int, float] = {}  # CPU seconds of each thread so far
        self._seconds: Counter[str] = Counter()

    def run(self) -> None:
        written = time.time()
        with Path(str(FOLDER), str(os.getpid())).open("a", encoding="utf-8") as file:
            while True:
                time.sleep(INTERVAL)
                self._look()
                if time.time() > written + 1:
                    written = time.time()
                    file.write(json.dumps([written, self._seconds]) + "\n")
                    file.flush()
                    self._seconds.clear()

    def _look(self) -> None:
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        for ident, frame in sys._current_frames().items():
            try:
                now = time.clock_gettime(time.pthread_getcpuclockid(ident))
            except OSError:  # it has just ended
                continue
            before = self._spent.get(ident)
            self._spent[ident] = now
            if before is not None and now > before and ident != self.ident:
                self._seconds[f"{names.get(ident, '')}|{'|'.join(list_files(frame))}"] += now - before


def list_files(frame: FrameType) -> list[str]:
    """Return our files of a stack, innermost first.

    Where it has none, or only that of the server that forked the process, the innermost of all comes first, behind a
    slash.
    """
    files: list[str] = []
    outer: FrameType | None = frame
    while outer is not None and len(files) < MOST_FILES:
        file_name = outer.f_code.co_filename
        if file_name == IMPORTING:
            return ["import"]
        if file_name.startswith(OWN) and (own := file_name.removeprefix(ROOT)) not in files[-1:]:
            files.append(own)
        outer = outer.f_back
    if files in ([], [FORK_SERVER]):
        _, found, library = frame.f_code.co_filename.rpartition("site-packages/")
        files.insert(0, "/" + (library if found else library.removeprefix(STDLIB)))
    return files


def start_sampler() -> None:
    Sampler().start()


if FOLDER:
    start_sampler()
    os.register_at_fork(after_in_child=start_sampler)

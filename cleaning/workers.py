"""Clean pages in child processes: a page that hangs or kills its process costs that page, never the crawl.

A child that hangs is ended at the deadline, and one that dies is replaced. A child that came near its memory limit is
replaced, too, because a library may have swallowed the MemoryError and returned half a page. No child outlives its
parent: the kernel ends it with the parent (Linux), and an alarm ends a page's work where nothing else can. Children
ignore Ctrl-C; the parent handles it.
"""

from __future__ import annotations

import ctypes
import logging
import os
import re
import resource
import signal
import sys
from concurrent import futures
from concurrent.futures import Future, TimeoutError  # noqa: A004 -- pebble raises this one, on 3.11 the builtin
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from threading import Event, RLock, Thread
from time import monotonic
from typing import TYPE_CHECKING

from pebble import ProcessExpired, ProcessPool

from cleaning.article import make_failed_article
from cleaning.errors import MemoryUnreadable
from cleaning.interruption import hold_interrupts
from cleaning.memory.site_memory import load_site_memory

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.popen_spawn_posix import Popen
    from multiprocessing.process import BaseProcess

    from cleaning.article import Article, Page

MAX_PAGES_PER_CHILD = 2_000  # then the child is replaced: the libraries' memory grows
MAX_PAGES_PER_CACHE = 300  # then trafilatura's caches are emptied
START_TIMEOUT = 60.0  # seconds
MAX_POOLS = 3  # pools that break while a page waits; then the page is given up
GRACE = 10  # seconds after the deadline; then the alarm ends a child that its parent could not end
PR_SET_PDEATHSIG = 1
NEAR_LIMIT = 7 / 8  # share of a child's memory; at a higher peak an allocation may have failed
OUT_OF_MEMORY = 86  # exit status of a child
PEAK = re.compile(r"VmPeak:\s+(\d+) kB")

log = logging.getLogger(__name__)


class Cleaners:
    """Runs `clean` in child processes.

        cleaners = Cleaners(count=2, deadline=20.0, max_memory=1 << 30)
        cleaners.start()                      # blocks for a second or two
        future = cleaners.submit(page)        # a concurrent.futures.Future of an Article, which never fails
        cleaners.stop()

    `deadline` is in seconds a page, from the start of its work. `max_memory` is in bytes of a child's address space
    (0: no limit); a child needs 256 MB. Futures are done in any order.
    """

    def __init__(
        self,
        count: int = 2,
        deadline: float = 20.0,
        *,
        max_memory: int = 0,
        work: Callable[..., Article] | None = None,
    ) -> None:
        """`work` is the function that a child calls with a page; it must belong to a module. The default is `clean`."""
        self._work = work or _clean
        self.count = count
        self.deadline = deadline
        self._max_memory = max_memory
        self._stopped = False
        self._pool = self._make_pool()
        self._lock = RLock()
        self._waiting: dict[Future[Article], _Submission] = {}
        self._last_answer = monotonic()
        self._broken = Event()  # set to wake the watching thread

    def start(self) -> None:
        """Start the children; return when they have loaded their models."""
        with hold_interrupts():  # between a child's start and its entry in the pool, Ctrl-C would leave it behind
            ready = [self._pool.submit(_do_nothing, START_TIMEOUT) for _ in range(self.count)]
        for future in ready:
            future.result()
        Thread(target=self._watch_pool, name="cleaners", daemon=True).start()

    def submit(self, page: Page, memory: bytes | None = None, *, observe: bool = False) -> Future[Article]:
        """Clean a page. Out of time or memory, or with its child killed, it is returned rejected with that reason.

        `memory` is that of the page's site, as bytes; `observe` is that of `clean`.
        """
        answer: Future[Article] = Future()
        answer.set_running_or_notify_cancel()
        task = partial(self._work, memory=memory, observe=True) if memory or observe else self._work
        with self._lock:
            if self._stopped:  # nothing would ever answer
                answer.set_result(make_failed_article(page, "cleaner-stopped"))
                return answer
            if not self._waiting:
                self._last_answer = monotonic()
            self._waiting[answer] = submission = _Submission(page, task)
            self._submit_to_pool(answer, submission)
        return answer

    def stop(self, *, wait: bool = False) -> None:
        """End the children: at once, or with `wait` after the pages that were submitted."""
        while wait and self._waiting:
            futures.wait(list(self._waiting))
        with self._lock:
            self._stopped = True
            self._broken.set()
            pool = self._pool
        _stop_pool(pool)
        for answer, submission in self._take_waiting():
            answer.set_result(make_failed_article(submission.page, "cleaner-stopped"))

    def _make_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self.count,
            max_tasks=MAX_PAGES_PER_CHILD,
            initializer=_initialize_child,
            initargs=(os.getpid(), self._max_memory),
            context=_SpawnContext(),
        )

    def _submit_to_pool(self, answer: Future[Article], submission: _Submission) -> None:
        try:
            submission.work = work = self._pool.submit(
                _run_with_limits, self.deadline, submission.task, submission.page, int(self.deadline) + GRACE
            )
        except RuntimeError:  # the pool is broken, and _watch_pool replaces it; or stop() has stopped it
            self._broken.set()
        else:
            work.add_done_callback(partial(self._answer, answer, submission))

    def _answer(self, answer: Future[Article], submission: _Submission, work: Future[Article]) -> None:
        error = None if work.cancelled() else work.exception()
        with self._lock:
            if submission.work is not work or answer not in self._waiting:
                return  # it has been submitted to another pool
            if isinstance(error, BrokenProcessPool) and submission.pools < MAX_POOLS and not self._stopped:
                self._broken.set()
                return
            del self._waiting[answer]
            self._last_answer = monotonic()
        page = submission.page
        if work.cancelled() or (error is not None and self._stopped):
            answer.set_result(make_failed_article(page, "cleaner-stopped"))
        elif error is None:
            answer.set_result(work.result())
        elif isinstance(error, TimeoutError):
            log.warning("cleaning %s took too long", page.url)
            answer.set_result(make_failed_article(page, "cleaner-timeout"))
        elif isinstance(error, MemoryError) or getattr(error, "exitcode", None) == OUT_OF_MEMORY:
            log.warning("cleaning %s took too much memory", page.url)
            answer.set_result(make_failed_article(page, "cleaner-memory"))
        else:
            log.warning("cleaning %s ended its process: %s", page.url, error)
            has_died = isinstance(error, ProcessExpired | BrokenProcessPool)
            answer.set_result(make_failed_article(page, "cleaner-crash" if has_died else "cleaner-error"))

    def _watch_pool(self) -> None:
        """Replace a pool that is broken or stuck.

        pebble gives a pool up when a child without a page dies: while it starts, or killed by a kernel that is short
        of memory. A child that dies while it takes a page may leave the others locked out.
        """
        while True:
            self._broken.wait(1.0)
            with self._lock:
                if self._stopped:
                    return
                is_stuck = self._waiting and monotonic() > self._last_answer + self.deadline + START_TIMEOUT
                self._broken.clear()
                if self._pool.active and not is_stuck:
                    continue
                log.warning("restarting the cleaning processes; pages waiting: %d", len(self._waiting))
                old, self._pool = self._pool, self._make_pool()
                self._last_answer = monotonic()
                for answer, submission in list(self._waiting.items()):
                    submission.pools += 1
                    self._submit_to_pool(answer, submission)
            _stop_pool(old)

    def _take_waiting(self) -> list[tuple[Future[Article], _Submission]]:
        with self._lock:
            waiting = list(self._waiting.items())
            self._waiting.clear()
        return waiting


@dataclass(slots=True)
class _Submission:
    """A page that is being cleaned or waits for it. `pools` counts the pools that broke meanwhile."""

    page: Page
    task: Callable[..., Article]
    work: Future[Article] | None = None
    pools: int = 0


def _stop_pool(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
    pool.join()


class _CleanerProcess(SpawnProcess):
    """A child process that does not run its parent's script again.

    That would import Scrapy into every child, and start children of children where a script has no
    `if __name__ == "__main__"`.
    """

    @staticmethod
    def _Popen(process: BaseProcess) -> Popen:  # noqa: N802 -- multiprocessing's name
        main = sys.modules["__main__"]
        script, spec = main.__dict__.pop("__file__", None), main.__spec__
        main.__spec__ = None  # of `python -m`
        try:
            # Ctrl-C is for the parent: a child that it reaches before `_initialize_child` would print a traceback.
            with hold_interrupts():
                return SpawnProcess._Popen(process)
        finally:
            main.__spec__ = spec
            if script is not None:
                main.__file__ = script


class _SpawnContext(SpawnContext):
    """Starts children by spawn: fork is unsafe beside the threads of a crawl, a fork server outlives its parent."""

    Process = _CleanerProcess


def _initialize_child(parent: int, max_memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent died before prctl was called
            os._exit(1)
    from cleaning.clean import preload_models  # noqa: PLC0415 -- the parent needs no trafilatura

    preload_models()
    if max_memory and sys.platform == "linux":  # elsewhere the limit has no effect, or the peak cannot be read
        resource.setrlimit(resource.RLIMIT_AS, (max_memory, max_memory))


def _do_nothing() -> None:
    """Do nothing: a child that has done it is ready."""


def _run_with_limits(work: Callable[[Page], Article], page: Page, alarm: int) -> Article:
    signal.alarm(alarm)
    try:
        article = work(page)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    finally:
        signal.alarm(0)  # an idle child must not be ended
    if article.rejected == "cleaner-memory" or _was_near_limit():
        os._exit(OUT_OF_MEMORY)
    return article


def _was_near_limit() -> bool:
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY or sys.platform != "linux":
        return False
    peak = PEAK.search(Path("/proc/self/status").read_text("ascii", "replace"))
    return peak is not None and int(peak[1]) << 10 > NEAR_LIMIT * limit


_pages_cleaned = 0


def _clean(page: Page, memory: bytes | None = None, *, observe: bool = False) -> Article:
    global _pages_cleaned  # noqa: PLW0603 -- a count for the process
    from cleaning.clean import clean, empty_caches  # noqa: PLC0415 -- the parent needs no trafilatura

    _pages_cleaned += 1
    if _pages_cleaned % MAX_PAGES_PER_CACHE == 0:
        empty_caches()
    try:
        known = load_site_memory(memory) if memory else None
    except MemoryUnreadable as error:  # the next settling learns the memory again
        log.warning("%s is cleaned without its site's memory: %s", page.url, error)
        known = None
    return clean(page, memory=known, observe=observe)

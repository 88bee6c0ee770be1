"""Child processes that clean: a page that hangs or kills its cleaner costs that page, never the crawl.

A child that hangs is ended at the deadline, one that dies is replaced, and so is one that came near the memory that it
may have: a library may have swallowed that and answered with half a page. The children outlive no one: the kernel ends
them with their parent (Linux), and an alarm ends a page's work where nothing else can. Ctrl-C is the parent's business.
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

from cleaning.errors import MemoryUnreadable
from cleaning.failure import failed
from cleaning.memory.site_memory import recollected

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.popen_spawn_posix import Popen
    from multiprocessing.process import BaseProcess

    from cleaning.article import Article, Page

PAGES_A_CHILD = 2_000  # then it is replaced: the libraries' memory grows
PAGES_A_CACHE = 300  # then trafilatura's caches are emptied
START = 60.0  # seconds that a child may take to start
MOST_POOLS = 3  # that break while a page waits; then it is given up
GRACE = 10  # seconds past the deadline, at which the alarm ends a child that its parent could not end
PR_SET_PDEATHSIG = 1
# Bytes that a child takes when it has loaded what it needs, and some for pages: 100,000 elements take 440 MB in all.
LEAST_MEMORY = 256 << 20
NEAR = 7 / 8  # of its memory: a page that came so far may have been refused some
OUT_OF_MEMORY = 86  # exit status of a child
PEAK = re.compile(r"VmPeak:\s+(\d+) kB")

log = logging.getLogger(__name__)


class Cleaners:
    """`clean`, in child processes.

        cleaners = Cleaners(count=2, deadline=20.0, most_memory=1 << 30)
        cleaners.start()                      # blocking; a second or two
        future = cleaners.submit(page)        # a concurrent.futures.Future of an Article, which never fails
        cleaners.stop()

    `deadline` is in seconds a page, from the start of its work; `most_memory` in bytes of a child's address space (0:
    no limit), of which it needs LEAST_MEMORY. Futures are done in any order.
    """

    def __init__(
        self,
        count: int = 2,
        deadline: float = 20.0,
        *,
        most_memory: int = 0,
        work: Callable[..., Article] | None = None,
    ) -> None:
        """`work` is what a child does with a page, a function of a module; `clean` where none is given."""
        self._work = work or _clean
        self.count = count
        self.deadline = deadline
        self._most_memory = most_memory
        self._stopped = False
        self._pool = self._new_pool()
        self._lock = RLock()
        self._waiting: dict[Future[Article], _Given] = {}
        self._answered = monotonic()
        self._broken = Event()  # set to wake the watch

    def start(self) -> None:
        """Start the children; returns when they have loaded what they need."""
        for future in [self._pool.submit(_ready, START) for _ in range(self.count)]:
            future.result()
        Thread(target=self._watch, name="cleaners", daemon=True).start()

    def submit(self, page: Page, memory: bytes | None = None, *, observe: bool = False) -> Future[Article]:
        """Clean a page. One that ran out of time or memory or killed its child comes back rejected, with that reason.

        `memory` is that of its site, packed; `observe` as of `clean`.
        """
        answer: Future[Article] = Future()
        answer.set_running_or_notify_cancel()
        task = partial(self._work, memory=memory, observe=True) if memory or observe else self._work
        with self._lock:
            if not self._waiting:
                self._answered = monotonic()
            self._waiting[answer] = given = _Given(page, task)
            self._hand(answer, given)
        return answer

    def stop(self, *, wait: bool = False) -> None:
        """End the children: at once, or after the pages that were submitted."""
        while wait and self._waiting:
            futures.wait(list(self._waiting))
        with self._lock:
            self._stopped = True
            self._broken.set()
            pool = self._pool
        _end(pool)
        for answer, given in self._taken():
            answer.set_result(failed(given.page, "cleaner-stopped"))

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self.count,
            max_tasks=PAGES_A_CHILD,
            initializer=_begin,
            initargs=(os.getpid(), self._most_memory),
            context=_Spawn(),
        )

    def _hand(self, answer: Future[Article], given: _Given) -> None:
        try:
            given.work = work = self._pool.submit(
                _bounded, self.deadline, given.task, given.page, int(self.deadline) + GRACE
            )
        except RuntimeError:  # the pool is broken, or stopped; in either case somebody looks after what waits
            self._broken.set()
        else:
            work.add_done_callback(partial(self._answer, answer, given))

    def _answer(self, answer: Future[Article], given: _Given, work: Future[Article]) -> None:
        error = None if work.cancelled() else work.exception()
        with self._lock:
            if given.work is not work or answer not in self._waiting:
                return  # it was handed to another pool since
            if isinstance(error, BrokenProcessPool) and given.pools < MOST_POOLS and not self._stopped:
                self._broken.set()
                return
            del self._waiting[answer]
            self._answered = monotonic()
        page = given.page
        if work.cancelled() or (error is not None and self._stopped):
            answer.set_result(failed(page, "cleaner-stopped"))
        elif error is None:
            answer.set_result(work.result())
        elif isinstance(error, TimeoutError):
            log.warning("cleaning %s took too long", page.url)
            answer.set_result(failed(page, "cleaner-timeout"))
        elif isinstance(error, MemoryError) or getattr(error, "exitcode", None) == OUT_OF_MEMORY:
            log.warning("cleaning %s took too much memory", page.url)
            answer.set_result(failed(page, "cleaner-memory"))
        else:
            log.warning("cleaning %s ended its process: %s", page.url, error)
            has_died = isinstance(error, ProcessExpired | BrokenProcessPool)
            answer.set_result(failed(page, "cleaner-crash" if has_died else "cleaner-error"))

    def _watch(self) -> None:
        """Renews a pool that is broken or stuck.

        pebble gives a pool up when a child dies that is at no page: while it starts, or by the hand of a kernel that
        is short of memory. One that dies while it takes a page may leave the others locked out.
        """
        while True:
            self._broken.wait(1.0)
            with self._lock:
                if self._stopped:
                    return
                is_stuck = self._waiting and monotonic() > self._answered + self.deadline + START
                self._broken.clear()
                if self._pool.active and not is_stuck:
                    continue
                log.warning("the cleaning processes are started anew, for %d pages that wait", len(self._waiting))
                old, self._pool = self._pool, self._new_pool()
                self._answered = monotonic()
                for answer, given in list(self._waiting.items()):
                    given.pools += 1
                    self._hand(answer, given)
            _end(old)

    def _taken(self) -> list[tuple[Future[Article], _Given]]:
        with self._lock:
            left = list(self._waiting.items())
            self._waiting.clear()
        return left


@dataclass(slots=True)
class _Given:
    """A page that is being cleaned, or waits for it; `pools` are those that broke while it did."""

    page: Page
    task: Callable[..., Article]
    work: Future[Article] | None = None
    pools: int = 0


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
    pool.join()


class _Child(SpawnProcess):
    """A child that does not run its parent's script again: Scrapy's would import Scrapy into every cleaner."""

    @staticmethod
    def _Popen(process: BaseProcess) -> Popen:  # noqa: N802 -- multiprocessing's name
        main = sys.modules["__main__"]
        script = main.__dict__.pop("__file__", None)
        try:
            return SpawnProcess._Popen(process)
        finally:
            if script is not None:
                main.__file__ = script


class _Spawn(SpawnContext):
    """Fork is unsafe beside the threads of a crawl, and a fork server would not end with its parent."""

    Process = _Child


def _begin(parent: int, most_memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it has died before we asked
            os._exit(1)
    from cleaning.clean import warm  # noqa: PLC0415 -- the parent has no use for trafilatura

    warm()
    if most_memory and sys.platform == "linux":  # elsewhere the limit is not kept, or cannot be asked about
        resource.setrlimit(resource.RLIMIT_AS, (most_memory, most_memory))


def _ready() -> None:
    """Work that any child can do once it has begun."""


def _bounded(work: Callable[[Page], Article], page: Page, alarm: int) -> Article:
    signal.alarm(alarm)
    try:
        article = work(page)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    finally:
        signal.alarm(0)  # an idle child lives on
    if article.rejected == "cleaner-memory" or _was_near_limit():
        os._exit(OUT_OF_MEMORY)
    return article


def _was_near_limit() -> bool:
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    if most == resource.RLIM_INFINITY or sys.platform != "linux":
        return False
    peak = PEAK.search(Path("/proc/self/status").read_text("ascii", "replace"))
    return peak is not None and int(peak[1]) << 10 > NEAR * most


_cleaned = 0


def _clean(page: Page, memory: bytes | None = None, *, observe: bool = False) -> Article:
    global _cleaned  # noqa: PLW0603 -- a count a process, which is what it is
    from cleaning.clean import clean, forget  # noqa: PLC0415 -- the parent has no use for trafilatura

    _cleaned += 1
    if _cleaned % PAGES_A_CACHE == 0:
        forget()
    try:
        known = recollected(memory) if memory else None
    except MemoryUnreadable as error:  # the next settling learns it anew
        log.warning("%s is cleaned without its site's memory: %s", page.url, error)
        known = None
    return clean(page, memory=known, observe=observe)

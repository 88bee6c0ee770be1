"""Child processes that clean: a page that hangs or kills its cleaner costs that page, never the crawl.

A child that hangs is ended at the deadline, one that dies is replaced. The children outlive no one: the kernel ends
them with their parent (Linux), and an alarm ends a page's work where nothing else can. Ctrl-C is the parent's business.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
from concurrent.futures import Future, TimeoutError  # noqa: A004 -- pebble raises this one, on 3.11 the builtin
from functools import partial
from multiprocessing.context import SpawnContext, SpawnProcess
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
GRACE = 10  # seconds past the deadline, at which the alarm ends a child that its parent could not end
PR_SET_PDEATHSIG = 1

log = logging.getLogger(__name__)


class Cleaners:
    """`clean`, in child processes.

        cleaners = Cleaners(count=2, deadline=20.0)
        cleaners.start()                      # blocking; a second or two
        future = cleaners.submit(page)        # a concurrent.futures.Future of an Article, which never fails
        cleaners.stop()

    `deadline` is in seconds a page, from the start of its work. Futures are done in any order.
    """

    def __init__(self, count: int = 2, deadline: float = 20.0, *, work: Callable[..., Article] | None = None) -> None:
        """`work` is what a child does with a page, a function of a module; `clean` where none is given."""
        self._work = work or _clean
        self.count = count
        self.deadline = deadline
        self._stopped = False
        self._pool = ProcessPool(
            max_workers=count,
            max_tasks=PAGES_A_CHILD,
            initializer=_begin,
            initargs=(os.getpid(),),
            context=_Spawn(),
        )

    def start(self) -> None:
        """Start the children; returns when they have loaded what they need."""
        for future in [self._pool.submit(_ready, START) for _ in range(self.count)]:
            future.result()

    def submit(self, page: Page, memory: bytes | None = None, *, observe: bool = False) -> Future[Article]:
        """Clean a page. A page that ran out of time or killed its child comes back rejected, with that reason.

        `memory` is that of its site, packed; `observe` as of `clean`.
        """
        answer: Future[Article] = Future()
        answer.set_running_or_notify_cancel()
        task = partial(self._work, memory=memory, observe=True) if memory or observe else self._work
        work = self._pool.submit(_bounded, self.deadline, task, page, int(self.deadline) + GRACE)
        work.add_done_callback(partial(self._answer, page, answer))
        return answer

    def stop(self, *, wait: bool = False) -> None:
        """End the children: at once, or after the pages that were submitted."""
        self._stopped = not wait
        if wait:
            self._pool.close()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        else:
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        self._pool.join()

    def _answer(self, page: Page, answer: Future[Article], work: Future[Article]) -> None:
        error = None if work.cancelled() else work.exception()
        if work.cancelled() or (error is not None and self._stopped):
            answer.set_result(failed(page, "cleaner-stopped"))
        elif error is None:
            answer.set_result(work.result())
        elif isinstance(error, TimeoutError):
            log.warning("cleaning %s took too long", page.url)
            answer.set_result(failed(page, "cleaner-timeout"))
        else:
            log.warning("cleaning %s ended its process: %s", page.url, error)
            answer.set_result(failed(page, "cleaner-crash" if isinstance(error, ProcessExpired) else "cleaner-error"))


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


def _begin(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it has died before we asked
            os._exit(1)
    from cleaning.clean import warm  # noqa: PLC0415 -- the parent has no use for trafilatura

    warm()


def _ready() -> None:
    """Work that any child can do once it has begun."""


def _bounded(work: Callable[[Page], Article], page: Page, alarm: int) -> Article:
    signal.alarm(alarm)
    try:
        return work(page)
    finally:
        signal.alarm(0)  # an idle child lives on


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

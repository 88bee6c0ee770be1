"""Clean pages in child processes: a page that hangs or kills its process costs that page, never the crawl.

A child that takes too long is ended, and one that dies is replaced (cleaning/child.py has its limits). Each page is
answered exactly once, whatever happens to the child that has it.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from concurrent import futures
from concurrent.futures import Future, TimeoutError  # noqa: A004 -- pebble raises this one, on 3.11 the builtin
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from threading import Event, RLock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from pebble import ProcessExpired, ProcessPool

from cleaning.child import OUT_OF_MEMORY, OUT_OF_TIME, CleanerContext, initialize_child, run_with_limits
from cleaning.errors import MemoryUnreadable
from cleaning.fork_server import SERVER_LOST, fork_server
from cleaning.interruption import hold_interrupts
from cleaning.memory.site_memory import load_site_memory
from cleaning.records.article import make_failed_article

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cleaning.memory.site_memory import SiteMemory
    from cleaning.records.article import Article
    from cleaning.records.given import Page

MAX_PAGES_PER_CHILD = 2_000  # then the child is replaced: the libraries' memory grows
# Characters of the pages that are cleaned, about 150 of newspapers; then the caches are emptied, which keep texts.
MAX_CHARACTERS_PER_CACHE = 20_000_000
START_TIMEOUT = 60.0  # seconds
MAX_POOLS = 3  # pools that break while a page waits; then the page is given up
# A page's time by the clock, as a multiple of its deadline: for a child that sleeps. A working child never needs it,
# even where ten of them share a processor.
CLOCK_FACTOR = 10
LONGEST = 1 << 30  # seconds; the kernel's timers take no more than twice that

log = logging.getLogger(__name__)


class Cleaners:
    """Runs `clean` in child processes.

        cleaners = Cleaners(count=2, deadline=20.0, max_memory=1 << 30)
        cleaners.start()                      # blocks for a second or two
        future = cleaners.submit(page)        # a concurrent.futures.Future of an Article, which never fails
        cleaners.stop()

    `deadline` is in seconds of the processor a page, so that a busy machine rejects no page that a quiet one cleans; a
    child that does nothing is ended after ten times as long by the clock. `max_memory` is in bytes of a child's address
    space (0: no limit); a child needs 256 MB. Futures are done in any order.
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
        self._work = work or clean_in_child
        self.count = count
        self.deadline = deadline
        self._clock_limit = min(CLOCK_FACTOR * deadline, LONGEST)
        self._max_memory = max_memory
        self._stopped = False
        self._pool = self._make_pool()
        self._lock = RLock()
        self._stopping = RLock()
        self._waiting: dict[Future[Any], _Submission] = {}
        self._last_answer = monotonic()
        self._broken = Event()  # set to wake the watching thread

    def prepare(self) -> None:
        """Begin to load the cleaner, from which the children are forked; return at once."""
        fork_server.start()

    def start(self) -> None:
        """Start the children; return when they have loaded their models."""
        with hold_interrupts():  # between a child's start and its entry in the pool, Ctrl-C would leave it behind
            ready = [self._pool.submit(_do_nothing, START_TIMEOUT) for _ in range(self.count)]
        # Children that are killed while they start may never answer: the watching thread replaces their pool.
        for future in futures.wait(ready, START_TIMEOUT).done:
            if not isinstance(future.exception(), BrokenProcessPool | ProcessExpired | TimeoutError):
                future.result()
        Thread(target=self._watch_pool, name="cleaners", daemon=True).start()

    def submit(self, page: Page, memory: bytes | None = None, *, observe: bool = False) -> Future[Article]:
        """Clean a page. Out of time or memory, or with its child killed, it is returned rejected with that reason.

        `memory` is that of the page's site, as bytes: with one the article is traced. `observe` is that of `clean`.
        """
        answer: Future[Article] = Future()
        answer.set_running_or_notify_cancel()
        task = partial(self._work, memory=memory, observe=observe) if memory or observe else self._work
        self._submit(answer, _PageSubmission(page, task))
        return answer

    def submit_readings(self, readings: Sequence[bytes], memory: bytes | None = None) -> Future[list[Article | None]]:
        """Clean pages of one site again from their readings (`Article.reading`), all in one child.

        The answer has an article for each, exactly the one that `submit` gives for the page with this memory and
        `observe`; None where the page itself is needed, and for all of them if the child fails.
        """
        answer: Future[list[Article | None]] = Future()
        answer.set_running_or_notify_cancel()
        self._submit(answer, _ReadingsSubmission(readings, partial(decide_in_child, memory=memory)))
        return answer

    def _submit(self, answer: Future[Any], submission: _Submission) -> None:
        with self._lock:
            if self._stopped:  # nothing would ever answer
                answer.set_result(submission.give_up("cleaner-stopped"))
                return
            if not self._waiting:
                self._last_answer = monotonic()
            self._waiting[answer] = submission
            self._submit_to_pool(answer, submission)

    def stop(self, *, wait: bool = False) -> None:
        """End the children: at once, or with `wait` after the pages that were submitted."""
        while wait and self._waiting:
            futures.wait(list(self._waiting))
        with self._lock:
            self._stopped = True
            self._broken.set()
            pool = self._pool
        with self._stopping:  # two threads that join one pool at once close its pipes under each other
            _stop_pool(pool)
        for answer, submission in self._take_waiting():
            answer.set_result(submission.give_up("cleaner-stopped"))

    def _make_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self.count,
            max_tasks=MAX_PAGES_PER_CHILD,
            initializer=initialize_child,
            initargs=(self._max_memory,),
            context=CleanerContext(),
        )

    def _submit_to_pool(self, answer: Future[Any], submission: _Submission) -> None:
        try:
            submission.work = work = self._pool.submit(
                run_with_limits, self._clock_limit, submission.task, submission.given, self.deadline, self._clock_limit
            )
        except RuntimeError:  # the pool is broken, and _watch_pool replaces it; or stop() has stopped it
            self._broken.set()
        else:
            work.add_done_callback(partial(self._answer, answer, submission))

    def _answer(self, answer: Future[Any], submission: _Submission, work: Future[Any]) -> None:
        error = None if work.cancelled() else work.exception()
        with self._lock:
            if submission.work is not work or answer not in self._waiting:
                return  # it has been submitted to another pool
            if submission.pools < MAX_POOLS and not self._stopped:
                if isinstance(error, BrokenProcessPool):
                    self._broken.set()
                    return
                if getattr(error, "exitcode", None) == SERVER_LOST:  # all children ended, whatever they were doing
                    submission.pools += 1
                    self._submit_to_pool(answer, submission)
                    return
            del self._waiting[answer]
            self._last_answer = monotonic()
        name, exit_code = submission.name, getattr(error, "exitcode", None)
        if work.cancelled() or (error is not None and self._stopped):
            answer.set_result(submission.give_up("cleaner-stopped"))
        elif error is None:
            answer.set_result(work.result())
        elif isinstance(error, TimeoutError) or exit_code in OUT_OF_TIME:
            log.warning("cleaning %s took too long", name)
            answer.set_result(submission.give_up("cleaner-timeout"))
        elif isinstance(error, MemoryError) or exit_code == OUT_OF_MEMORY:
            log.warning("cleaning %s took too much memory", name)
            answer.set_result(submission.give_up("cleaner-memory"))
        else:
            log.warning("cleaning %s ended its process: %s", name, error)
            has_died = isinstance(error, ProcessExpired | BrokenProcessPool)
            answer.set_result(submission.give_up("cleaner-crash" if has_died else "cleaner-error"))

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
                is_stuck = self._waiting and monotonic() > self._last_answer + self._clock_limit + START_TIMEOUT
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

    def _take_waiting(self) -> list[tuple[Future[Any], _Submission]]:
        with self._lock:
            waiting = list(self._waiting.items())
            self._waiting.clear()
        return waiting


@dataclass(slots=True)
class _Submission(ABC):
    """What a child has, or waits for one. `pools` counts the pools that broke meanwhile."""

    given: Any
    task: Callable[..., Any]
    work: Future[Any] | None = None
    pools: int = 0

    @property
    @abstractmethod
    def name(self) -> str:
        """What is cleaned, for the log."""

    @abstractmethod
    def give_up(self, reason: str) -> Any:
        """Return the answer where there is none, for this reason of rejection."""


class _PageSubmission(_Submission):
    given: Page

    @property
    def name(self) -> str:
        return self.given.url

    def give_up(self, reason: str) -> Article:
        return make_failed_article(self.given, reason)


class _ReadingsSubmission(_Submission):
    given: Sequence[bytes]

    @property
    def name(self) -> str:
        return f"{len(self.given)} pages from their readings"

    def give_up(self, reason: str) -> list[Article | None]:  # noqa: ARG002 (each page is asked itself)
        return [None] * len(self.given)


def _stop_pool(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
    pool.join()


def _do_nothing() -> None:
    """Do nothing: a child that has done it is ready."""


_characters_cleaned = 0  # since the caches were emptied


def clean_in_child(page: Page, memory: bytes | None = None, *, observe: bool = False) -> Article:
    """Clean a page as `Cleaners.submit` says, and empty the caches of this process once they hold many pages."""
    global _characters_cleaned  # noqa: PLW0603 -- a count for the process
    from cleaning.clean import clean, empty_caches  # noqa: PLC0415 -- the parent needs no trafilatura

    if _characters_cleaned > MAX_CHARACTERS_PER_CACHE:
        _characters_cleaned = 0
        empty_caches()
    _characters_cleaned += sum(len(one.html) for one in (page, *page.parts))
    return clean(page, memory=_load_memory(memory, page.url), observe=observe, trace=memory is not None)


def decide_in_child(readings: Sequence[bytes], memory: bytes | None = None) -> list[Article | None]:
    """Clean pages again as `Cleaners.submit_readings` says."""
    from cleaning.clean import decide_again  # noqa: PLC0415 -- the parent needs no trafilatura

    known = _load_memory(memory, "a page")
    found = [decide_again(reading, known) for reading in readings]
    # A failure is shown by the page itself: it may be that of the pages before it, which have used up the memory.
    return [
        None if article is None or (article.rejected or "").startswith("cleaner-") else article for article in found
    ]


def _load_memory(memory: bytes | None, name: str) -> SiteMemory | None:
    try:
        return load_site_memory(memory) if memory else None
    except MemoryUnreadable as error:  # the next settling learns the memory again
        log.warning("%s is cleaned without its site's memory: %s", name, error)
        return None

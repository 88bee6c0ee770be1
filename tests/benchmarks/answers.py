"""Every extractor's answer to every page, from child processes: one that hangs or crashes costs that answer."""

from __future__ import annotations

import signal
import sys
import time
from concurrent.futures import wait
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

import extractors
from pebble import ProcessPool
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from scoring import Answer

from cleaning.article import Page as Fetched
from cleaning.failure import failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from gold import Page

    from cleaning.article import Article

T = TypeVar("T")

DEADLINE = 60.0  # seconds an answer
BETWEEN_LINES = 10.0  # seconds between two lines of progress where there is no terminal


class Answers(NamedTuple):
    """The answers to one set's pages, in their order.

    `articles` are Broadsheet's, empty where it was not asked. `given` and `failures` are by extractor; a failure is the
    page's id and what was raised, and counts as an empty answer.
    """

    articles: list[Article]
    given: dict[str, list[Answer]]
    failures: dict[str, list[str]]


class Extractions:
    """Child processes that answer with the named extractors; a context."""

    def __init__(self, names: Sequence[str], jobs: int) -> None:
        self.names = names
        # Children that were replaced now and then would, beside someone who edits, answer with other code.
        self._pool = ProcessPool(max_workers=jobs, initializer=_begin, context=get_context("spawn"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        self._pool.join()

    def answers(self, label: str, pages: Sequence[Page]) -> Answers:
        """All answers to these pages; `label` stands before the progress."""
        work = {name: [self._submit(name, page) for page in pages] for name in self.names}
        with _progress(label, len(work) * len(pages)) as advance:
            for future in [future for futures in work.values() for future in futures]:
                _wait(future)
                advance()
        articles = [
            _result(future, failed(Fetched(page["url"], page["html"]), "cleaner-crash"))
            for page, future in zip(pages, work.get(extractors.OURS, ()), strict=extractors.OURS in work)
        ]
        given = {
            name: [_result(future, Answer()) for future in futures]
            for name, futures in work.items()
            if name != extractors.OURS
        }
        if extractors.OURS in work:
            given[extractors.OURS] = [extractors.read(article) for article in articles]
        failures = {
            name: [
                " ".join(f"{page['id']}: {error}".split())
                for page, future in zip(pages, futures, strict=True)
                if (error := future.exception())
            ]
            for name, futures in work.items()
        }
        return Answers(articles, given, failures)

    def _submit(self, name: str, page: Page) -> Future[Any]:
        url, html = page["url"], page["html"]
        if name == extractors.OURS:
            return self._pool.submit(extractors.broadsheet, DEADLINE, url, html)
        return self._pool.submit(extractors.extract, DEADLINE, name, url, html)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    extractors.begin()


def _wait(future: Future[Any]) -> None:
    """Until it is done. A child that cannot start, as beside half-written code, would else be waited for forever."""
    _, waiting = wait([future], timeout=2 * DEADLINE)
    if waiting:
        sys.exit(f"no answer in {2 * DEADLINE:.0f} seconds: the child processes do not start")


def _result(future: Future[Any], otherwise: T) -> T:
    return otherwise if future.exception() else future.result()


@contextmanager
def _progress(label: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, or plain lines where that is no terminal."""
    console = Console(stderr=True)
    if console.is_terminal:
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(label, total=total)
            yield lambda: bar.advance(task)
        return
    done, last = 0, time.monotonic()

    def advance() -> None:
        nonlocal done, last
        done += 1
        if time.monotonic() - last > BETWEEN_LINES or done == total:
            last = time.monotonic()
            print(f"{label}: {done} of {total} answers", file=sys.stderr, flush=True)

    yield advance

"""Collect every extractor's answer to every page from child processes: a hang or a crash costs one answer."""

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

from cleaning.records.article import make_failed_article
from cleaning.records.given import Page as Fetched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from gold import Page

    from cleaning.records.article import Article

T = TypeVar("T")

DEADLINE = 60.0  # seconds per answer
PROGRESS_PERIOD = 10.0  # seconds between two lines of progress without a terminal


class Answers(NamedTuple):
    """The answers to the pages of one set, in their order.

    `articles` are those of Broadsheet, empty if it is not measured. `given` and `failures` are by extractor; a failure
    is the page's id and the error, and counts as an empty answer.
    """

    articles: list[Article]
    given: dict[str, list[Answer]]
    failures: dict[str, list[str]]


class Extractions:
    """Child processes that run the named extractors; a context manager."""

    def __init__(self, names: Sequence[str], jobs: int) -> None:
        self.names = names
        # Children are not replaced: new ones would run other code if the code is edited meanwhile.
        self._pool = ProcessPool(max_workers=jobs, initializer=_begin_process, context=get_context("spawn"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        self._pool.join()

    def collect(self, label: str, pages: Sequence[Page]) -> Answers:
        """Return all answers to these pages; `label` stands before the progress."""
        work = {name: [self._submit(name, page) for page in pages] for name in self.names}
        with _show_progress(label, len(work) * len(pages)) as advance:
            for future in [future for futures in work.values() for future in futures]:
                _wait(future)
                advance()
        articles = [
            _get_result(future, make_failed_article(Fetched(page["url"], page["html"]), "cleaner-crash"))
            for page, future in zip(pages, work.get(extractors.OURS, ()), strict=extractors.OURS in work)
        ]
        given = {
            name: [_get_result(future, Answer()) for future in futures]
            for name, futures in work.items()
            if name != extractors.OURS
        }
        if extractors.OURS in work:
            given[extractors.OURS] = [extractors.make_answer(article) for article in articles]
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
            return self._pool.submit(extractors.clean_page, DEADLINE, url, html)
        return self._pool.submit(extractors.extract, DEADLINE, name, url, html)


def _begin_process() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
    extractors.prepare_process()


def _wait(future: Future[Any]) -> None:
    """Wait until the future is done; exit if a child cannot start, as with half-edited code."""
    _, waiting = wait([future], timeout=2 * DEADLINE)
    if waiting:
        sys.exit(f"no answer in {2 * DEADLINE:.0f} seconds: the child processes do not start")


def _get_result(future: Future[Any], otherwise: T) -> T:
    return otherwise if future.exception() else future.result()


@contextmanager
def _show_progress(label: str, total: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar on standard error, or plain lines if that is no terminal."""
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
        if time.monotonic() - last > PROGRESS_PERIOD or done == total:
            last = time.monotonic()
            print(f"{label}: {done} of {total} answers", file=sys.stderr, flush=True)

    yield advance

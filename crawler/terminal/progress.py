"""Show how far a long command is: a bar at a terminal, a log line now and then elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.console import console

logger = logging.getLogger(__name__)


class Report(Protocol):
    """Shows how many things are done, of how many; `note` says more, as what is done at present."""

    def __call__(self, done: int, total: int, note: str = "") -> None: ...


@contextmanager
def show_progress(doing: str, things: str, *, every: float) -> Iterator[Report]:
    """Yield a function that shows the progress it is given, of "exporting" "articles".

    A log line comes every `every` seconds, so that a quick command writes none.
    """
    if not console.is_terminal:
        logged_at = monotonic()

        def log_progress(done: int, total: int, note: str = "") -> None:
            nonlocal logged_at
            if monotonic() - logged_at >= every:
                logged_at = monotonic()
                logger.info("%s: %d of %d %s%s", doing, done, total, things, f", {note}" if note else "")

        yield log_progress
        return
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}", markup=False))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=None, note="")

        def show_bar(done: int, total: int, note: str = "") -> None:
            bar.update(task, completed=done, total=total, note=escape_for_terminal(note))

        yield show_bar

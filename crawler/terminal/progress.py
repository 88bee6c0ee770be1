"""Show how far a long command is: a bar at a terminal, a log line now and then elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crawler.terminal.console import console

logger = logging.getLogger(__name__)

Report = Callable[[int, int], None]  # how many are done, of how many


@contextmanager
def show_progress(doing: str, things: str, *, every: float) -> Iterator[Report]:
    """Yield a function that shows the progress it is given, of "exporting" "articles".

    A log line comes every `every` seconds, so that a quick command writes none.
    """
    if not console.is_terminal:
        logged_at = monotonic()

        def log_progress(done: int, total: int) -> None:
            nonlocal logged_at
            if monotonic() - logged_at >= every:
                logged_at = monotonic()
                logger.info("%s: %d of %d %s", doing, done, total, things)

        yield log_progress
        return
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)

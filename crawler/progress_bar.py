"""How far a command is that takes its time: a bar at a terminal, elsewhere a log line now and then."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crawler.console import console

logger = logging.getLogger(__name__)

Report = Callable[[int, int], None]  # how many are done, of how many


@contextmanager
def progress(doing: str, things: str, *, every: float) -> Iterator[Report]:
    """Tells what it is handed, of "exporting" "articles"; a line `every` so many seconds, so none for what is quick."""
    if not console.is_terminal:
        spoken = monotonic()

        def say(done: int, total: int) -> None:
            nonlocal spoken
            if monotonic() - spoken >= every:
                spoken = monotonic()
                logger.info("%s: %d of %d %s", doing, done, total, things)

        yield say
        return
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)

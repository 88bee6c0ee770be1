"""The terminal: one console for the live view and the log, which would garble each other on two."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.logging import RichHandler

from crawler.terminal.log import is_warning

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

console = Console(stderr=True)
REPORT_WIDTH = 120  # columns of a table where standard output is no terminal


def show_no_live_view() -> None:
    """Let all that a terminal shows redrawn be lines of the log: for a process with several crawls at once."""
    console._force_terminal = False


def make_report_console(*, stderr: bool = False) -> Console:
    """Return a console on standard output, or on standard error, for the result of a command."""
    terminal = Console(stderr=stderr)
    return terminal if terminal.is_terminal else Console(width=REPORT_WIDTH, stderr=stderr)


def log_beside_live_view(settings: BaseSettings) -> None:
    """At a terminal, log through the console of the live view: our own records, and warnings of all others.

    Where standard error is no terminal, or the log goes to a file, Scrapy's plain lines stay as they are.
    """
    if not sys.stderr.isatty() or settings.get("LOG_FILE") or not settings.getbool("LOG_ENABLED"):
        return
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    handler = RichHandler(console=console, show_path=False, markup=False, log_time_format="%H:%M:%S")
    handler.setLevel(settings.get("LOG_LEVEL"))
    handler.addFilter(lambda record: record.name.startswith(("crawler", "storage", "cleaning")) or is_warning(record))
    root = logging.getLogger()
    root.setLevel(logging.NOTSET)
    root.addHandler(handler)

"""The terminal: one console for the live view and the log, which would garble each other on two."""

from __future__ import annotations

import logging
import sys

from rich.console import Console
from rich.logging import RichHandler
from scrapy.settings import BaseSettings

console = Console(stderr=True)
LOG_WIDTH = 120  # columns of a table where there is no terminal to ask
# Who tells at every start which components there are. Scrapy greets even before anything is checked, and what is
# refused is to be one line.
_CHATTY = ("scrapy.utils.log", "scrapy.addons", "scrapy.middleware", "scrapy.crawler", "alembic.runtime.migration")


def report_console() -> Console:
    """Where a command's result goes: standard output."""
    terminal = Console()
    return terminal if terminal.is_terminal else Console(width=LOG_WIDTH)


def quieten() -> None:
    """Leaves of the chatty ones what is a warning. By filters: Scrapy resets the levels of its loggers."""
    for name in _CHATTY:
        logging.getLogger(name).addFilter(_is_warning)


def log_beside_live_view(settings: BaseSettings) -> None:
    """At a terminal, logs through the console of the live view: our own lines, and warnings of all others.

    Where standard error is no terminal, or the log goes to a file, Scrapy's plain lines are left as they are.
    """
    if not sys.stderr.isatty() or settings.get("LOG_FILE") or not settings.getbool("LOG_ENABLED"):
        return
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    handler = RichHandler(console=console, show_path=False, markup=False, log_time_format="%H:%M:%S")
    handler.setLevel(settings.get("LOG_LEVEL"))
    handler.addFilter(lambda record: record.name.startswith(("crawler", "storage", "cleaning")) or _is_warning(record))
    root = logging.getLogger()
    root.setLevel(logging.NOTSET)
    root.addHandler(handler)


def _is_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING

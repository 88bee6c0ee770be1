"""The terminal: one console for the live view and the log, which would garble each other on two."""

from __future__ import annotations

import logging
import sys
import unicodedata

from rich.console import Console
from rich.logging import RichHandler
from scrapy.settings import BaseSettings

console = Console(stderr=True)
LOG_WIDTH = 120  # columns of a table where there is no terminal to ask
LONGEST_MESSAGE = 5_000  # characters of one record: an address may have 2,000, a page's own words any number
# What moves a cursor, ends a line or turns what stands beside it: controls, formats, separators of lines, surrogates.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
# Who tells at every start which components there are. Scrapy greets even before anything is checked, and what is
# refused is to be one line.
_CHATTY = ("scrapy.utils.log", "scrapy.addons", "scrapy.middleware", "scrapy.crawler", "alembic.runtime.migration")


def report_console() -> Console:
    """Where a command's result goes: standard output."""
    terminal = Console()
    return terminal if terminal.is_terminal else Console(width=LOG_WIDTH)


def quieten() -> None:
    """Readies the log for a command: a record is a line, and of the chatty ones only warnings are left.

    By filters: Scrapy resets the levels of its loggers.
    """
    keep_log_lines()
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


def keep_log_lines() -> None:
    """From now on every log record is one line, whatever a page put into it; the tracebacks of defects keep theirs.

    By the factory of records: no handler, of Scrapy or of ours, sees one that is not made so.
    """
    before = logging.getLogRecordFactory()
    if getattr(before, "keeps_lines", False):
        return

    def factory(*args: object, **kwargs: object) -> logging.LogRecord:
        record = before(*args, **kwargs)
        message = _said(record)
        if not message.isprintable() or len(message) > LONGEST_MESSAGE:
            record.msg, record.args = one_line(message), None
        if record.exc_info and record.exc_info[0] is not None:
            told = logging.Formatter().formatException(record.exc_info)
            record.exc_text = "\n".join(map(one_line, told.split("\n")))  # which formatters then take
        return record

    factory.keeps_lines = True  # type: ignore[attr-defined]  # a mark, lest it be wrapped twice
    logging.setLogRecordFactory(factory)


def one_line(text: str) -> str:
    """The text in one line; what is not to be seen is written as Python would: "\\n", "\\x1b", "\\u202e"."""
    shown = "".join(
        repr(character)[1:-1] if unicodedata.category(character) in _UNSEEN else character
        for character in text[:LONGEST_MESSAGE].rstrip("\n")
    )
    return shown if len(text) <= LONGEST_MESSAGE else f"{shown} ... ({len(text):,} characters)"


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 (a message that does not fit its arguments: logging tells of it when it is shown)
        return ""


def _is_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING

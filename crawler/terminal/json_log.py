"""The log as JSON, one object a line, for a program that collects logs: LOG_FORMAT=json."""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from weakref import ref

from scrapy.settings import default_settings

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

JSON_FORMAT = "json"
# What a record may tell beside its message: a logger gives it with `extra`.
_TOLD = ("site", "outcome", "url")
# The id of the run and the name of the spider that logs. Of each crawl's own: several may share a process.
_RUN: ContextVar[tuple[int, str] | None] = ContextVar("run", default=None)


def name_run(run: int, spider: str) -> None:
    """Name the run in each line that is logged from now on, by this crawl and what it starts."""
    _RUN.set((run, spider))


def configure_json_log(settings: BaseSettings) -> None:
    """Log JSON if LOG_FORMAT is "json". Scrapy makes its handlers of the settings later, and more than once.

    So the format stays one of Python's `logging`, with a single field, which is made when a record is written. At a
    terminal the log stays one for people: it shares the screen with the live view.
    """
    if settings["LOG_FORMAT"] != JSON_FORMAT:
        return
    is_file = bool(settings["LOG_FILE"])
    log_format = "%(json_line)s" if is_file or not sys.stderr.isatty() else default_settings.LOG_FORMAT
    settings.set("LOG_FORMAT", log_format, priority="cmdline")
    if log_format != default_settings.LOG_FORMAT:
        _give_records_their_lines()


def _give_records_their_lines() -> None:
    make_record = logging.getLogRecordFactory()
    if getattr(make_record, "gives_json_lines", False):
        return

    def factory(*args: object, **kwargs: object) -> logging.LogRecord:
        record = make_record(*args, **kwargs)
        record.json_line = _JsonLine(record)
        record.exc_info = record.exc_text = record.stack_info = None  # or a formatter adds them in lines of their own
        return record

    # So that a second call, of this function or of `keep_log_lines`, does not wrap it again.
    factory.gives_json_lines = True  # type: ignore[attr-defined]
    factory.keeps_lines = getattr(make_record, "keeps_lines", False)  # type: ignore[attr-defined]
    logging.setLogRecordFactory(factory)


class _JsonLine:
    """Becomes the line when a formatter asks for it: `extra` and short names are set after a record is made."""

    def __init__(self, record: logging.LogRecord) -> None:
        self._record = ref(record)
        self._exception = _format_exception(record)
        self._run = _RUN.get()

    def __str__(self) -> str:
        record = self._record()
        if record is None:  # nobody formats a record that is gone
            return ""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if self._run is not None:
            line["run"], line["spider"] = self._run
        elif (spider := getattr(getattr(record, "spider", None), "name", None)) is not None:
            line["spider"] = str(spider)
        line |= {name: str(vars(record)[name]) for name in _TOLD if name in vars(record)}
        if self._exception:
            line["exception"] = self._exception
        return json.dumps(line)  # in ASCII: standard error may be in any encoding


def _format_exception(record: logging.LogRecord) -> str:
    """Return the traceback; lines end in it as they do in JSON."""
    if record.exc_text:
        return record.exc_text
    if record.exc_info and record.exc_info[0] is not None:
        return logging.Formatter().formatException(record.exc_info)
    return record.stack_info or ""

"""The log of a command: every record is one line, and components that greet at every start are silent."""

from __future__ import annotations

import logging
import unicodedata

MAX_MESSAGE_CHARACTERS = 5_000  # of one record: an address may have 2,000, a page's own words any number
# Characters that move a cursor, end a line or turn the direction of text beside them: controls, formats, separators of
# lines, surrogates.
_ESCAPED_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
# Loggers that list the components at every start. Scrapy does so even before anything is checked, and a mistake of the
# user is to be answered by one line alone.
_CHATTY_LOGGERS = (
    "scrapy.utils.log",
    "scrapy.addons",
    "scrapy.middleware",
    "scrapy.crawler",
    "alembic.runtime.migration",
    "alembic.runtime.plugins",
)


def configure_command_logging() -> None:
    """Keep every record to one line, and of the chatty loggers only warnings.

    By filters, because Scrapy resets the levels of its loggers.
    """
    keep_log_lines()
    for name in _CHATTY_LOGGERS:
        logging.getLogger(name).addFilter(is_warning)


def keep_log_lines() -> None:
    """From now on write every log record as one line, whatever a page put into it; only tracebacks have several.

    By the factory of records: every handler, of Scrapy or of ours, sees only records that it made.
    """
    make_record = logging.getLogRecordFactory()
    if getattr(make_record, "keeps_lines", False):
        return

    def factory(*args: object, **kwargs: object) -> logging.LogRecord:
        record = make_record(*args, **kwargs)
        message = _get_message(record)
        if not message.isprintable() or len(message) > MAX_MESSAGE_CHARACTERS:
            record.msg, record.args = to_one_line(message), None
        if record.exc_info and record.exc_info[0] is not None:
            traceback = logging.Formatter().formatException(record.exc_info)
            record.exc_text = "\n".join(map(to_one_line, traceback.split("\n")))  # formatters print this if it is set
        return record

    factory.keeps_lines = True  # type: ignore[attr-defined]  # so that a second call does not wrap it again
    logging.setLogRecordFactory(factory)


def to_one_line(text: str) -> str:
    """Return the text in one line, at most MAX_MESSAGE_CHARACTERS of it.

    Characters that cannot be seen are escaped as Python escapes them: "\\n", "\\x1b", "\\u202e".
    """
    line = "".join(
        repr(character)[1:-1] if unicodedata.category(character) in _ESCAPED_CATEGORIES else character
        for character in text[:MAX_MESSAGE_CHARACTERS].rstrip("\n")
    )
    return line if len(text) <= MAX_MESSAGE_CHARACTERS else f"{line} ... ({len(text):,} characters)"


def is_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _get_message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 (a message that does not fit its arguments: logging reports it when it prints it)
        return ""

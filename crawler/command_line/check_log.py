"""Check the options that say where a command logs and what it writes beside: before it does anything."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.errors import BadArgument

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def check_log_settings(settings: BaseSettings) -> None:
    """Raise BadArgument for an unknown level, or a log file that cannot be written. Levels may be in small letters."""
    level = settings["LOG_LEVEL"]
    if isinstance(level, str):
        known = logging.getLevelNamesMapping()
        if level.upper() not in known:
            names = [name for name in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL") if name in known]
            raise BadArgument(f"there is no log level {level!r}; choose from: {', '.join(names)}")
        if level != level.upper():
            settings.set("LOG_LEVEL", level.upper(), priority="cmdline")
    if settings.getbool("LOG_ENABLED") and settings["LOG_FILE"]:
        check_writable("the log file", settings["LOG_FILE"])


def check_writable(what: str, name: str) -> None:
    """Raise BadArgument if the file of this name cannot be written; it is created if it does not exist."""
    try:
        with Path(name).open("ab"):
            pass
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise BadArgument(f"cannot write {what} {name}: {(reason or str(error)).lower()}") from error

"""Broadsheet's own commands, and the one way in which all of them answer a user's mistake."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import FrameType

from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter
from scrapy.exceptions import UsageError as ScrapyUsageError
from scrapy.settings import BaseSettings
from sqlalchemy import Engine

from cleaning.errors import BadArgument, BroadsheetError, UsageError
from storage.database import database_url, open_database

FAILED = 1  # exit status of what went wrong through nobody's mistake


class HelpFormatter(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Scrapy's, but the examples keep their lines."""


@contextmanager
def options_answered(command: ScrapyCommand) -> Iterator[None]:
    """Ends the program with one line and exit status 2 at a value of Scrapy's options that it does not take."""
    try:
        yield
    except ScrapyUsageError as error:
        complain(command, str(error))
        sys.exit(UsageError.exit_status)


@contextmanager
def errors_answered(command: ScrapyCommand) -> Iterator[None]:
    """Ends the block at an error of ours with one line on standard error and the command's exit status.

    The status is that of the error: 2 for a `UsageError`. Other exceptions are defects and keep their traceback.
    """
    try:
        yield
    except BroadsheetError as error:
        complain(command, str(error))
        command.exitcode = error.exit_status


@contextmanager
def interruptions_answered(command: ScrapyCommand, said: str) -> Iterator[None]:
    """Ends the block at Ctrl-C or SIGTERM with one line, after all that was begun is closed or removed.

    The exit status is the one by which shells know a signal: 130, or 143; 141, and no line, where whoever reads what is
    printed has seen enough (`| head`).
    """

    def interrupt(number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt(number)

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains of it at its end
        command.exitcode = 128 + signal.SIGPIPE
    except KeyboardInterrupt as interruption:
        complain(command, said)
        command.exitcode = 128 + (interruption.args[0] if interruption.args else signal.SIGINT)
    finally:
        signal.signal(signal.SIGTERM, before)


def complain(command: ScrapyCommand, message: str) -> None:
    """Writes one line on standard error, whatever stands in `message`: names from pages come as they like."""
    line = "".join(character if character.isprintable() else " " for character in f"{_name(command)}: {message}")
    sys.stderr.write(line + "\n")


def refuse_options(command: ScrapyCommand, args: Sequence[str], *, but: str = "") -> None:
    """BadArgument where one of the words is an option that the command does not have; `but` names a word that is none.

    Scrapy hands those over as words.
    """
    for arg in args:
        if arg.startswith("-") and arg != but:
            raise BadArgument(f"there is no option {arg}; {_name(command)} --help lists them")


def day(option: str, value: str | None) -> date | None:
    """The day that was given with an option, None where it was not given; BadArgument where it names none."""
    if value is None:
        return None
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass  # a thirtieth of February is answered as any other text that names no day
    raise BadArgument(f"{option} takes a day as YYYY-MM-DD, not {value!r}")


@contextmanager
def store_opened(settings: BaseSettings) -> Iterator[Engine]:
    """The store that a crawl made; DatabaseMissing where there is none."""
    engine = open_database(database_url(Path(settings["DATA_DIR"]), settings["DATABASE_URL"]), create=False)
    try:
        yield engine
    finally:
        engine.dispose()


def _name(command: ScrapyCommand) -> str:
    return f"scrapy {type(command).__module__.rpartition('.')[2]}"  # as Scrapy names it

"""Broadsheet's own commands, and the one way in which all of them answer a user's mistake."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter

from cleaning.errors import BroadsheetError, UsageError

FAILED = 1  # exit status of what went wrong through nobody's mistake


class HelpFormatter(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Scrapy's, but the examples keep their lines."""


@contextmanager
def errors_answered(command: ScrapyCommand) -> Iterator[None]:
    """Ends the block at an error of ours with one line on standard error and the command's exit status.

    The status is that of the `UsageError`, 2, or FAILED for any other `BroadsheetError`. Other exceptions are defects
    and keep their traceback.
    """
    try:
        yield
    except BroadsheetError as error:
        complain(command, str(error))
        command.exitcode = error.exit_status if isinstance(error, UsageError) else FAILED


def complain(command: ScrapyCommand, message: str) -> None:
    """Writes one line on standard error, whatever stands in `message`: names from pages come as they like."""
    name = type(command).__module__.rpartition(".")[2]  # as Scrapy names it
    line = "".join(character if character.isprintable() else " " for character in f"scrapy {name}: {message}")
    sys.stderr.write(line + "\n")

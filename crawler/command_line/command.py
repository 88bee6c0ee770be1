"""The base of all commands of this project: options, mistakes in one line, Ctrl-C, the store."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from abc import abstractmethod
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter
from scrapy.exceptions import UsageError as ScrapyUsageError

from cleaning.errors import BadArgument, BroadsheetError, DatabaseMissing, UsageError
from cleaning.interruption import find_interrupt, finish_program, raise_interrupts
from crawler.command_line.check_log import check_log_settings, check_writable
from crawler.command_line.check_settings import check_assignments, check_settings
from crawler.command_line.setting_names import find_misspelt
from crawler.command_line.spider_arguments import refuse_repeated
from crawler.terminal.json_log import configure_json_log
from crawler.terminal.log import configure_command_logging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from scrapy.settings import Settings
    from sqlalchemy import Engine


class HelpFormatter(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Scrapy's formatter, but the examples keep their lines."""


class ProjectCommand(ScrapyCommand):
    """A command of this project. A subclass gives its syntax, description, examples and options, and `execute`.

    Scrapy loads the modules of all commands whenever it starts, also for `scrapy --help`. So a command's module imports
    what its options need, and `execute` imports the rest.
    """

    requires_project = True
    requires_crawler_process = False
    examples: ClassVar[str]  # printed below the options by --help
    interrupted: str = "interrupted"  # printed at Ctrl-C and SIGTERM
    reads_standard_input: ClassVar[bool] = False  # then "-" is an argument, and not an unknown option

    @abstractmethod
    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do the work; a BroadsheetError becomes one line and its exit status."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = HelpFormatter
        parser.epilog = self.examples
        parser.error = self._exit_with_message  # type: ignore[method-assign]  # argparse would print the usage, too
        self._parser = parser

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Apply and check the options that Scrapy's commands share, before Scrapy reads a setting or opens the log."""
        known_settings = set(self.project_settings)
        try:
            check_assignments(opts.set)
            refuse_repeated(getattr(opts, "spargs", ()))
            for what, name in (("the file of --pidfile", opts.pidfile), ("the file of --profile", opts.profile)):
                if name is not None:
                    check_writable(what, name)
            super().process_options(args, opts)
            check_log_settings(self.project_settings)
            check_settings(self.project_settings)
        except (ScrapyUsageError, UsageError) as error:
            self._exit_with_message(str(error))
        for message in find_misspelt([one.partition("=")[0] for one in opts.set], known_settings):
            self.print_message(message)
        configure_command_logging()
        configure_json_log(self.project_settings)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        with self._exit_on_signals(), self._exit_on_errors():
            self._refuse_unknown_options(args)
            self.execute(args, opts)
        finish_program()

    @property
    def project_settings(self) -> Settings:
        assert self.settings is not None  # noqa: S101 (Scrapy sets it before it calls a command)
        return self.settings

    def print_message(self, message: str) -> None:
        """Print one line on standard error. Names from pages may hold line ends and escapes; they become spaces."""
        line = "".join(character if character.isprintable() else " " for character in f"{self._name}: {message}")
        sys.stderr.write(line + "\n")

    @contextmanager
    def open_store(self, *, upgrade: bool = False, **options: Any) -> Iterator[Engine]:
        """Open the store that a crawl made; DatabaseMissing where there is none, or none that can be read.

        That of an older version of Broadsheet is upgraded only on request: a command that reads must not write.
        `options` are those of `open_database`.
        """
        from sqlalchemy.exc import DBAPIError

        from storage.database.engine import make_database_url, open_database
        from storage.database.faults import Fault, classify_fault

        settings = self.project_settings
        url = make_database_url(Path(settings["DATA_DIR"]), settings["DATABASE_URL"])
        engine = open_database(url, create=False, upgrade=upgrade, **options)
        try:
            yield engine
        except DBAPIError as error:
            if (fault := classify_fault(error)) is None:
                raise
            reason = str(error.orig).strip().splitlines()[0]
            hint = "; docs/operating.md tells how to restore it" if fault is Fault.DAMAGED else ""
            raise DatabaseMissing(f"cannot read the database {url.render_as_string()}: {reason}{hint}") from error
        finally:
            engine.dispose()

    @property
    def _name(self) -> str:
        return f"scrapy {type(self).__module__.rpartition('.')[2]}"  # as Scrapy names it

    def _refuse_unknown_options(self, args: Sequence[str]) -> None:
        """Raise BadArgument for an option that the command does not have: Scrapy hands it over as an argument."""
        for arg in args:
            if arg.startswith("-") and not (self.reads_standard_input and arg == "-"):
                raise BadArgument(f"there is no option {arg}; {self._suggest_option(arg)}")

    def _suggest_option(self, option: str) -> str:
        """Return what may have been meant by an unknown option, as a part of a sentence."""
        near = get_close_matches(option.partition("=")[0], self._parser._option_string_actions, n=1)
        return f"did you mean {near[0]}?" if near else f"{self._name} --help lists them"

    def _exit_with_message(self, message: str) -> NoReturn:
        """End with one line and the status of wrong use, before the command has begun."""
        self.print_message(message)
        sys.exit(UsageError.exit_status)

    @contextmanager
    def _exit_on_errors(self) -> Iterator[None]:
        """Turn an error of ours into one line and its exit status. Other exceptions are defects, with a traceback."""
        try:
            yield
        except BroadsheetError as error:
            self.print_message(str(error))
            self.exitcode = error.exit_status
        except ScrapyUsageError as error:
            self.print_message(str(error).strip() or f"wrong use: {self._name} {self.syntax()}")
            self.exitcode = UsageError.exit_status

    @contextmanager
    def _exit_on_signals(self) -> Iterator[None]:
        """Turn Ctrl-C and SIGTERM into one line and status 130 or 143, after all that was begun is closed or removed.

        Where the reader of standard output has seen enough (`| head`), the status is 141, without a line.
        """

        def interrupt(number: int, _frame: FrameType | None) -> None:
            raise KeyboardInterrupt(number)

        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            signal.signal(signal.SIGTERM, interrupt)
            raise_interrupts()
            yield
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more when it ends
            self.exitcode = 128 + signal.SIGPIPE
        except (KeyboardInterrupt, Exception) as error:
            if (interruption := find_interrupt(error)) is None:
                raise
            self.print_message(self.interrupted)
            self.exitcode = 128 + (interruption.args[0] if interruption.args else signal.SIGINT)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

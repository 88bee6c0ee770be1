"""scrapy export FOLDER: writes the corpus as a release, with manifest and dataset card."""

from __future__ import annotations

import argparse
import logging
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from scrapy.commands import ScrapyCommand
from scrapy.utils.log import configure_logging

from cleaning.errors import BadArgument
from crawler.commands import HelpFormatter, complain, errors_answered
from storage.database import database_url, open_database
from storage.export.formats import FORMAT_NAMES
from storage.export.manifest import FILE as MANIFEST
from storage.export.release import Progress as Report
from storage.export.release import Release, export
from storage.export.selection import Selection

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 10.0  # of progress, where there is no terminal

EXAMPLES = """\
examples:
  scrapy export corpus
  scrapy export corpus --format jsonl --format parquet
  scrapy export november --since 2026-11-01 --until 2026-11-30
  scrapy export german --language de --site courier --site herald
  scrapy export everything --include-duplicates
"""


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] FOLDER"

    def short_desc(self) -> str:
        return "Write the corpus to a new folder, with manifest and dataset card"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = HelpFormatter
        parser.epilog = EXAMPLES
        add = parser.add_argument
        several = "; may be given several times"
        add("--format", action="append", metavar="NAME", help=f"{' or '.join(FORMAT_NAMES)} (default: jsonl){several}")
        add("--site", action="append", default=[], metavar="NAME", help=f"only articles of this site{several}")
        add("--language", action="append", default=[], metavar="CODE", help=f"only articles in this language{several}")
        add(
            "--since", metavar="YYYY-MM-DD", help="only articles published, or else fetched, on this day (UTC) or later"
        )
        add(
            "--until",
            metavar="YYYY-MM-DD",
            help="only articles published, or else fetched, on this day (UTC) or before",
        )
        add("--include-duplicates", action="store_true", help="also articles that repeat another one, with its id")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        try:
            with _ended_like_ctrl_c(), errors_answered(self):
                self._export(args, opts)
        except KeyboardInterrupt as interrupt:
            complain(self, "interrupted; nothing was kept")
            self.exitcode = 128 + (interrupt.args[0] if interrupt.args else signal.SIGINT)

    def _export(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None  # noqa: S101 (Scrapy sets it before it runs a command)
        folder = _one_folder(args)
        selection = Selection(
            sites=tuple(opts.site),
            languages=tuple(opts.language),
            since=_day("--since", opts.since),
            until=_day("--until", opts.until),
            include_duplicates=opts.include_duplicates,
        )
        configure_logging(self.settings)
        logging.getLogger("alembic").setLevel(logging.WARNING)  # its every look at the schema is an INFO line
        url = database_url(Path(self.settings["DATA_DIR"]), self.settings["DATABASE_URL"])
        engine = open_database(url, create=False)
        try:
            with _progress() as report:
                release = export(engine, folder, selection, opts.format or ["jsonl"], progress=report)
        finally:
            engine.dispose()
        sys.stdout.write(_summary(release))


def _one_folder(args: list[str]) -> Path:
    for arg in args:
        if arg.startswith("-"):
            raise BadArgument(f"there is no option {arg}; scrapy export --help lists them")
    if len(args) != 1 or not args[0]:
        named = f"not {len(args)} ({' '.join(args)})" if args else "it was not named"
        raise BadArgument(f"takes one folder, {named}: scrapy export FOLDER")
    return Path(args[0])


def _day(option: str, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass  # a thirtieth of February is answered as any other text that names no day
    raise BadArgument(f"{option} takes a day as YYYY-MM-DD, not {value!r}")


@contextmanager
def _ended_like_ctrl_c() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does, so that what was begun is removed."""

    def interrupt(number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt(number)

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _progress() -> Iterator[Report]:
    """A bar on a terminal; elsewhere a log line now and then, and none for what takes no time."""
    console = Console(stderr=True)
    if not console.is_terminal:
        spoken = time.monotonic()

        def say(done: int, total: int) -> None:
            nonlocal spoken
            if time.monotonic() - spoken >= SECONDS_BETWEEN_LINES:
                spoken = time.monotonic()
                logger.info("exported %d of %d articles", done, total)

        yield say
        return
    columns = (TextColumn("exporting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _summary(release: Release) -> str:
    left = release.left_out
    lines = [
        f"{release.tally.rows:,} articles in {release.folder}",
        *(
            f"  {file.path:<24} {file.bytes:>15,} bytes" + (f" {file.rows:>12,} rows" if file.rows is not None else "")
            for file in release.files
        ),
        f"  {MANIFEST:<24} checksums, counts and filters",
        f"left out: {sum(left.duplicates.values()):,} duplicates, {sum(left.rejected.values()):,} rejected pages",
    ]
    return "\n".join(lines) + "\n"

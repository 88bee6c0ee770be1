"""scrapy reclean: cleans stored articles again from the archive, and adopts that where it is to be believed."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from datetime import UTC, datetime, time
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings
from scrapy.utils.log import configure_logging
from sqlalchemy import Engine

from cleaning.errors import ArchiveMissing, BadArgument
from crawler.arguments import check_settings
from crawler.commands import (
    HelpFormatter,
    complain,
    day,
    errors_answered,
    interruptions_answered,
    options_answered,
    refuse_options,
    store_opened,
)
from crawler.console import log_beside_live_view, quieten
from crawler.differences import LARGEST, Differences
from crawler.differences_shown import largest, summary
from crawler.explain.delivery import to_standard_output
from crawler.explain.terminal import output_console
from crawler.progress_bar import progress
from crawler.recleaning import SPOOL, Recleaning, Wanted
from crawler.settling import Settling
from crawler.sites import known_name
from crawler.spool import Spool
from storage.database import reading
from storage.locks import claim_data_folder, claim_database
from storage.observations import site_names

MOST_JOBS = 256
REFUSED = 3  # exit status where too much would be lost
EXAMPLES = f"""\
Each site's memory is learnt anew; then every stored page is cleaned that another
cleaner made, or one that knew less of its site. Nothing is stored until all of
it is tried. What was tried is kept in the data folder ({SPOOL}), so that
starting again goes on, and a dry run need not be repeated to be adopted.

examples:
  scrapy reclean --dry-run                 what would change, and the {LARGEST} largest
                                           differences; nothing is stored
  scrapy reclean                           the same, adopted
  scrapy reclean --site herald --site courier --jobs 4
  scrapy reclean --since 2026-11-01        what was fetched on that day or later
  scrapy reclean --force                   adopted although much is lost

exit status: 0 done, or nothing is due; 1 it failed; 2 wrong use; 3 too much
would be lost, so nothing was adopted; 130 interrupted (start it again to go on)
"""


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Clean stored articles again from the archive, without a request to any site"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = HelpFormatter
        parser.epilog = EXAMPLES
        add = parser.add_argument
        add("--site", action="append", default=[], metavar="NAME", help="only this site; may be given several times")
        add("--since", metavar="YYYY-MM-DD", help="only pages fetched on this day (UTC) or later")
        add("--jobs", metavar="N", help="child processes (default: CLEANING_PROCESSES)")
        add("--dry-run", action="store_true", help="show what would change, adopt nothing")
        add("--force", action="store_true", help="adopt also where many articles would lose much of their text")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        with options_answered(self):
            super().process_options(args, opts)
        quieten()
        log_beside_live_view(self._settings())

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        said = "interrupted; start it again to go on"
        with interruptions_answered(self, said), errors_answered(self):
            refuse_options(self, args)
            if args:
                raise BadArgument(f"takes options alone, not {args[0]!r}: scrapy reclean --site NAME")
            if opts.dry_run and opts.force:
                raise BadArgument("give either --dry-run or --force, not both")
            since = day("--since", opts.since)
            jobs = _jobs(opts.jobs)
            settings = self._settings()
            check_settings(settings)
            configure_logging(settings)
            with ExitStack() as stack:
                engine = stack.enter_context(store_opened(settings))
                wanted = Wanted(
                    _sites(engine, opts.site), None if since is None else datetime.combine(since, time.min, UTC)
                )
                data_dir = _claimed(stack, engine, Path(settings["DATA_DIR"]))
                settling = stack.enter_context(Settling(engine, settings, data_dir, _uncounted, jobs=jobs))
                spool = stack.enter_context(Spool(data_dir / SPOOL))
                bounds = (settings.getint("MEMORY_WINDOW"), settings.getint("MEMORY_SAMPLE"))
                self._reclean(Recleaning(engine, settling, spool, wanted, bounds), opts)

    def _reclean(self, recleaning: Recleaning, opts: argparse.Namespace) -> None:
        is_adopting = recleaning.is_adopting
        interval = self._settings().getfloat("PROGRESS_INTERVAL")
        with progress("learning from", "sites", every=interval) as report:
            recleaning.learn(report)
        with progress("looking through", "pages", every=interval) as report:
            differences = recleaning.tried(report)
        doubts = [] if is_adopting else differences.doubts()
        console = output_console()
        to_standard_output(summary(differences, console))
        if opts.dry_run:
            to_standard_output(largest(differences, console))
            for doubt in doubts:
                complain(self, f"{doubt}; only --force would adopt this")
            if is_adopting:
                complain(self, "this is being adopted, and was interrupted; scrapy reclean goes on with it")
        elif doubts and not opts.force:
            for doubt in doubts:
                complain(self, doubt)
            complain(self, "nothing was adopted; --dry-run shows the differences, --force adopts them")
            self.exitcode = REFUSED
        else:
            with progress("adopting", "pages", every=interval) as report:
                recleaning.adopt(differences, report)
            to_standard_output(f"Adopted; {_changed(differences)}.\n")

    def _settings(self) -> Settings:
        assert self.settings is not None  # noqa: S101 (Scrapy sets it before it runs a command)
        return self.settings


def _uncounted(_site: str, _noun: str, _number: int) -> None:
    """No run of a crawl is there to count for."""


def _changed(differences: Differences) -> str:
    number = differences.changed
    return (
        "no text is another" if not number else f"{number:,} article{' has' if number == 1 else 's have'} another text"
    )


def _sites(engine: Engine, named: list[str]) -> tuple[str, ...]:
    """Those that were named, or all of the store; UnknownSite where it holds no page of one."""
    with reading(engine) as connection:
        there = site_names(connection)
    return tuple(sorted({known_name(there, name, where="in the store") for name in named})) if named else tuple(there)


def _claimed(stack: ExitStack, engine: Engine, data_dir: Path) -> Path:
    """The data folder, for this process alone as long as the stack is open."""
    if not (data_dir / "archive").is_dir():
        raise ArchiveMissing(f"there is no archive at {data_dir / 'archive'}; name its data folder by -s DATA_DIR=")
    stack.enter_context(claim_data_folder(data_dir))
    stack.enter_context(claim_database(engine))
    return data_dir


def _jobs(value: str | None) -> int | None:
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal()) or not 1 <= int(value) <= MOST_JOBS:
        raise BadArgument(f"--jobs takes a number of processes from 1 to {MOST_JOBS}, not {value!r}")
    return int(value)

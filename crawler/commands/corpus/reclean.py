"""scrapy reclean: clean stored articles again from the archive, and adopt the result where it is plausible."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.utils.log import configure_logging

from cleaning.errors import ArchiveMissing, BadArgument
from crawler.command_line.command import ProjectCommand
from crawler.command_line.values import parse_day, parse_whole_number
from crawler.recleaning.limits import MAX_LISTED_DIFFERENCES, SPOOL_NAME
from crawler.terminal.numbers import count_things

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings
    from sqlalchemy import Engine

    from crawler.recleaning.differences import RecleanSummary
    from crawler.recleaning.reclean import RecleanJob, RecleanSelection

MAX_JOBS = 256
REFUSED = 3  # exit status where too much would be lost
EXAMPLES = f"""\
Each site's memory is learnt anew; then every stored page is cleaned that another
cleaner made, or one that knew less of its site, or by other rules of sites.toml. Nothing is stored until all of
it is tried. What was tried is kept in the data folder ({SPOOL_NAME}), so that
starting again goes on, and a dry run need not be repeated to be adopted.

examples:
  scrapy reclean --dry-run                 what would change, and the {MAX_LISTED_DIFFERENCES} largest
                                           differences; nothing is stored
  scrapy reclean                           the same, adopted
  scrapy reclean --site herald --site courier --jobs 4
  scrapy reclean --since 2026-11-01        what was fetched on that day or later
  scrapy reclean --force                   adopted although much is lost

exit status: 0 done, or nothing is due; 1 it failed; 2 wrong use; 3 too much
would be lost, so nothing was adopted; 130 interrupted (start it again to go on)
"""


class Command(ProjectCommand):
    examples = EXAMPLES
    interrupted = "interrupted; start it again to go on"

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Clean stored articles again from the archive, without a request to any site"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--site", action="append", default=[], metavar="NAME", help="only this site; may be given several times")
        add("--since", metavar="YYYY-MM-DD", help="only pages fetched on this day (UTC) or later")
        add("--jobs", metavar="N", help="child processes (default: CLEANING_PROCESSES)")
        add("--dry-run", action="store_true", help="show what would change, adopt nothing")
        add("--force", action="store_true", help="adopt also where many articles would lose much of their text")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        from crawler.terminal.console import log_beside_live_view

        log_beside_live_view(self.project_settings)

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise BadArgument(f"takes only options, got {args[0]!r}: scrapy reclean --site NAME")
        if opts.dry_run and opts.force:
            raise BadArgument("give either --dry-run or --force, not both")
        since = parse_day("--since", opts.since)
        jobs = None if opts.jobs is None else parse_whole_number("--jobs", opts.jobs, least=1, most=MAX_JOBS)
        settings = self.project_settings
        configure_logging(settings)
        from crawler.recleaning.reclean import RecleanJob, RecleanSelection
        from crawler.recleaning.settler import Settler
        from crawler.recleaning.spool import RecordSpool

        with ExitStack() as stack:
            engine = stack.enter_context(self.open_store(upgrade=True))
            midnight = None if since is None else datetime.combine(since, time.min, UTC)
            wanted = RecleanSelection(_select_sites(engine, opts.site), midnight)
            data_dir = _claim_data(stack, engine, settings)
            settling = stack.enter_context(Settler(engine, settings, data_dir, jobs=jobs))
            spool = stack.enter_context(RecordSpool(data_dir / SPOOL_NAME))
            bounds = (settings.getint("MEMORY_WINDOW"), settings.getint("MEMORY_SAMPLE"))
            self._reclean(RecleanJob(engine, settling, spool, wanted, bounds), opts)
            self._tell_pruned(engine, wanted)

    def _reclean(self, recleaning: RecleanJob, opts: argparse.Namespace) -> None:
        from crawler.explain.terminal import make_output_console
        from crawler.terminal.output import write_output
        from crawler.terminal.progress import show_progress
        from crawler.views.differences import render_largest, render_summary

        is_adopting = recleaning.is_adopting
        interval = self.project_settings.getfloat("PROGRESS_INTERVAL")
        with show_progress("learning from", "sites", every=interval) as report:
            recleaning.learn(report)
        with show_progress("looking through", "pages", every=interval) as report:
            differences = recleaning.run_trial(report)
        doubts = [] if is_adopting else differences.find_blocking_reasons()
        console = make_output_console()
        write_output(render_summary(differences, console))
        if opts.dry_run:
            write_output(render_largest(differences, console))
            for doubt in doubts:
                self.print_message(f"{doubt}; only --force would adopt this")
            if is_adopting:
                self.print_message("an interrupted run was adopting this; scrapy reclean goes on with it")
        elif doubts and not opts.force:
            for doubt in doubts:
                self.print_message(doubt)
            self.print_message("nothing was adopted; --dry-run shows the differences, --force adopts them")
            self.exitcode = REFUSED
        else:
            with show_progress("adopting", "pages", every=interval) as report:
                recleaning.adopt(differences, report)
            write_output(f"Adopted; {_format_changed(differences)}.\n")

    def _tell_pruned(self, engine: Engine, wanted: RecleanSelection) -> None:
        from storage.articles.texts import count_pruned_pages
        from storage.database.engine import open_for_reading

        with open_for_reading(engine) as connection:
            count = count_pruned_pages(connection, wanted.sites, wanted.since)
        if count:
            pages = count_things(count, "page is", "pages are")
            self.print_message(f"{pages} not cleaned again: the raw pages were pruned; the texts stay")


def _format_changed(differences: RecleanSummary) -> str:
    number = differences.changed
    if not number:
        return "no article has another text"
    return f"{number:,} article{' has' if number == 1 else 's have'} another text"


def _select_sites(engine: Engine, names: list[str]) -> tuple[str, ...]:
    """Return the sites of these names, or all of the store; UnknownSite where the store holds no page of one."""
    from crawler.sites.site import match_name
    from storage.database.engine import open_for_reading
    from storage.site_memory.observations import list_sites

    with open_for_reading(engine) as connection:
        sites = list_sites(connection)
    if not names:
        return tuple(sites)
    return tuple(sorted({match_name(sites, name, where="in the store") for name in names}))


def _claim_data(stack: ExitStack, engine: Engine, settings: BaseSettings) -> Path:
    """Return the data folder, which no other process may use until the stack is closed."""
    from crawler.run.archive_place import archive_place_of
    from storage.database.engine import prepare_data_folder
    from storage.database.locks import claim_data_folder, claim_database

    data_dir, archive = Path(settings["DATA_DIR"]), archive_place_of(settings)
    if archive.folder is None:  # this machine may not have crawled
        prepare_data_folder(data_dir)
    elif not archive.folder.is_dir():
        raise ArchiveMissing(f"there is no archive at {archive}; name its data folder by -s DATA_DIR=")
    stack.enter_context(claim_data_folder(data_dir))
    stack.enter_context(claim_database(engine))
    return data_dir

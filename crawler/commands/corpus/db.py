"""scrapy db: the database of the store: its schema and size; upgrade it, check it, prune it, copy it."""

from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.utils.log import configure_logging

from cleaning.errors import BadArgument, StoreOutdated
from crawler.command_line.command import ProjectCommand
from crawler.terminal.numbers import count_things
from crawler.terminal.output import write_output

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from sqlalchemy import Engine

EXAMPLES = """\
A new version of Broadsheet may need another schema. A crawl and scrapy reclean
upgrade the store when they begin, and say so in the log; the commands that
read it do not write to it, and ask for an upgrade. A file of SQLite is copied
before, whoever upgrades it.

examples:
  scrapy db                                    which database, which schema
  scrapy db upgrade                            bring it to the schema of this version
  scrapy db upgrade --no-copy                  without a copy of SQLite's file
  scrapy db size                               what takes the space, by part and site,
                                               and for how long the disk lasts
  scrapy db size --json
  scrapy db check                              is it sound? --all reads the whole archive
  scrapy db prune --raw-older-than 180d --rejected-older-than 30d --dry-run
                                               what would go; without --dry-run it goes.
                                               Articles, versions and releases always stay
  scrapy db prune --reports-older-than 400d    reports of old nights
  scrapy db copy data postgresql://localhost/news
                                               the store into an empty database; a name
                                               without :// is a data folder or a file
  scrapy db copy postgresql://localhost/news elsewhere

exit status: 0 done, 1 it failed, 2 wrong use, 3 check found a problem,
130 interrupted (start it again to go on)
"""
PROBLEM_FOUND = 3
# To which action an option belongs.
_OPTIONS = {
    "json": "size",
    "all": "check",
    "no_copy": "upgrade",
    "raw_older_than": "prune",
    "rejected_older_than": "prune",
    "reports_older_than": "prune",
    "dry_run": "prune",
    "vacuum": "prune",
}
_ACTIONS = "upgrade, size, check, prune, copy FROM TO"
_MOST_DAYS = 36_500


class Command(ProjectCommand):
    examples = EXAMPLES
    interrupted = "interrupted, and nothing is lost; start it again to go on"

    def syntax(self) -> str:
        return "[options] [upgrade | size | check | prune | copy FROM TO]"

    def short_desc(self) -> str:
        return "Show the schema and the size of the database; upgrade, check, prune and copy it"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--json", action="store_true", help="size: write one JSON object instead")
        add("--all", action="store_true", help="check: read every record of the archive")
        add("--no-copy", action="store_true", help="upgrade: do not copy the old file of SQLite before")
        add("--raw-older-than", metavar="180d", help="prune: raw pages that were fetched so many days ago")
        add("--rejected-older-than", metavar="30d", help="prune: rejected pages that were fetched so many days ago")
        add("--reports-older-than", metavar="400d", help="prune: reports of nights so many days ago")
        add("--dry-run", action="store_true", help="prune: show what would go, and change nothing")
        add("--vacuum", action="store_true", help="prune: give the space back to the disk at the end")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        configure_logging(self.project_settings)
        for option, action in _OPTIONS.items():
            if getattr(opts, option) and args[:1] != [action]:
                raise BadArgument(f"--{option.replace('_', '-')} belongs to: scrapy db {action}")
        match args:
            case []:
                self._show()
            case ["upgrade"]:
                self._upgrade(has_copy=not opts.no_copy)
            case ["size"]:
                self._measure(as_json=opts.json)
            case ["check"]:
                self._check(is_whole=opts.all)
            case ["prune"]:
                self._prune(opts)
            case ["copy", source, target]:
                self._copy(source, target)
            case _:
                raise BadArgument(f"takes nothing, or one of: {_ACTIONS}; got {' '.join(args)}")

    @property
    def _data_dir(self) -> Path:
        return Path(self.project_settings["DATA_DIR"])

    @property
    def _log_interval(self) -> float:
        return self.project_settings.getfloat("PROGRESS_INTERVAL")

    def _show(self) -> None:
        try:
            with self.open_store() as engine:
                write_output(f"{engine.url.render_as_string()} has the newest schema\n")
        except StoreOutdated as outdated:
            write_output(f"{outdated.database} has schema {outdated.current}; this version needs {outdated.newest}\n")

    def _measure(self, *, as_json: bool) -> None:
        from crawler.run.archive_place import archive_place_of
        from crawler.views.size import print_size

        with self.open_store() as engine:
            print_size(engine, self._data_dir, archive_place_of(self.project_settings), as_json=as_json)

    def _copy(self, source: str, target: str) -> None:
        from crawler.upkeep.copy_database import copy_database

        write_output(copy_database(source, target, every=self._log_interval))

    def _upgrade(self, *, has_copy: bool) -> None:
        from crawler.run.search_backlog import index_search_backlog
        from crawler.storing.deduplicate import index_missing_articles
        from storage.database.locks import claim_data_folder, claim_database

        with ExitStack() as stack:
            if self._data_dir.is_dir():
                stack.enter_context(claim_data_folder(self._data_dir))  # no crawl may use it meanwhile
            keep_old = self._copy_old_file if has_copy else None
            engine = stack.enter_context(self.open_store(upgrade=True, keep_old=keep_old))
            stack.enter_context(claim_database(engine))
            index_missing_articles(engine)  # the workers of a fleet do not
            index_search_backlog(engine)
            write_output(f"{engine.url.render_as_string()} has the newest schema\n")

    def _copy_old_file(self, path: Path, current: str, newest: str) -> None:
        """Copy the old file beside itself, and say where the copy is."""
        from crawler.terminal.progress import show_progress
        from storage.database.old_copy import copy_before_upgrade

        with show_progress("copying the old file", "pages", every=self._log_interval) as report:
            copy = copy_before_upgrade(path, current, newest, report)
        write_output(f"{copy} is the store as it was; in the place of {path} it is that again\n")

    def _check(self, *, is_whole: bool) -> None:
        from crawler.run.archive_place import archive_place_of
        from crawler.upkeep.check_store import check_store

        archive = archive_place_of(self.project_settings)
        with self.open_store() as engine:
            problems, lines = check_store(engine, archive, is_whole=is_whole, every=self._log_interval)
        for problem in problems:
            self.print_message(f"{problem.what}; {problem.advice}")
        lines.append(count_things(len(problems), "problem") if problems else "no problem found")
        write_output("".join(f"{line}\n" for line in lines))
        if problems:
            self.exitcode = PROBLEM_FOUND

    def _prune(self, opts: argparse.Namespace) -> None:
        from crawler.upkeep.prune_store import prune_store
        from storage.upkeep.vacuum import vacuum_store

        names = ("raw_older_than", "rejected_older_than", "reports_older_than")
        raw_after, rejected_after, reports_after = (_parse_age(name, getattr(opts, name)) for name in names)
        if (raw_after, rejected_after, reports_after) == (None, None, None) and not opts.vacuum:
            raise BadArgument(
                "prune needs --raw-older-than, --rejected-older-than or --reports-older-than, such as 180d"
            )
        if opts.dry_run and opts.vacuum:
            raise BadArgument("give either --dry-run or --vacuum, not both")
        with self._claim_store() as engine:
            write_output(
                prune_store(
                    engine,
                    self.project_settings,
                    raw_after=raw_after,
                    rejected_after=rejected_after,
                    reports_after=reports_after,
                    dry_run=opts.dry_run,
                )
            )
            if opts.vacuum:
                self.print_message("writing the database anew without free space: about a minute for 5 GB")
                vacuum_store(engine)

    @contextmanager
    def _claim_store(self) -> Iterator[Engine]:
        """Open the store, which no crawl may use until this is closed."""
        from storage.database.locks import claim_data_folder, claim_database

        with ExitStack() as stack:
            if self._data_dir.is_dir():
                stack.enter_context(claim_data_folder(self._data_dir))
            engine = stack.enter_context(self.open_store())
            stack.enter_context(claim_database(engine))
            yield engine


def _parse_age(option: str, value: str | None) -> timedelta | None:
    """Return the age that "180d" names, None for None."""
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,5}d", value) or int(value[:-1]) > _MOST_DAYS:
        raise BadArgument(f"--{option.replace('_', '-')} must be a number of days such as 180d, got {value!r}")
    return timedelta(days=int(value[:-1]))

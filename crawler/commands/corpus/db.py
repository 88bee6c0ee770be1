"""scrapy db: the database of the store: its schema and size; upgrade it, copy it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.utils.log import configure_logging

from cleaning.errors import BadArgument, StoreOutdated
from crawler.command_line.command import ProjectCommand
from crawler.terminal.output import write_output

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
A new version of Broadsheet may need another schema. A crawl and scrapy reclean
upgrade the store when they begin, and say so in the log; the commands that
read it do not write to it, and ask for an upgrade.

examples:
  scrapy db                                    which database, which schema
  scrapy db upgrade                            bring it to the schema of this version
  scrapy db upgrade -s DATA_DIR=old
  scrapy db size                               what takes the space, by part and site,
                                               and for how long the disk lasts
  scrapy db size --json
  scrapy db copy data postgresql://localhost/news
                                               the store into an empty database; a name
                                               without :// is a data folder or a file
  scrapy db copy postgresql://localhost/news elsewhere

exit status: 0 done, 1 it failed, 2 wrong use, 130 interrupted
"""
_OPTIONS = {"json": ("size",)}  # to which actions an option belongs
_ACTIONS = "upgrade, size, copy FROM TO"


class Command(ProjectCommand):
    examples = EXAMPLES
    interrupted = "interrupted, and nothing is lost; start it again to go on"

    def syntax(self) -> str:
        return "[options] [upgrade | size | copy FROM TO]"

    def short_desc(self) -> str:
        return "Show the schema and the size of the database, upgrade and copy it"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="size: write one JSON object instead")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        configure_logging(self.project_settings)
        for option, actions in _OPTIONS.items():
            if getattr(opts, option) and "".join(args[:1]) not in actions:
                raise BadArgument(f"--{option.replace('_', '-')} belongs to: scrapy db {' or '.join(actions)}")
        match args:
            case []:
                self._show()
            case ["upgrade"]:
                self._upgrade()
            case ["size"]:
                self._measure(as_json=opts.json)
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
        from crawler.views.size import print_size

        with self.open_store() as engine:
            print_size(engine, self._data_dir, as_json=as_json)

    def _copy(self, source: str, target: str) -> None:
        from crawler.upkeep.copy_database import copy_database

        write_output(copy_database(source, target, every=self._log_interval))

    def _upgrade(self) -> None:
        from crawler.run.search_backlog import index_search_backlog
        from storage.database.locks import claim_data_folder, claim_database

        with ExitStack() as stack:
            if self._data_dir.is_dir():
                stack.enter_context(claim_data_folder(self._data_dir))  # no crawl may use it meanwhile
            engine = stack.enter_context(self.open_store(upgrade=True))
            stack.enter_context(claim_database(engine))
            index_search_backlog(engine)
            write_output(f"{engine.url.render_as_string()} has the newest schema\n")

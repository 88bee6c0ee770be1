"""scrapy browse: the store in a browser, on this machine alone."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cleaning.errors import BadArgument
from crawler.command_line.command import ProjectCommand
from crawler.command_line.values import parse_whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence

PORT = 8765
EXAMPLES = f"""\
Search the articles, read one, see what was cut of it and why, how a story went
from site to site, and what is known of a site. It reads the store, and changes
nothing; it answers this machine alone, and fetches nothing. A crawl may go on
meanwhile. Ctrl-C ends it.

examples:
  scrapy browse                     the store of DATA_DIR or DATABASE_URL, on port {PORT}
  scrapy browse --port 0            on any port that is free

exit status: 2 wrong use, no store, or Datasette is not installed; 130 ended by Ctrl-C
"""


class Command(ProjectCommand):
    examples = EXAMPLES
    interrupted = "ended"

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Show the store in a browser"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--port", metavar="N", default=str(PORT), help=f"0: any that is free (default: {PORT})")

    def execute(self, args: Sequence[str], opts: argparse.Namespace) -> None:
        if args:
            raise BadArgument(f"takes no arguments, got: {' '.join(args)}")
        port = parse_whole_number("--port", opts.port, least=0, most=65_535)
        from crawler.reading_room.check_browse import check_browse

        check_browse()
        with self.open_store() as engine:
            from crawler.reading_room.room import ReadingRoom
            from crawler.reading_room.serve import RoomServer
            from crawler.run.archive_place import archive_place_of

            room = ReadingRoom(engine, archive_place_of(self.project_settings))
            room.overview.get()
            RoomServer(room, port, self._tell_address).serve_room()

    def _tell_address(self, address: str) -> None:
        self.print_message(f"open {address} (Ctrl-C ends it)")

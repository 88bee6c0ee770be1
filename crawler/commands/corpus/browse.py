"""scrapy browse: the store, or a release, in a browser, on this machine alone."""

from __future__ import annotations

import argparse
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.errors import BadArgument
from crawler.command_line.command import ProjectCommand
from crawler.command_line.values import parse_whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.reading.releases.open_release import OpenedRelease

PORT = 8765
EXAMPLES = f"""\
Search the articles, read one, see what was cut of it and why, how a story went
from site to site, and what is known of a site. It reads the store, and changes
nothing; it answers this machine alone, and fetches nothing. A crawl may go on
meanwhile. Ctrl-C ends it.

examples:
  scrapy browse                     the store of DATA_DIR or DATABASE_URL, on port {PORT}
  scrapy browse --port 0            on any port that is free
  scrapy browse --release FOLDER    a release instead of the store

exit status: 2 wrong use, no store or release, or Datasette is not installed;
130 ended by Ctrl-C
"""


class Command(ProjectCommand):
    examples = EXAMPLES
    interrupted = "ended"

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Show the store, or a release, in a browser"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--port", metavar="N", default=str(PORT), help=f"0: any that is free (default: {PORT})")
        add("--release", metavar="FOLDER", help="show this release, in any format but tei, text and markdown")

    def execute(self, args: Sequence[str], opts: argparse.Namespace) -> None:
        if args:
            raise BadArgument(f"takes no arguments, got: {' '.join(args)}")
        port = parse_whole_number("--port", opts.port, least=0, most=65_535)
        from crawler.reading_room.check_browse import check_browse

        check_browse()
        with ExitStack() as stack:
            from crawler.reading_room.room import ReadingRoom
            from crawler.reading_room.serve import RoomServer
            from crawler.run.archive_place import archive_place_of

            if opts.release is not None:
                release = stack.enter_context(self._open_release(Path(opts.release)))
                room = ReadingRoom(release.engine, None, release)
            else:
                room = ReadingRoom(stack.enter_context(self.open_store()), archive_place_of(self.project_settings))
            room.overview.get()
            RoomServer(room, port, self._tell_address).serve_room()

    @contextmanager
    def _open_release(self, folder: Path) -> Iterator[OpenedRelease]:
        from crawler.terminal.progress import show_progress
        from storage.reading.releases.open_release import find_kept_folder, open_release_store

        with ExitStack() as stack:
            every = self.project_settings.getfloat("PROGRESS_INTERVAL")
            with show_progress("making ready", "rows", every=every) as report:
                release = stack.enter_context(open_release_store(folder, find_kept_folder(), report))
            if release.faults:
                more = f", and {len(release.faults) - 1:,} more" if len(release.faults) > 1 else ""
                self.print_message(f"{folder} is not as its manifest states: {release.faults[0]}{more}")
            yield release

    def _tell_address(self, address: str) -> None:
        self.print_message(f"open {address} (Ctrl-C ends it)")

"""scrapy browse: the store, or a release, in a browser, on this machine alone."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.errors import BadArgument
from crawler.command_line.command import ProjectCommand
from crawler.command_line.values import parse_whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.terminal.progress import Report
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
  scrapy browse --against OLDER     what changed since a release, article by
                                    article: pages fetched again, another cleaner;
                                    with --release NEWER between two releases

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
        add("--against", metavar="FOLDER", help="show what changed against this older release, article by article")

    def execute(self, args: Sequence[str], opts: argparse.Namespace) -> None:
        if args:
            raise BadArgument(f"takes no arguments, got: {' '.join(args)}")
        port = parse_whole_number("--port", opts.port, least=0, most=65_535)
        from crawler.reading_room.check_browse import check_browse

        check_browse()
        with ExitStack() as stack:
            from crawler.reading_room.changes import find_changes
            from crawler.reading_room.room import ReadingRoom
            from crawler.reading_room.serve import RoomServer
            from crawler.reading_room.sources import SourceReader
            from crawler.run.archive_place import archive_place_of

            engine, archive, release, changes, sources = None, None, None, None, None
            if opts.release is not None:
                release = stack.enter_context(self._open_release(Path(opts.release)))
                engine = release.engine
            else:
                engine = stack.enter_context(self.open_store())
                archive = archive_place_of(self.project_settings)
                sources = SourceReader(self.project_settings, archive)
            if opts.against is not None:
                older = stack.enter_context(self._open_release(Path(opts.against)))
                _check_texts(older, release)
                with self._show_progress("comparing", "articles") as report:
                    changes = stack.enter_context(find_changes(older, engine, report))
            room = ReadingRoom(engine, archive, release, changes, sources)
            room.overview.get()
            RoomServer(room, port, self._tell_address).serve_room()

    @contextmanager
    def _open_release(self, folder: Path) -> Iterator[OpenedRelease]:
        from storage.reading.releases.open_release import find_kept_folder, open_release_store

        with ExitStack() as stack:
            with self._show_progress("making ready", "rows") as report:
                release = stack.enter_context(open_release_store(folder, find_kept_folder(), report))
            if release.faults:
                more = f", and {len(release.faults) - 1:,} more" if len(release.faults) > 1 else ""
                self.print_message(f"{folder} is not as its manifest states: {release.faults[0]}{more}")
            yield release

    def _show_progress(self, doing: str, things: str) -> AbstractContextManager[Report]:
        from crawler.terminal.progress import show_progress

        return show_progress(doing, things, every=self.project_settings.getfloat("PROGRESS_INTERVAL"))

    def _tell_address(self, address: str) -> None:
        self.print_message(f"open {address} (Ctrl-C ends it)")


def _check_texts(*releases: OpenedRelease | None) -> None:
    """Refuse releases of addresses: they have nothing to be compared word by word."""
    for release in releases:
        if release is not None and not release.has_texts:
            raise BadArgument(f"{release.folder} holds addresses without texts; scrapy export --compare compares those")

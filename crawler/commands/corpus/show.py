"""scrapy show URL|ID: one stored article: its text, what was cut and why, its story and its versions."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cleaning.errors import BadArgument
from cleaning.page.canonical import to_canonical_url
from crawler.command_line.command import ProjectCommand
from crawler.terminal.output import check_html_target, write_bytes, write_file, write_json, write_output

if TYPE_CHECKING:
    from sqlalchemy import Engine

EXAMPLES = """\
An article is named by its address, in any spelling, also one that redirects to
it, or by its id. Each line of a cut block begins with "-"; below it are the
rule that cut it when the page was cleaned, and what that rule saw. Where the
site's memory has changed since, that is said. Nothing is fetched.

examples:
  scrapy show https://www.example.org/a        metadata, text, cuts, memory,
                                               story and versions
  scrapy show 77411f355b0817d5                 the same, by the id of a release
  scrapy show https://www.example.org/a --html why.html
                                               into why.html, for a browser
  scrapy show https://www.example.org/a --json as one JSON object
  scrapy show https://www.example.org/a --raw > page.html
                                               the page as its site sent it

exit status: 0 shown, also a rejected page; 1 the archive holds it no more;
2 wrong use, or no such page is stored
"""


class Command(ProjectCommand):
    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] URL|ID"

    def short_desc(self) -> str:
        return "Show one stored article, what was cut of it and why"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--raw", action="store_true", help="write the archived HTML to standard output instead")
        add("--html", metavar="FILE", help="write one self-contained web page to FILE instead")
        add("--json", action="store_true", help="write one JSON object to standard output instead")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        name = _parse_name(args)
        if opts.raw and (opts.json or opts.html is not None):
            raise BadArgument("--raw writes the page alone; leave out --json and --html")
        target = None if opts.html is None else check_html_target(opts.html, None)
        with self.open_store() as engine:
            if opts.raw:
                self._write_raw(engine, name)
                return
            from crawler.views.stored_page import StoredPageView

            view = StoredPageView(engine, name)
        if target is not None:
            write_file(view.render_web_page(), target)
        if opts.json:
            write_json(view.to_document(), indent=2)
        elif target is not None:
            write_output(f"{target}: {view.summarize()}\n")
        else:
            write_output(view.render())

    def _write_raw(self, engine: Engine, name: str) -> None:
        """Write the page, or the part of it that the address names, as its site sent it."""
        from crawler.run.archive_place import archive_place_of
        from storage.database.engine import open_for_reading
        from storage.reading.find_page import get_page
        from storage.reading.raw_page import load_raw_page

        with open_for_reading(engine) as connection:
            page = load_raw_page(connection, get_page(connection, name), archive_place_of(self.project_settings))
        url = to_canonical_url(name)
        meant = next((part for part in page.parts if to_canonical_url(part.url) == url), page)
        if sys.stdout.isatty():
            from crawler.terminal.characters import escape_for_terminal

            write_output("".join(f"{escape_for_terminal(line)}\n" for line in meant.html.splitlines()))
        else:
            write_bytes(meant.body)
        if page.parts and meant is page:
            addresses = " ".join(part.url for part in page.parts)
            self.print_message(f"the article has further parts: --raw {addresses}")


def _parse_name(args: list[str]) -> str:
    if len(args) != 1 or not args[0].strip():
        given = f"{len(args)} ({' '.join(args)})" if len(args) > 1 else "none"
        raise BadArgument(f"takes one address or id, got {given}: scrapy show URL|ID")
    return args[0].strip()

"""scrapy explain URL|FILE|RECORD: what the cleaner keeps and cuts of one page, and why."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.utils.log import configure_logging

from cleaning.errors import BadArgument, BroadsheetError
from cleaning.page.canonical import to_canonical_url
from crawler.command_line.command import ProjectCommand
from crawler.run.exit_codes import FAILED
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.output import check_html_target, write_file, write_output

if TYPE_CHECKING:
    from scrapy.settings import Settings

    from cleaning.records.given import Page
    from cleaning.workers import Cleaners
    from crawler.explain.site_context import SiteContext, SiteContexts

EXAMPLES = """\
At the terminal a kept block stands plain, and each line of a cut one begins
with "-"; below it are the rule that cut it and what that rule saw. An address
is asked for once, as the crawl would ask, and so is each further page of
its article; nothing is stored. The page is cleaned as the next crawl would:
by the rules of its site in sites.toml, and with the memory of its site, where
there is a store.

examples:
  scrapy explain https://www.example.org/a     a page of a site
  scrapy explain page.html                     a page in a file
  scrapy explain page.html --url https://www.example.org/a
                                               the same, and where it stood
  curl -s https://www.example.org/a | scrapy explain -
                                               a page on standard input
  scrapy explain data/archive/FILE.warc.gz:1234
                                               the archived page at that offset
  scrapy explain FILE.warc.gz --url https://www.example.org/a
                                               the last page of that address
  scrapy explain page.html --site gazette      as a page of that site
  scrapy explain page.html --html why.html     into why.html, for a browser
  scrapy explain page.html --json              as one JSON object

exit status: 0 explained, whatever the verdict; 1 no page came of the address,
or it could not be cleaned; 2 wrong use; 130 interrupted
"""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class Command(ProjectCommand):
    examples = EXAMPLES
    reads_standard_input = True

    def syntax(self) -> str:
        return "[options] URL|FILE|FILE.warc.gz:OFFSET|-"

    def short_desc(self) -> str:
        return "Show what the cleaner keeps and cuts of one page, and why"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.project_settings.set("LOG_LEVEL", "WARNING", priority="project")  # the request itself is of no interest
        super().add_options(parser)
        add = parser.add_argument
        add("--html", metavar="FILE", help="write one self-contained web page to FILE instead")
        add("--json", action="store_true", help="write one JSON object to standard output instead")
        add(
            "--url",
            metavar="ADDRESS",
            help="where the page in a file stood (default: its canonical address, where it states one); "
            "of a WARC file, which page",
        )
        add(
            "--site",
            metavar="NAME",
            help="take the page for one of this site, with its rules and its memory (default: the site of its address)",
        )
        add("--no-memory", action="store_true", help="clean the page without what is known of its site's other pages")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        settings = self.project_settings
        name = _parse_name(args)
        is_address = _SCHEME.match(name) is not None
        if is_address and opts.url is not None:
            raise BadArgument("--url says where the page in a file stood; an address needs none")
        is_file = not is_address and name != "-"
        target = None if opts.html is None else check_html_target(opts.html, name if is_file else None)
        from crawler.explain.one_cleaner import make_cleaner

        cleaners = make_cleaner(settings)
        try:
            page, context, origin = _get_page(name, opts, settings, cleaners)
            article = cleaners.submit(page, context.memory).result()
        finally:
            cleaners.stop()
        from crawler.explain.explanation import PageExplanation
        from crawler.explain.json_document import explanation_to_json
        from crawler.explain.terminal import make_output_console, render_for_terminal
        from crawler.explain.web_page import render_web_page

        if article.rejected == "not-html":
            kind = BroadsheetError if is_address else BadArgument
            label = "standard input" if name == "-" else name
            raise kind(f"{label} is no HTML page")
        asked = to_canonical_url(name) if is_address else None
        address, note = (article.url, origin) if origin else _describe_address(article.url, asked, opts.url)
        explanation = PageExplanation(article, address, note, page.language, context.note)
        if target is not None:
            write_file(render_web_page(explanation), target)
        if opts.json:
            write_output(explanation_to_json(explanation), encoding="utf-8")
        elif target is not None:
            write_output(escape_for_terminal(f"{target}: {explanation.verdict}; {explanation.counts}") + "\n")
        else:
            write_output(render_for_terminal(explanation, make_output_console()))
        if (article.rejected or "").startswith("cleaner-"):
            self.exitcode = FAILED


def _parse_name(args: list[str]) -> str:
    if len(args) != 1 or not args[0].strip():
        given = f"{len(args)} ({' '.join(args)})" if len(args) > 1 else "none"
        raise BadArgument(f"takes one page, got {given}: scrapy explain URL|FILE")
    return args[0]


def _get_page(
    name: str, opts: argparse.Namespace, settings: Settings, cleaners: Cleaners
) -> tuple[Page, SiteContext, str]:
    """Return the page, of an address, a WARC file or any other file, its site, and its place in a WARC file.

    The cleaners are started. What a user may have misspelt is looked at before the store is loaded.
    """
    if _SCHEME.match(name):
        from crawler.explain.fetch import fetch_page

        return *fetch_page(name, settings, cleaners, _load_contexts(settings, opts)), ""
    from crawler.explain.record_name import parse_record_name

    archive = None
    if settings.get("ARCHIVE_URI"):
        from crawler.run.archive_place import archive_place_of

        archive = archive_place_of(settings)
    record = parse_record_name(name, opts.url, Path(settings["DATA_DIR"]), archive)
    if record is not None:
        from crawler.explain.archived import ArchivedPages

        archived = ArchivedPages(record.path, settings, _load_contexts(settings, opts))
        cleaners.start()
        page, context, origin = archived.read(record, cleaners)
    else:
        from crawler.explain.local import read_page_file

        page = read_page_file(name, settings, address=opts.url)
        context = _load_contexts(settings, opts).find(page.url)
        page, origin = context.apply_to(page), ""
        cleaners.start()
    configure_logging(settings)
    return page, context, origin


def _load_contexts(settings: Settings, opts: argparse.Namespace) -> SiteContexts:
    from crawler.explain.site_context import SiteContexts

    return SiteContexts(settings, name=opts.site, use_memory=not opts.no_memory)


def _describe_address(url: str, asked: str | None, given: str | None) -> tuple[str | None, str]:
    """Return the page's address, None if it is unknown, and how it is known.

    `asked` is the address that was asked, None for a file; `given` is the one that --url gives for a file.
    """
    from cleaning.metadata.stated_address import UNKNOWN_ADDRESS

    if asked is not None:
        return url, "" if url == asked else f"redirected from {asked}"
    if given is not None:
        return url, ""
    if url != UNKNOWN_ADDRESS:
        return url, "as the page states it"
    return None, "--url says it; without it no link counts as the site's own"

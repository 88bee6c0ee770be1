"""scrapy explain URL|FILE: what the cleaner makes of one page, and why."""

from __future__ import annotations

import argparse
import re

from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings
from scrapy.utils.log import configure_logging

from cleaning.article import Article, Page
from cleaning.canonical import canonical_url
from cleaning.errors import BadArgument, BroadsheetError
from cleaning.workers import Cleaners
from crawler.arguments import check_settings
from crawler.commands import FAILED, HelpFormatter, complain, errors_answered, options_answered, refuse_options
from crawler.console import quieten
from crawler.explain.characters import shown
from crawler.explain.delivery import check_target, to_file, to_standard_output
from crawler.explain.document import document
from crawler.explain.explanation import Explanation
from crawler.explain.fetch import fetch_page
from crawler.explain.local import NO_ADDRESS, STANDARD_INPUT, read_page
from crawler.explain.terminal import output_console, rendered
from crawler.explain.web_page import web_page
from crawler.outcome import INTERRUPTED

EXAMPLES = """\
At the terminal a kept block stands plain, and each line of a cut one begins
with "-"; below it are the rule that cut it and what that rule saw. An address
is asked for once, as the crawl would ask, and nothing is stored.

examples:
  scrapy explain https://www.example.org/a     a page of a site
  scrapy explain page.html                     a page in a file
  scrapy explain page.html --url https://www.example.org/a
                                               the same, and where it stood
  curl -s https://www.example.org/a | scrapy explain -
                                               a page on standard input
  scrapy explain page.html --html why.html     into why.html, for a browser
  scrapy explain page.html --json              as one JSON object

exit status: 0 explained, whatever the verdict; 1 no page came of the address,
or it could not be cleaned; 2 wrong use; 130 interrupted
"""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False  # a file needs none

    def syntax(self) -> str:
        return "[options] URL|FILE|-"

    def short_desc(self) -> str:
        return "Show what the cleaner keeps and cuts of one page, and why"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self._settings().set(
            "LOG_LEVEL", "WARNING", priority="project"
        )  # what is asked for is the page, not the way to it
        super().add_options(parser)
        parser.formatter_class = HelpFormatter
        parser.epilog = EXAMPLES
        add = parser.add_argument
        add("--html", metavar="FILE", help="write one self-contained web page to FILE instead")
        add("--json", action="store_true", help="write one JSON object to standard output instead")
        add(
            "--url",
            metavar="ADDRESS",
            help="where the page in a file stood (default: its canonical address, where it states one)",
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        with options_answered(self):
            super().process_options(args, opts)
        quieten()

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        try:
            with errors_answered(self):
                self._explain(args, opts)
        except KeyboardInterrupt:
            complain(self, "interrupted")
            self.exitcode = INTERRUPTED

    def _explain(self, args: list[str], opts: argparse.Namespace) -> None:
        settings = self._settings()
        check_settings(settings)
        refuse_options(self, args, but=STANDARD_INPUT)
        named = _one(args)
        is_address = _SCHEME.match(named) is not None
        if is_address and opts.url is not None:
            raise BadArgument("--url says where the page in a file stood; an address needs none")
        is_file = not is_address and named != STANDARD_INPUT
        target = None if opts.html is None else check_target(opts.html, named if is_file else None)
        if is_address:
            page = fetch_page(named, settings)
        else:
            page = read_page(named, settings, address=opts.url)
            configure_logging(settings)
        article = _cleaned(page, settings)
        if article.rejected == "not-html":
            kind = BroadsheetError if is_address else BadArgument
            raise kind(f"{'standard input' if named == STANDARD_INPUT else named} is no HTML page")
        asked = canonical_url(named) if is_address else None
        explanation = Explanation(article, *_place(article.url, asked, opts.url), page.language)
        if target is not None:
            to_file(web_page(explanation), target)
        if opts.json:
            to_standard_output(document(explanation), encoding="utf-8")
        elif target is not None:
            to_standard_output(shown(f"{target}: {explanation.verdict}; {explanation.sums}") + "\n")
        else:
            to_standard_output(rendered(explanation, output_console()))
        if (article.rejected or "").startswith("cleaner-"):
            self.exitcode = FAILED

    def _settings(self) -> Settings:
        assert self.settings is not None  # noqa: S101 (Scrapy sets it before it runs a command)
        return self.settings


def _one(args: list[str]) -> str:
    if len(args) != 1 or not args[0].strip():
        named = f"not {len(args)} ({' '.join(args)})" if len(args) > 1 else "it was not named"
        raise BadArgument(f"takes one page, {named}: scrapy explain URL|FILE")
    return args[0]


def _place(url: str, asked: str | None, given: str | None) -> tuple[str | None, str]:
    """The page's address, None where nobody knows it, and how it is known.

    `asked` is the address that was asked, None where a file was read; `given` the one that was said of the file.
    """
    if asked is not None:
        return url, "" if url == asked else f"redirected from {asked}"
    if given is not None:
        return url, ""
    if url != NO_ADDRESS:
        return url, "as the page states it"
    return None, "--url says it; without it no link counts as the site's own"


def _cleaned(page: Page, settings: Settings) -> Article:
    """In a child process, so that a page that hangs its cleaner ends here as it would end in a crawl."""
    cleaners = Cleaners(
        count=1, deadline=settings.getfloat("CLEANING_DEADLINE"), most_memory=settings.getint("CLEANING_MEMORY")
    )
    try:
        cleaners.start()
        return cleaners.submit(page).result()
    finally:
        cleaners.stop()

"""scrapy view URL: a page in the browser, as the crawl gets it."""

from __future__ import annotations

import webbrowser
from typing import TYPE_CHECKING

from scrapy.commands.view import Command as ScrapyView
from scrapy.http import Response, TextResponse
from scrapy.utils.response import open_in_browser

from cleaning.errors import BroadsheetError
from crawler.commands.scrapy_tools.fetch import Command as Fetch

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
The page is fetched as the crawl fetches it, and opened from a file: without
JavaScript's work if the site needs that, and with what a robot is shown.

examples:
  scrapy view https://www.example.org/a
  BROWSER=firefox scrapy view https://www.example.org/a

exit status: 0 opened; 1 no page came of the address, or no browser could be
started (the line names the file); 2 wrong use
"""


class Command(Fetch, ScrapyView):
    examples = EXAMPLES

    def short_desc(self) -> str:
        return ScrapyView.short_desc(self)

    def long_desc(self) -> str:
        return ScrapyView.long_desc(self)

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        self._problem: str | None = None
        super().execute(args, opts)
        if self._problem is not None:
            raise BroadsheetError(self._problem)

    def _print_response(self, response: Response, opts: argparse.Namespace) -> None:  # noqa: ARG002 (Scrapy's)
        if not isinstance(response, TextResponse):
            self._problem = f"{response.url} is no text, and cannot be viewed; save it with: scrapy fetch"
        else:
            open_in_browser(response, _openfunc=self._open)

    def _open(self, address: str) -> bool:
        if not webbrowser.open(address):
            self._problem = f"no browser could be started (environment variable BROWSER); the page is in {address}"
        return True

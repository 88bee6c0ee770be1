"""Scrapy's shell with `clean(response)`."""

from __future__ import annotations

from typing import Any

from scrapy import Spider
from scrapy.http import Response
from scrapy.shell import Shell

from cleaning.clean import clean
from cleaning.errors import BroadsheetError
from cleaning.records.article import Article
from crawler.explain.fetch import describe_request_error
from crawler.explain.response_page import make_response_page
from crawler.guard.self_check import GuardCheck


class ArticleShell(Shell):
    """A console in the thread that makes it; requests are sent in the thread of the reactor."""

    def open(self, url: str | None, response: Response | None, *, follows_redirects: bool) -> None:
        """Show the page of an address or a response, and read Python until it ends.

        Raise BroadsheetError if the page of the address cannot be had.
        """
        if url is not None:
            try:
                self.fetch(url, redirect=follows_redirects)
            except BroadsheetError:
                raise
            except Exception as error:
                raise BroadsheetError(f"{url}: {describe_request_error(error)}") from error
            response = self.vars["response"]
            if response is None:  # Scrapy's shell hides that a middleware refused the request
                raise BroadsheetError(f"{url}: we fetch nothing from there: robots.txt, a hold or the guard refuses it")
        self.start(response=response)

    async def _open_spider(self, spider: Spider | None) -> None:
        await super()._open_spider(spider)
        # The engine of a shell starts without a spider, so that the guard can be proved only now.
        if (flaw := await GuardCheck(self.crawler).find_flaw()) is not None:
            raise BroadsheetError(f"the address guard is not in force: {flaw}")

    def populate_vars(self, *args: Any, **arguments: Any) -> None:
        self.vars["clean"] = self.clean
        super().populate_vars(*args, **arguments)

    def get_help(self) -> str:
        return f"{super().get_help()}[s]   clean(response)   The article of the page, cleaned as the crawl would\n"

    def clean(self, response: Response) -> Article:
        """Return the article of a page, cleaned as the crawl would clean it; `rejected` says why it is none."""
        return clean(make_response_page(response, self.crawler.settings))

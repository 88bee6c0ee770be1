"""scrapy parse URL: what a spider makes of one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.commands.parse import Command as ScrapyParse

from cleaning.errors import BadArgument
from crawler.command_line.tool import ToolCommand

if TYPE_CHECKING:
    import argparse

    from scrapy import Spider
    from scrapy.http import Response

EXAMPLES = """\
The page is fetched as the crawl fetches it. Shown are the items, as flat
articles with the fields of an export, and the requests that would follow: for
the spider articles (the default) the addresses that it would offer to the
frontier. Nothing is stored.

examples:
  scrapy parse https://www.example.org/a
  scrapy parse --spider articles --noitems https://www.example.org/feed.xml
  scrapy parse --spider mine -c parse_article https://www.example.org/a

exit status: 0 shown, also for a page that is no article; 1 no page came of the
address, 2 wrong use
"""
_OF_CALLBACKS = (
    "callback",
    "rules",
    "meta",
    "cbkwargs",
    "pipelines",
    "verbose",
    "output",
    "overwrite_output",
    "spargs",
)


class Command(ToolCommand, ScrapyParse):
    requires_crawler_process = True
    examples = EXAMPLES

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.project_settings.set("LOG_LEVEL", "WARNING", priority="project")  # the result is what is asked for
        super().add_options(parser)

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        url = self.parse_address(args)
        if opts.depth < 1:
            raise BadArgument(f"--depth must be at least 1, got {opts.depth}")
        spider = self.load_spider(opts.spider or "articles")
        if not getattr(spider, "asks_sites", True):
            raise BadArgument(f"the spider {spider.name!r} asks no site; for a page of an archive: scrapy explain")
        if getattr(spider, "uses_frontier", False):
            self._parse_with_frontier(url, opts)
            return
        self._run_spider(url, spider, opts)

    def add_items(self, lvl: int, new_items: list[Any]) -> None:
        from crawler.explain.response_page import clean_spider_page
        from crawler.items import SpiderPage

        settings = self.project_settings
        shown = [clean_spider_page(item, settings) if isinstance(item, SpiderPage) else item for item in new_items]
        super().add_items(lvl, shown)

    def _run_spider(self, url: str, spider: type[Spider], opts: argparse.Namespace) -> None:
        from cleaning.errors import BroadsheetError

        opts.spider = spider.name
        ScrapyParse.run(self, [url], opts)
        if self.first_response is None:
            raise BroadsheetError(f"{url}: no page came of it; the log has the reason")

    def _parse_with_frontier(self, url: str, opts: argparse.Namespace) -> None:
        if opts.depth > 1 or any(getattr(opts, name) for name in _OF_CALLBACKS):
            raise BadArgument(
                "the spider 'articles' shows one page, with --noitems, --nolinks or --nocolour; a crawl follows it"
            )
        from crawler.explain.one_request import send_request
        from crawler.explain.response_page import PageOutcome, parse_response

        parsed: list[PageOutcome] = []

        def parse(response: Response) -> None:
            parsed.append(parse_response(response, self.project_settings))

        send_request(self.process, Request(url, dont_filter=True), parse)
        (page,) = parsed
        if page.rejected is not None and not opts.noitems:
            self.print_message(f"no article: {page.rejected}")
        ScrapyParse.add_items(self, 1, page.items)
        self.add_requests(1, page.requests)
        self.print_results(opts)

"""scrapy fetch URL: what a site answers, fetched as the crawl fetches it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider
from scrapy.commands.fetch import Command as ScrapyFetch
from scrapy.utils.datatypes import SequenceExclude

from crawler.command_line.tool import ToolCommand, refuse_frontier_spider

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
The address is asked for as the crawl asks: under the address guard, robots.txt
and the pauses. Nothing is stored. The answer goes to standard output.

examples:
  scrapy fetch https://www.example.org/a > a.html
  scrapy fetch --headers https://www.example.org/a
  scrapy fetch --no-redirect --headers https://www.example.org/old

exit status: 0 fetched, also an error page; 1 no answer came, 2 wrong use
"""


class Command(ToolCommand, ScrapyFetch):
    requires_crawler_process = True
    examples = EXAMPLES

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.project_settings.set("LOG_LEVEL", "WARNING", priority="project")  # the answer is what is asked for
        super().add_options(parser)

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        url = self.parse_address(args)
        spider = Spider if opts.spider is None else self.load_spider(opts.spider)
        refuse_frontier_spider(spider, "leave out --spider")
        from crawler.explain.one_request import send_request

        # As Scrapy's command: an error page is an answer, and a redirect is one only where it is asked for.
        meta: dict[str, Any] = {"handle_httpstatus_list": SequenceExclude(range(300, 400))}
        if opts.no_redirect:
            meta = {"handle_httpstatus_all": True}
        request = Request(url, meta=meta, dont_filter=True)
        send_request(self.process, request, lambda response: self._print_response(response, opts), spider)

"""scrapy shell URL|FILE: Scrapy's console, with the cleaner at hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands.shell import Command as ScrapyShell
from scrapy.utils.spider import DefaultSpider
from scrapy.utils.url import guess_scheme
from w3lib.url import file_uri_to_path

from cleaning.errors import BadArgument
from crawler.command_line.tool import ToolCommand, refuse_frontier_spider

if TYPE_CHECKING:
    import argparse

    from scrapy.http import Response

EXAMPLES = """\
Beside what Scrapy's shell has (response, request, fetch(), view(), shelp())
there is clean(response): the article, cleaned as the crawl would clean it. Its
attributes are .text, .title, .authors, .published_at, .language, .blocks and
.rejected, the reason if the page is no article. Nothing is stored.

examples:
  scrapy shell https://www.example.org/a
  scrapy shell ./page.html
  scrapy shell https://www.example.org/a -c 'clean(response).title'
  scrapy shell ./page.html -c 'response.css("h1::text").getall()'

exit status: 0 ended; 1 no page came of the address, 2 wrong use
"""


class Command(ToolCommand, ScrapyShell):
    requires_crawler_process = True
    examples = EXAMPLES

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.project_settings.set("LOG_LEVEL", "WARNING", priority="project")  # the console is what is looked at
        super().add_options(parser)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        # The guard is proved when the first address is asked for (crawler/explain/shell.py).
        extensions = self.project_settings.getdict("EXTENSIONS") | {"crawler.guard.self_check.GuardCheck": None}
        self.project_settings.set("EXTENSIONS", extensions, priority="cmdline")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) > 1:
            raise BadArgument(f"takes one address or file, got {len(args)}: scrapy shell URL|FILE")
        spider = DefaultSpider if opts.spider is None else self.load_spider(opts.spider)
        refuse_frontier_spider(spider, "leave out --spider")
        url, response = _find_page(args[0]) if args else (None, None)
        from crawler.explain.shell import ArticleShell

        crawler = self.process._create_crawler(spider)
        crawler._apply_settings()
        self._init_with_reactor(crawler)
        ArticleShell(crawler, code=opts.code).open(url, response, follows_redirects=not opts.no_redirect)


def _find_page(name: str) -> tuple[str | None, Response | None]:
    """Return the address to fetch, or the page in the file of this name."""
    url = guess_scheme(name)
    if not url.startswith("file:"):
        return url, None
    from scrapy.http import HtmlResponse

    path = Path(file_uri_to_path(url))
    try:
        return None, HtmlResponse(path.resolve().as_uri(), body=path.read_bytes())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadArgument(
            f"cannot read the file {name}: {reason}; an address begins with http:// or https://"
        ) from error

"""scrapy crawl: Scrapy's own command, with one line for a user's mistake, a report, and exit codes for cron."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from typing import TYPE_CHECKING

from scrapy.commands.crawl import Command as ScrapyCrawl

from cleaning.errors import BadArgument
from crawler.command_line.check_settings import check_settings
from crawler.command_line.command import ProjectCommand
from crawler.command_line.crawl_process import prepare_crawl
from crawler.command_line.spider_arguments import find_argument
from crawler.run.exit_codes import FAILED

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler, CrawlerProcessBase

EXAMPLES = """arguments of the spider 'articles':
  -a url=URL           a site to crawl without sites.toml; several with spaces between them, in quotation marks
  -a site=NAME         a site of sites.toml, or several: site=A,B; without it and url, all of them
  -a limit=N           at most N articles a site, the newest
  -a since=YYYY-MM-DD  none that is older
  -a article=URL       one article, also if it is known already, and nothing else
  -a release=FOLDER    the articles of a release again, and nothing else; with site= those of one of its sites
argument of the spider 'archive':
  -a path=FILE         a WARC file, or a folder of such files

examples:
  scrapy crawl articles --demo                              the demo newspapers, without a network
  scrapy crawl articles -a url=https://www.example.org      one site
  scrapy crawl articles                                     every site of sites.toml
  scrapy crawl articles -a site=example -a limit=50 -a since=2026-11-01
  scrapy crawl articles -a article=https://www.example.org/2026/11/ferry
  scrapy crawl articles -a release=corpus-2026 -s DATA_DIR=again    how a release has changed since
  scrapy crawl articles --demo -a release=corpus            a release of the demo newspapers again
  scrapy crawl archive -a path=data/archive/FILE.warc.gz    a WARC file, without a request to any site

exit status: 0 finished, 1 finished but a site gave no answer or no address, or has moved, 2 wrong use, 4 database lost,
5 disk full, 6 nothing to do yet, 7 the address guard is off, 130 interrupted (start it again to go on, as after 4, 5)
"""


class Command(ProjectCommand, ScrapyCrawl):
    """Runs a spider to its end, then prints the report."""

    requires_crawler_process = True
    examples = EXAMPLES
    interrupted = "interrupted; start it again to go on"

    def long_desc(self) -> str:
        return "Crawl sites (spider 'articles') or WARC files (spider 'archive') into the store."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--demo", action="store_true", help="crawl the demo newspapers, served on loopback")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        prepare_crawl(self.project_settings)

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.command_line.crawl_process import run_crawler

        process = self._process
        with ExitStack() as stack:
            if opts.demo:
                if "url" in opts.spargs:
                    raise BadArgument("give either --demo or -a url=, not both")
                from crawler.command_line.demo import serve_demo

                serve_demo(stack, self.project_settings)
            crawler = self._create_checked_crawler(args, opts)
            run_crawler(process, crawler, opts.spargs)
        if process.bootstrap_failed:
            self.exitcode = FAILED  # the log has the reason
        else:
            self._report(crawler)

    @property
    def _process(self) -> CrawlerProcessBase:
        assert self.crawler_process is not None  # noqa: S101 (requires_crawler_process)
        return self.crawler_process

    def _create_checked_crawler(self, args: list[str], opts: argparse.Namespace) -> Crawler:
        """Return a crawler of the spider that `args` name; a UsageError for a wrong name, setting or argument."""
        from crawler.feeds.check import check_feeds
        from crawler.finishing.metrics import check_metrics

        if assignments := [arg for arg in args if "=" in arg]:
            raise BadArgument(f"an argument of a spider begins with -a: -a {assignments[0]}")
        crawler = self._create_crawler(self.choose_spider(args))
        check_settings(crawler.settings)
        if not crawler.settings.getbool("STORE_ENABLED"):
            raise BadArgument(
                "a crawl stores what it fetches; leave out STORE_ENABLED=False, or look with scrapy parse"
            )
        check_feeds(crawler.settings)
        check_metrics(crawler.settings)
        check_arguments = getattr(crawler.spidercls, "check_arguments", None)
        if check_arguments is not None:  # ours refuse wrong arguments before a run
            check_arguments(crawler.settings, opts.spargs)
        return crawler

    def choose_spider(self, args: list[str]) -> type[Spider]:
        """Return the spider that `args` name. Raise BadArgument with all names if there is none."""
        loader = self._process.spider_loader
        spiders = sorted(loader.list())
        if len(args) != 1 or args[0] not in spiders:
            problem = f"there is no spider {args[0]!r}" if len(args) == 1 else "name one spider"
            raise BadArgument(f"{problem}; choose from: {', '.join(spiders)}")
        return loader.load(args[0])

    def _suggest_option(self, option: str) -> str:
        loader = self._process.spider_loader
        name = find_argument(option, (loader.load(spider) for spider in loader.list()))
        value = option.partition("=")[2]
        return super()._suggest_option(option) if name is None else f"use -a {name}={value or 'VALUE'}"

    def _report(self, crawler: Crawler) -> None:
        from crawler.finishing.report import get_report
        from crawler.terminal.console import make_report_console

        report = get_report(crawler)
        self.exitcode = report.exit_status
        # A table in the middle of the data would break whatever reads it.
        is_data_on_stdout = any(str(uri).startswith("stdout:") for uri in crawler.settings.getdict("FEEDS"))
        make_report_console(stderr=is_data_on_stdout).print(report.render(), soft_wrap=True)

"""scrapy crawl: Scrapy's own command, with one line for a user's mistake, a report, and exit codes for cron."""

from __future__ import annotations

import argparse
import logging
import signal
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scrapy.commands.crawl import Command as ScrapyCrawl

from cleaning.errors import BadArgument, StorageLost
from crawler.command_line.check_settings import check_settings
from crawler.command_line.command import ProjectCommand
from crawler.run.exit_codes import FAILED, INTERRUPTED, get_exit_code

if TYPE_CHECKING:
    from types import FrameType

    from scrapy.crawler import Crawler, CrawlerProcessBase

    from crawler.refetching.refetch import Refetch
    from crawler.refetching.refetch_report import RefetchSummary
    from crawler.run.session import Session

EXAMPLES = """arguments of the spider 'articles':
  -a url=URL           a site to crawl without sites.toml; several with spaces between them, in quotation marks
  -a site=NAME         one of the sites of sites.toml; without it and url, all of them
  -a limit=N           at most N articles a site, the newest
  -a since=YYYY-MM-DD  none that is older
  -a release=FOLDER    the articles of a release again, and nothing else; with site= those of one of its sites
argument of the spider 'archive':
  -a path=FILE         a WARC file, or a folder of such files

examples:
  scrapy crawl articles --demo                              the demo newspapers, without a network
  scrapy crawl articles -a url=https://www.example.org      one site
  scrapy crawl articles                                     every site of sites.toml
  scrapy crawl articles -a site=example -a limit=50 -a since=2026-11-01
  scrapy crawl articles -a release=corpus-2026 -s DATA_DIR=again    how a release has changed since
  scrapy crawl archive -a path=data/archive/FILE.warc.gz    a WARC file, without a request to any site

exit status: 0 finished, 1 finished but a site gave no answer or no address, or has moved, 2 wrong use, 4 database lost,
5 disk full, 6 nothing to do yet, 7 the address guard is off, 130 interrupted (start it again to go on, as after 4, 5)
"""


logger = logging.getLogger(__name__)


class Command(ProjectCommand, ScrapyCrawl):
    """Runs a spider, settles what its pages teach of their sites, then prints the report."""

    requires_crawler_process = True
    examples = EXAMPLES
    interrupted = "interrupted; start it again to go on"
    _exit_code: int | None = None  # of the work after the crawl, if that decides with which code the command ends
    _comparison: RefetchSummary | None = None  # with a release that was fetched again
    _comparison_file: Path | None = None

    def long_desc(self) -> str:
        return "Crawl sites (spider 'articles') or WARC files (spider 'archive') into the store."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--demo", action="store_true", help="crawl the demo newspapers, served on loopback")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        from crawler.terminal.console import log_beside_live_view

        log_beside_live_view(self.project_settings)

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.run.session import session_of

        process = self._process
        with ExitStack() as stack:
            if opts.demo:
                for name in {"url", "release"} & set(opts.spargs):
                    raise BadArgument(f"give either --demo or -a {name}=, not both")
                self._serve_demo(stack)
            crawler = self._create_checked_crawler(args, opts)
            session = session_of(crawler)
            session.stays_open = True
            try:
                process.crawl(crawler, **opts.spargs)
                process.start()
                self._measure_night(crawler, session)
                self._settle(crawler, session)
                self._compare(crawler, session)
                if not session.has_ended_run:  # the engine never started, or was stopped twice and did not end the run
                    session.end_run(FAILED if process.bootstrap_failed else None)
            finally:
                session.close()
        if process.bootstrap_failed:
            self.exitcode = FAILED  # the log has the reason
        else:
            self._report(crawler, session)

    @property
    def _process(self) -> CrawlerProcessBase:
        assert self.crawler_process is not None  # noqa: S101 (requires_crawler_process)
        return self.crawler_process

    def _serve_demo(self, stack: ExitStack) -> None:
        from crawler.demo.server import DemoServer

        server = stack.enter_context(DemoServer())
        sites = Path(stack.enter_context(TemporaryDirectory(prefix="broadsheet-demo-"))) / "sites.toml"
        sites.write_text(server.format_sites_toml(), encoding="utf-8")
        for name, value in {
            "SITES_FILE": str(sites),
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_START_DELAY": 0,
            "ALLOWED_NETWORKS": ["127.0.0.0/8"],
        }.items():
            self.project_settings.set(name, value, priority="cmdline")

    def _create_checked_crawler(self, args: list[str], opts: argparse.Namespace) -> Crawler:
        """Return a crawler of the spider that `args` name; a UsageError for a wrong name, setting or argument."""
        spiders = sorted(self._process.spider_loader.list())
        if len(args) != 1 or args[0] not in spiders:
            problem = f"there is no spider {args[0]!r}" if len(args) == 1 else "name one spider"
            raise BadArgument(f"{problem}; choose from: {', '.join(spiders)}")
        crawler = self._create_crawler(args[0])
        check_settings(crawler.settings)
        if (check := getattr(crawler.spidercls, "check", None)) is not None:  # ours refuse wrong arguments before a run
            check(crawler.settings, opts.spargs)
        return crawler

    def _measure_night(self, crawler: Crawler, session: Session) -> None:
        """Count what the sites listed as articles of the last day, and what became of it."""
        from crawler.run.nights import count_night

        sites = getattr(crawler.spider, "sites", None)
        if sites and getattr(crawler.spider, "refetch", None) is None and not session.is_storage_lost:
            try:
                count_night(session, [site.name for site in sites])
            except StorageLost as error:
                logger.warning("%s; how complete this night was is not known", error)
            else:
                session.end_run()

    def _settle(self, crawler: Crawler, session: Session) -> None:
        """Put into effect what the pages teach of their sites; an interrupted run leaves it to the next."""
        from crawler.recleaning.settler import Settler

        counts = session.counts.by_site()
        if crawler.stats.get_value("finish_reason") not in ("finished", "closespider_timeout"):
            return
        for number in (signal.SIGINT, signal.SIGTERM):  # Scrapy's handlers would stop a reactor that has stopped
            signal.signal(number, interrupt_once)
        try:
            with Settler(session.engine, crawler.settings, session.data_dir, session.counts.add) as settling:
                for site in counts:
                    session.retry_storage(partial(settling.settle, site))
        except KeyboardInterrupt:
            logger.warning("interrupted while the texts were settled; the next run of these sites goes on with it")
            self._exit_code = INTERRUPTED
        except StorageLost as error:
            logger.error("%s; the next run of these sites settles their texts", error)  # noqa: TRY400 (one line)
            self._exit_code = error.exit_status
        session.end_run(self._exit_code)

    def _compare(self, crawler: Crawler, session: Session) -> None:
        """Where a release was fetched again: write how its articles have changed, also of a part of them."""
        from crawler.refetching.refetch_report import write_refetch_report

        refetch: Refetch | None = getattr(crawler.spider, "refetch", None)
        if refetch is None or session.is_storage_lost:
            return
        self._comparison = session.retry_storage(lambda: write_refetch_report(session.engine, refetch))
        self._comparison_file = refetch.report_file

    def _report(self, crawler: Crawler, session: Session) -> None:
        from rich.text import Text

        from crawler.refetching.refetch_report import make_refetch_table
        from crawler.run.notices import notices_of
        from crawler.run.report import build_final_table
        from crawler.terminal.console import make_report_console

        counts = session.counts.by_site()
        reason = crawler.stats.get_value("finish_reason")
        self.exitcode = get_exit_code(reason, counts) if self._exit_code is None else self._exit_code
        out = make_report_console()
        out.print(build_final_table(counts))
        for notice in notices_of(crawler).list_all():
            out.print(Text(f"{notice.site}: {notice.text}"), soft_wrap=True)
        changed = session.counts.get_total("settle/changed")
        if self._comparison is not None:
            out.print(make_refetch_table(self._comparison))
            out.print(f"The outcome of each of its articles is in {self._comparison_file}.", soft_wrap=True)
        if changed:
            out.print(f"Repeated blocks of the sites changed {changed:,} texts (scrapy sites show NAME lists them).")
        out.print(
            f"The data is in {session.data_dir} (database {session.database.render_as_string()}).", soft_wrap=True
        )


def interrupt_once(_number: int, _frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, and ignore later signals: they must not interrupt the rollback and the run's end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt

"""`scrapy crawl`: Scrapy's own, with one clear line for a user's mistake, a report, and exit codes for cron."""

from __future__ import annotations

import argparse
import logging
import signal
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler

from cleaning.errors import BadArgument, StorageLost
from crawler.arguments import check_settings
from crawler.commands import HelpFormatter, errors_answered, options_answered
from crawler.console import log_beside_live_view, quieten, report_console
from crawler.demo.server import DemoPress
from crawler.outcome import FAILED, INTERRUPTED, exit_code
from crawler.refetching import comparing
from crawler.refetching.asking import Refetch
from crawler.report import final_table
from crawler.session import Session
from crawler.settling import Settling

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
  scrapy crawl articles -a release=corpus-2026 -s DATA_DIR=again    what has become of a release
  scrapy crawl archive -a path=data/archive/FILE.warc.gz    a WARC file, without a request to any site

exit status: 0 finished, 1 finished but a site gave no answer, 2 wrong use, 4 database lost, 5 disk full, 6 nothing to
do yet, 7 the address guard is off, 130 interrupted (start it again to go on, as after 4 and 5)
"""


logger = logging.getLogger(__name__)


class Command(ScrapyCrawl):
    """Runs a spider, settles what it taught of the sites, then says what it came to."""

    _code: int | None = None  # with which it ends, where what comes after the crawl decides it
    _comparison: comparing.Comparison | None = None  # with a release that was fetched again
    _report_file: Path | None = None

    def long_desc(self) -> str:
        return "Crawl sites (spider 'articles') or WARC files (spider 'archive') into the store."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = HelpFormatter
        parser.epilog = EXAMPLES
        parser.add_argument("--demo", action="store_true", help="crawl the demo newspapers, served on loopback")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        with options_answered(self):
            super().process_options(args, opts)
        assert self.settings is not None  # noqa: S101 (Scrapy sets it before)
        quieten()
        log_beside_live_view(self.settings)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        with errors_answered(self), ExitStack() as stack:
            if opts.demo:
                for name in {"url", "release"} & set(opts.spargs):
                    raise BadArgument(f"give either --demo or -a {name}=, not both")
                self._serve_demo(stack)
            crawler = self._checked_crawler(args, opts)
            session = Session.of(crawler)
            session.stays_open = True
            assert self.crawler_process is not None  # noqa: S101 (requires_crawler_process)
            try:
                self.crawler_process.crawl(crawler, **opts.spargs)
                self.crawler_process.start()
                self._settle(crawler, session)
                self._compare(crawler, session)
                if not session.has_ended:  # its engine never started, or was stopped twice: none stopped by itself
                    session.end_run(FAILED if self.crawler_process.bootstrap_failed else None)
            finally:
                session.close()
            if self.crawler_process.bootstrap_failed:
                self.exitcode = FAILED  # the log says by what
            else:
                self._report(crawler, session)

    def _settle(self, crawler: Crawler, session: Session) -> None:
        """Puts into effect what the pages teach of their sites; a run that was interrupted leaves it to the next."""
        counts = session.tally.by_site()
        if crawler.stats.get_value("finish_reason") not in ("finished", "closespider_timeout"):
            return
        for number in (signal.SIGINT, signal.SIGTERM):  # Scrapy's handlers tell a reactor that has stopped
            signal.signal(number, interrupt_once)
        try:
            with Settling(session.engine, crawler.settings, session.data_dir, session.tally.count) as settling:
                for site in counts:
                    session.steadily(partial(settling.settle, site))
        except KeyboardInterrupt:
            logger.warning("interrupted while the texts were settled; the next run of these sites goes on with it")
            self._code = INTERRUPTED
        except StorageLost as error:
            logger.error("%s; the next run of these sites settles their texts", error)  # noqa: TRY400 (one line)
            self._code = error.exit_status
        session.end_run(self._code)

    def _compare(self, crawler: Crawler, session: Session) -> None:
        """Where a release was fetched again: writes what has become of it, also of a part."""
        refetch: Refetch | None = getattr(crawler.spider, "refetch", None)
        if refetch is None or session.is_lost:
            return
        self._comparison = session.steadily(lambda: comparing.report(session.engine, refetch))
        self._report_file = refetch.report

    def _checked_crawler(self, args: list[str], opts: argparse.Namespace) -> Crawler:
        """The crawler of the spider that was named, its arguments checked."""
        process = self.crawler_process
        assert process is not None  # noqa: S101 (requires_crawler_process)
        spiders = sorted(process.spider_loader.list())
        if len(args) != 1 or args[0] not in spiders:
            named = f"there is no spider {args[0]!r}" if len(args) == 1 else "name one spider"
            raise BadArgument(f"{named}; there are: {', '.join(spiders)}")
        crawler = self._create_crawler(args[0])
        check_settings(crawler.settings)
        crawler.spidercls.check(crawler.settings, opts.spargs)  # type: ignore[attr-defined]  # ours have it
        return crawler

    def _serve_demo(self, stack: ExitStack) -> None:
        assert self.settings is not None  # noqa: S101 (Scrapy sets it before)
        press = stack.enter_context(DemoPress())
        sites = Path(stack.enter_context(TemporaryDirectory(prefix="broadsheet-demo-"))) / "sites.toml"
        sites.write_text(press.sites_toml(), encoding="utf-8")
        for name, value in {
            "SITES_FILE": str(sites),
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_START_DELAY": 0,
            "ALLOWED_NETWORKS": ["127.0.0.0/8"],
        }.items():
            self.settings.set(name, value, priority="cmdline")

    def _report(self, crawler: Crawler, session: Session) -> None:
        counts = session.tally.by_site()
        reason = crawler.stats.get_value("finish_reason")
        self.exitcode = exit_code(reason, counts) if self._code is None else self._code
        out = report_console()
        out.print(final_table(counts))
        changed = session.tally.total("settle/changed")
        if self._comparison is not None:
            out.print(comparing.table(self._comparison))
            out.print(f"What became of each of its articles stands in {self._report_file}.", soft_wrap=True)
        if changed:
            out.print(f"What the sites repeat changed {changed:,} of the texts (scrapy sites show NAME tells what).")
        out.print(
            f"The data is in {session.data_dir} (database {session.database.render_as_string()}).", soft_wrap=True
        )


def interrupt_once(_number: int, _frame: FrameType | None) -> None:
    """Interrupts what goes on; a second signal must not interrupt the rolling back and the end of the run's row."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt

"""scrapy nightly: all sites within a budget, then what follows a crawl, step by step; goes on after a kill."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleaning.errors import BadArgument
from crawler.command_line.check_settings import check_settings
from crawler.command_line.command import ProjectCommand
from crawler.command_line.crawl_process import prepare_crawl
from crawler.command_line.values import parse_whole_number
from crawler.run.exit_codes import FAILED
from crawler.terminal.output import write_output

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scrapy.crawler import Crawler
    from sqlalchemy import Engine

LIMIT = 7  # nights that --status shows, where --limit gives no other number
_OPTIONS = ("until", "hours", "pages", "release", "keep_raw", "keep_rejected", "keep_reports", "skip")
EXAMPLES = """\
The steps: crawl (with settling and re-checks), health, report, release,
retention, alerts. Each prints one line. A step that fails is told, and the next
one runs. A night that was killed goes on at the step where it was, with the
same options, when the command is started again. Each option may stand in the
settings, as NIGHTLY_UNTIL.

examples:
  scrapy nightly --until 06:00                      all sites, until six by the clock of this machine
  scrapy nightly --until '06:00 Europe/Berlin'      by another clock
  scrapy nightly --hours 4 --pages 500              four hours, at most 500 articles of a site
  scrapy nightly --release releases --keep-raw 180d --keep-rejected 30d
  scrapy nightly --until 06:00 --dry-run            what it would do; no site is asked
  scrapy nightly --test-alert                       whether an alert would reach you
  scrapy nightly --status                           what the last nights did, step by step
in a crontab, below BROADSHEET_CONTACT=you@university.example:
  0 2 * * *  cd /srv/broadsheet && .venv/bin/scrapy nightly --until 06:00 --logfile=nightly.log

exit status: 0 done, nothing new to tell, 1 done, but there is a new finding or a step failed, 2 wrong use, 4 database
lost, 5 disk full, 6 every site is on hold, 7 the address guard is off, 130 interrupted (start it again to go on)
"""


class Command(ProjectCommand):
    requires_crawler_process = True
    examples = EXAMPLES
    interrupted = "interrupted; start it again to go on"
    _claims: ExitStack  # on the database, but for the time of the crawl

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Crawl all sites within a budget, then check, report, release and tidy up"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--until", metavar="HH:MM", help="the night ends at the next such time, also as '06:00 Europe/Berlin'")
        add("--hours", metavar="N", help="the night ends after so many hours")
        add("--pages", metavar="N", help="at most N articles of a site, the newest")
        add("--release", metavar="FOLDER", help="write a release into FOLDER, named after the day")
        add("--keep-raw", metavar="AGE", help="remove raw pages that are older, as 180d")
        add("--keep-rejected", metavar="AGE", help="remove rejected pages that are older, as 30d")
        add("--keep-reports", metavar="AGE", help="remove reports of nights that are older, as 400d")
        add("--skip", action="append", metavar="STEP", help="leave out health, report, release, retention or alerts")
        add("--dry-run", action="store_true", help="tell what the night would do; no site is asked")
        add("--status", action="store_true", help="show what the last nights did, step by step")
        add("--test-alert", action="store_true", help="send a test by each channel of ALERTS, and do nothing else")
        add("--limit", metavar="N", help=f"with --status: at most N nights (default: {LIMIT})")
        add("--json", action="store_true", help="with --status: one JSON object a night, a line each")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        prepare_crawl(self.project_settings)

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        check_settings(self.project_settings)
        if args:
            raise BadArgument(f"takes only options, got {args[0]!r}")
        if opts.dry_run + opts.status + opts.test_alert > 1:
            raise BadArgument("--dry-run, --status and --test-alert exclude each other; give one of them")
        for option, value in (("--limit", opts.limit), ("--json", opts.json or None)):
            if value is not None and not opts.status:
                raise BadArgument(f"{option} goes with --status")
        if opts.status:
            from crawler.night.status import print_desk_nights

            limit = LIMIT if opts.limit is None else parse_whole_number("--limit", opts.limit, least=1)
            with self.open_store() as engine:
                print_desk_nights(engine, limit=limit, as_json=opts.json)
            return
        if opts.test_alert:
            self._test_alerts()
            return
        given = {name: getattr(opts, name) for name in _OPTIONS}
        given["skip"] = ",".join(opts.skip) if opts.skip else None
        with ExitStack() as stack:
            self._run(stack, given, is_dry=opts.dry_run)

    def _test_alerts(self) -> None:
        """Send a test by each channel, and print what became of it."""
        from crawler.alerts.send import send_test_alert

        delivery = send_test_alert(self.project_settings)
        if not delivery.sent and not delivery.failed:
            raise BadArgument("ALERTS names no channel; docs/monitoring.md tells how to configure one")
        write_output("".join(f"{channel}: sent\n" for channel in delivery.sent))
        for channel, reason in delivery.failed.items():
            self.print_message(f"the alert by {channel} was not sent: {reason}")
            self.exitcode = FAILED

    def _run(self, stack: ExitStack, given: dict[str, str | None], *, is_dry: bool) -> None:
        from crawler.alerts.check import check_alerts
        from crawler.finishing.metrics import check_metrics, write_metrics
        from crawler.night.options import load_default_options, make_options
        from crawler.run.session import now
        from crawler.spiders.arguments import plan_crawl
        from storage.database.engine import make_database_url, open_database, prepare_data_folder
        from storage.database.locks import claim_data_folder, claim_database
        from storage.export.formats import load_format

        settings = self.project_settings
        defaults = load_default_options(settings)
        make_options(given, defaults)  # a mistake is answered before anything is opened
        check_alerts(settings)
        check_metrics(settings)
        plan = plan_crawl(settings)
        for name in settings.getlist("NIGHTLY_FORMATS"):
            load_format(name.strip())
        if not settings.getbool("STORE_ENABLED"):
            raise BadArgument("a night stores what it fetches; leave out STORE_ENABLED=False")
        if is_dry:
            from crawler.night.preview import describe_night

            engine = self._open_if_there(stack)
            write_output("".join(f"{line}\n" for line in describe_night(engine, settings, plan.sites, given, now())))
            return
        data_dir = prepare_data_folder(Path(settings["DATA_DIR"]))
        stack.enter_context(claim_data_folder(data_dir))
        engine = open_database(make_database_url(data_dir, settings["DATABASE_URL"]))
        stack.callback(engine.dispose)
        self._claims = stack.enter_context(ExitStack())
        self._claims.enter_context(claim_database(engine))
        from crawler.night.desk import Desk
        from crawler.night.open_night import open_night
        from crawler.night.run_night import run_night

        opened = open_night(engine, given, defaults, now())
        for note in opened.notes:
            self.print_message(note)
        desk = Desk(
            engine=engine,
            settings=settings,
            data_dir=data_dir,
            options=opened.options,
            night=opened.night,
            former=opened.former,
            is_resumed=opened.is_resumed,
            run_crawl=partial(self._crawl, engine),
            now=now,
        )
        self.exitcode = run_night(desk, lambda line: write_output(f"{line}\n"))
        write_metrics(settings, engine)

    def _crawl(
        self, engine: Engine, *, ends_at: datetime | None, pages: int, on_run: Callable[[int], None]
    ) -> Crawler | None:
        """Crawl all sites; None if a component could not be made. The crawl has a claim on the database of its own."""
        from cleaning.errors import DatabaseMissing, StorageLost
        from crawler.command_line.crawl_process import run_crawler
        from crawler.feeds.check import check_feeds
        from crawler.run.lent_claim import lent_claim_of
        from storage.database.locks import claim_database

        process = self.crawler_process
        assert process is not None  # noqa: S101 (requires_crawler_process)
        crawler = process.create_crawler("articles")
        check_feeds(crawler.settings)
        values: dict[str, Any] = {"CRAWL_ENDS_AT": ends_at and ends_at.isoformat(), "PAGES_PER_SITE": pages}
        crawler.settings.setdict({name: value for name, value in values.items() if value}, priority="cmdline")
        lent_claim_of(crawler).is_lent = True
        self._claims.close()
        run_crawler(process, crawler, {}, on_run)
        try:
            self._claims.enter_context(claim_database(engine))
        except DatabaseMissing as error:  # another crawl was faster: what follows must not write beside it
            raise StorageLost("another crawl has taken the database after the crawl of this night", "taken") from error
        return None if process.bootstrap_failed else crawler

    def _open_if_there(self, stack: ExitStack) -> Engine | None:
        """Open the store to read it; return None where there is none yet."""
        from cleaning.errors import DatabaseMissing

        try:
            return stack.enter_context(self.open_store())
        except DatabaseMissing:
            return None

"""scrapy fleet: many crawlers on one PostgreSQL: its workers, its nights, what they do now."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.errors import BadArgument
from crawler.command_line.check_settings import check_settings
from crawler.command_line.command import ProjectCommand
from crawler.command_line.crawl_process import prepare_crawl
from crawler.command_line.values import parse_whole_number
from crawler.run.exit_codes import FAILED
from crawler.terminal.numbers import count_things
from crawler.terminal.output import write_json, write_output

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

SITES_AT_ONCE = 4
ACTIONS = ("worker", "schedule", "status", "drain")
EXAMPLES = """\
worker    crawl the sites of each night, several groups of sites at once. As
          many workers as you like, on as many machines, on one DATABASE_URL.
          Ctrl-C or SIGTERM: take nothing new, end when all is done. Twice: at once.
schedule  give sites.toml to the fleet, and begin a night now or at a time
status    the night, the workers, what is crawled, what failed
drain     let workers end when what they crawl is done

examples:
  scrapy fleet worker
  scrapy fleet worker --sites-at-once 20
  scrapy fleet worker --sites-only                 leaves reports and releases to the other workers
  scrapy fleet schedule --now                      a night begins as soon as a worker is free
  scrapy fleet schedule --at '02:00 Europe/Berlin'
  scrapy fleet schedule --at '0 2 * * 1-5 UTC'     as in a crontab
  scrapy fleet schedule --never                    no more nights begin by themselves
  scrapy fleet status --json
  scrapy fleet drain --worker NAME                 one worker; without a name, all

exit status: 0 done, 1 status: a site could not be crawled, or no worker lives, 2 wrong use, 4 database lost,
5 disk full, 7 the address guard is off, 130 stopped at once
"""


class Command(ProjectCommand):
    examples = EXAMPLES

    def syntax(self) -> str:
        return "worker|schedule|status|drain [options]"

    def short_desc(self) -> str:
        return "Crawl with many workers on one PostgreSQL"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--sites-at-once", metavar="N", help=f"worker: groups of sites at once (default: {SITES_AT_ONCE})")
        add("--sites-only", action="store_true", help="worker: crawl; report, release and the like are left to others")
        add("--at", metavar="WHEN", help="schedule: when nights begin, as '02:00 Europe/Berlin' or cron")
        add("--now", action="store_true", help="schedule: begin a night now")
        add("--never", action="store_true", help="schedule: begin no more nights at a time")
        add("--worker", metavar="NAME", help="drain: this worker alone")
        add("--json", action="store_true", help="status: one JSON object")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        if args[:1] == ["worker"]:
            prepare_crawl(self.project_settings, has_live_view=False)

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        check_settings(self.project_settings)
        if len(args) != 1 or args[0] not in ACTIONS:
            raise BadArgument(f"name one of: {', '.join(ACTIONS)}")
        self._refuse_others(args[0], opts)
        from crawler.fleet.check_fleet import check_fleet

        url = check_fleet(self.project_settings)
        run = {"worker": self._work, "schedule": self._schedule, "status": self._show, "drain": self._drain}[args[0]]
        with ExitStack() as stack:
            run(stack, url, opts)

    def _refuse_others(self, action: str, opts: argparse.Namespace) -> None:
        """Raise BadArgument for an option of another action."""
        options = (
            ("sites_at_once", "worker"),
            ("sites_only", "worker"),
            ("at", "schedule"),
            ("now", "schedule"),
            ("never", "schedule"),
            ("worker", "drain"),
            ("json", "status"),
        )
        for name, owner in options:
            if getattr(opts, name) and action != owner:
                raise BadArgument(f"--{name.replace('_', '-')} goes with: scrapy fleet {owner}")

    def _work(self, stack: ExitStack, url: URL, opts: argparse.Namespace) -> None:
        from scrapy.crawler import AsyncCrawlerProcess

        from crawler.alerts.check import check_alerts
        from crawler.finishing.metrics import check_metrics
        from crawler.fleet.prepare_store import prepare_store
        from crawler.fleet.queue_schema import prepare_queue
        from crawler.fleet.worker_process import WorkerProcess
        from crawler.run.archive_place import archive_place_of
        from storage.database.engine import open_database, prepare_data_folder
        from storage.database.locks import share_data_folder

        settings = self.project_settings
        most = SITES_AT_ONCE if opts.sites_at_once is None else opts.sites_at_once
        sites_at_once = parse_whole_number("--sites-at-once", str(most), least=1)
        check_alerts(settings)
        check_metrics(settings)
        if not settings.getbool("STORE_ENABLED"):
            raise BadArgument("a worker stores what it fetches; leave out STORE_ENABLED=False")
        data_dir = prepare_data_folder(Path(settings["DATA_DIR"]))
        archive = archive_place_of(settings, data_dir)
        for file in share_data_folder(data_dir):
            stack.enter_context(file)
        engine = open_database(url)
        stack.callback(engine.dispose)
        prepare_queue(engine)
        prepare_store(url, archive.folder)
        worker = WorkerProcess(
            AsyncCrawlerProcess(settings),
            engine,
            url,
            data_dir,
            sites_at_once=sites_at_once,
            stale=self._stale,
            closes_nights=not opts.sites_only,
        )
        worker.run()
        self.exitcode = worker.exit_status

    def _schedule(self, stack: ExitStack, url: URL, opts: argparse.Namespace) -> None:
        from crawler.fleet.patient_queue import make_queue
        from crawler.fleet.plan import drop_plan, parse_plan, save_plan
        from crawler.fleet.queue_names import NIGHT_QUEUE, START_NIGHT
        from crawler.fleet.queue_schema import prepare_queue
        from crawler.fleet.site_lists import store_site_list
        from crawler.run.session import now
        from crawler.sites.site_groups import group_sites
        from storage.database.engine import open_database

        if bool(opts.at) + opts.never > 1 or not (opts.at or opts.now or opts.never):
            raise BadArgument("give --now, --at WHEN or --never")
        engine = open_database(url)
        stack.callback(engine.dispose)
        prepare_queue(engine)
        if opts.never:
            with engine.begin() as connection:
                had = drop_plan(connection)
            write_output("no more nights begin by themselves\n" if had else "no night was scheduled\n")
        if not (opts.at or opts.now):
            return
        digest, sites = store_site_list(engine, Path(self.project_settings["SITES_FILE"]))
        told = f"{count_things(len(sites), 'site')} in {count_things(len(group_sites(sites)), 'group')}"
        if opts.at:
            plan = parse_plan(opts.at, digest, now())
            with engine.begin() as connection:
                save_plan(connection, plan)
            write_output(f"{told}; the next night begins at {plan.next_at:%Y-%m-%d %H:%M} UTC\n")
        if opts.now:
            from procrastinate.exceptions import AlreadyEnqueued

            with make_queue(url, 0.0).open() as queue:
                task = queue.configure_task(START_NIGHT, queue=NIGHT_QUEUE, lock=START_NIGHT, queueing_lock=START_NIGHT)
                try:
                    task.defer(digest=digest)
                except AlreadyEnqueued:
                    raise BadArgument("a night is to begin already; scrapy fleet status") from None
            write_output(f"{told}; the night begins as soon as a worker is free\n")

    def _show(self, stack: ExitStack, url: URL, opts: argparse.Namespace) -> None:  # noqa: ARG002
        from crawler.fleet.status import load_fleet_status, make_status_document
        from crawler.run.session import now
        from storage.database.engine import open_for_reading

        engine = self._open_fleet(stack)
        with open_for_reading(engine) as connection:
            status = load_fleet_status(connection, self._stale)
        if opts.json:
            write_json(make_status_document(status))
        else:
            from crawler.fleet.show_status import print_status

            print_status(status, now())
        self.exitcode = FAILED if status.problems else 0

    def _drain(self, stack: ExitStack, url: URL, opts: argparse.Namespace) -> None:  # noqa: ARG002
        from crawler.fleet.workers import drain_workers

        with self._open_fleet(stack).begin() as connection:
            names = drain_workers(connection, opts.worker)
        if opts.worker and not names:
            raise BadArgument(f"there is no worker {opts.worker}; scrapy fleet status lists them")
        write_output("".join(f"{name}: takes nothing new\n" for name in names) or "there is no worker\n")

    def _open_fleet(self, stack: ExitStack) -> Engine:
        """Open the store of a fleet. Raise BadArgument where there is none yet."""
        from crawler.fleet.queue_schema import has_queue

        engine = stack.enter_context(self.open_store())
        with engine.connect() as connection:
            if not has_queue(connection):
                raise BadArgument("this database has no fleet yet; begin with: scrapy fleet schedule --now")
        return engine

    @property
    def _stale(self) -> timedelta:
        from storage.database.server_claim import CLAIM_STALE

        return timedelta(seconds=CLAIM_STALE)

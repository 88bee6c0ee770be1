"""scrapy bulk PATH...: clean mountains of pages, WARC files in, a store and a release out, on many machines."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.utils.log import configure_logging

from cleaning.errors import BadArgument
from crawler.bulk.limits import EXECUTORS, MAX_TASKS
from crawler.command_line.command import ProjectCommand
from crawler.command_line.values import parse_whole_number
from storage.export.formats import FORMAT_NAMES

if TYPE_CHECKING:
    from crawler.bulk.plan import BulkPlan

EXAMPLES = """\
PATH is a WARC file, a folder of them, a pattern, or an address that fsspec opens. The same command goes on with a run
that was killed: tasks that are complete are not done again. No site is asked for anything.

examples:
  scrapy bulk data/archive --out cleaned
  scrapy bulk 'news/CC-NEWS-202611*.warc.gz' --tasks 64 --workers 8 --out november
  scrapy bulk s3://commoncrawl/crawl-data/CC-NEWS/2026/11/ --tasks 400 --executor slurm \\
      --slurm-option partition=cpu --slurm-option time=12:00:00 --out /shared/november
  scrapy bulk /shared/news --tasks 64 --executor ray --ray-address auto --out /shared/november
  scrapy export english --language en -s DATA_DIR=november/store    other releases of it

exit status: 0 done, or handed to Slurm; 1 a task failed; 2 wrong use; 130 interrupted (start it again to go on)
"""


class Command(ProjectCommand):
    examples = EXAMPLES
    interrupted = "interrupted; start it again to go on"

    def syntax(self) -> str:
        return "[options] PATH... --out FOLDER"

    def short_desc(self) -> str:
        return "Clean the pages of WARC files on many processors or machines, into a store and a release"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        several = "; may be given several times"
        add("--out", metavar="FOLDER", help="new folder of the store, the release and the log; shared by all machines")
        add("--tasks", default="1", metavar="N", help="parts into which files and sites are divided (default: 1)")
        add("--workers", metavar="N", help="tasks at once (default: the processors; of Slurm and Ray: all)")
        add("--executor", default="local", metavar="NAME", help=f"{', '.join(EXECUTORS)} (default: local)")
        add("--slurm-option", action="append", default=[], metavar="NAME=VALUE", help=f"of sbatch{several}")
        add("--ray-address", metavar="ADDRESS", help="of a running Ray (default: one is started on this machine)")
        add("--sites", metavar="FILE", help="names and rules of sites (default: SITES_FILE); else a site is a host")
        add("--format", action="append", metavar="NAME", help=f"{', '.join(FORMAT_NAMES)} (default: jsonl){several}")
        add("--name", metavar="NAME", help="of the release, as v2026.11")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        from crawler.terminal.console import log_beside_live_view

        log_beside_live_view(self.project_settings)

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if not args or not all(args):
            raise BadArgument("takes WARC files: scrapy bulk PATH... --out FOLDER")
        if not opts.out:
            raise BadArgument("--out FOLDER is needed: where the store and the release go")
        if opts.executor not in EXECUTORS:
            raise BadArgument(f"--executor: unknown value {opts.executor!r}; choose from: {', '.join(EXECUTORS)}")
        tasks = parse_whole_number("--tasks", opts.tasks, least=1, most=MAX_TASKS)
        workers = None if opts.workers is None else parse_whole_number("--workers", opts.workers, least=1)
        from crawler.bulk.executors import Execution, count_processors
        from crawler.bulk.run_bulk import run_bulk
        from crawler.bulk.slurm import parse_slurm_options

        if opts.ray_address and opts.executor != "ray":
            raise BadArgument("--ray-address goes with --executor ray")
        if workers is None:
            workers = min(tasks, count_processors()) if opts.executor == "local" else 0
        execution = Execution(opts.executor, workers, parse_slurm_options(opts.slurm_option), opts.ray_address)
        execution.check()
        plan = self._make_plan(args, opts, tasks)
        settings = self.project_settings
        configure_logging(settings)
        if not run_bulk(plan, execution, interval=settings.getfloat("PROGRESS_INTERVAL")):
            self.print_message(f"the jobs are handed to Slurm; the release will be in {plan.release}")
            return
        from crawler.views.bulk import render_result

        sys.stdout.write(render_result(plan))

    def _make_plan(self, args: list[str], opts: argparse.Namespace, tasks: int) -> BulkPlan:
        from crawler.bulk.inputs import find_inputs
        from crawler.bulk.plan import make_plan
        from crawler.sites.sites_file import load_sites
        from storage.export.release import ReleaseOptions

        settings = self.project_settings
        if opts.sites is not None:
            if not Path(opts.sites).is_file():
                raise BadArgument(f"--sites: there is no file {opts.sites}")
            settings.set("SITES_FILE", opts.sites, priority="cmdline")
        if Path(settings["SITES_FILE"]).is_file():
            load_sites(Path(settings["SITES_FILE"]))  # a mistake in it is told now, not by a task
        options = ReleaseOptions(formats=tuple(opts.format or ["jsonl"]), name=opts.name)
        return make_plan(
            find_inputs(args),
            Path(opts.out),
            tasks,
            formats=tuple(name for name in FORMAT_NAMES if name in options.formats),
            name=options.name,
            settings=settings,
        )

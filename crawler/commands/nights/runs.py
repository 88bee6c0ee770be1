"""scrapy runs: past crawls, how they ended, and the table of one."""

from __future__ import annotations

import argparse

from cleaning.errors import BadArgument
from crawler.command_line.check_settings import check_settings
from crawler.command_line.command import ProjectCommand
from crawler.command_line.values import parse_day, parse_whole_number

LIMIT = 40  # runs, where --limit gives no other number
LAST = "last"
EXAMPLES = f"""\
The numbers are those of the table at the end of a crawl: found = fetched +
failed + waiting. A run that is under way, or was killed, has no end and no numbers.
Behind how a run ended stands its exit status.

examples:
  scrapy runs                                  the last {LIMIT} runs, the newest first
  scrapy runs 12                               the table of run 12, as it was printed
  scrapy runs last --json                      all that is stored of the last run
  scrapy runs --site herald --since 2026-11-01
  scrapy runs --limit 7 --json                 one JSON object a run, a line each

exit status: 0 done, 1 it failed, 2 wrong use, 130 interrupted
"""


class Command(ProjectCommand):
    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] [ID | last]"

    def short_desc(self) -> str:
        return "Show past crawls, how they ended, and the table of one"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--limit", metavar="N", help=f"at most N runs (default: {LIMIT})")
        add("--since", metavar="YYYY-MM-DD", help="runs that began on this day (UTC) or later")
        add("--site", metavar="NAME", help="runs of this site, with its numbers alone")
        add("--json", action="store_true", help="write JSON instead: one object a run")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        check_settings(self.project_settings)
        limit = LIMIT if opts.limit is None else parse_whole_number("--limit", opts.limit, least=1)
        since = parse_day("--since", opts.since)
        if len(args) > 1:
            raise BadArgument(f"takes the number of one run, got {len(args)}")
        number = parse_whole_number("the number of a run", args[0], least=1) if args and args[0] != LAST else None
        for option, value in (("--limit", opts.limit), ("--since", opts.since)):
            if args and value is not None:
                raise BadArgument(f"{option} is for the list of runs; leave out the option or the number of the run")
        from crawler.views.runs import print_run, print_runs

        with self.open_store() as engine:
            if args:
                print_run(engine, number, site=opts.site, as_json=opts.json)
            else:
                print_runs(engine, limit=limit, since=since, site=opts.site, as_json=opts.json)

"""scrapy addresses: what stands behind the numbers of the table, "25 http-404" or "40 no-text"."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cleaning.errors import BadArgument
from crawler.command_line.check_settings import check_settings
from crawler.command_line.command import ProjectCommand
from crawler.command_line.values import parse_day, parse_whole_number

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from storage.frontier.outcomes import AddressFilter

STATES = ("failed", "gone", "refused", "rejected", "waiting")
KINDS = ("article", "feed", "sitemap", "section")
LAST = "last"
EXAMPLES = f"""\
Each line has the reason, the HTTP status of the last answer, when it was tried
and when it may be asked for again; a rejected page also its title and its place
in the archive, which scrapy explain reads.

states: failed (gave no page: gone, refused and all others), gone (404, 410),
        refused (robots.txt, 403, another house), rejected (the page is no
        article), waiting (to be fetched)
kinds:  {", ".join(KINDS)}

examples:
  scrapy addresses --state failed --run last   every address that failed last night
  scrapy addresses --run 12 --reason http-404  what is behind "25 http-404" of run 12
  scrapy addresses --state rejected --reason no-text --reason too-short
  scrapy addresses --state waiting --site herald --limit 20
  scrapy addresses --since 2026-11-01 --kind article --json

exit status: 0 done, 1 it failed, 2 wrong use, 130 interrupted
"""


class Command(ProjectCommand):
    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Show which addresses failed, are gone, were rejected or wait, and why"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        several = "; may be given several times"
        add("--state", default=STATES[0], metavar="STATE", help=f"one of the states below (default: {STATES[0]})")
        add("--site", action="append", default=[], metavar="NAME", help=f"of this site{several}")
        add("--run", metavar=f"ID|{LAST}", help="asked for by this run and no later one (scrapy runs lists them)")
        add("--reason", action="append", default=[], metavar="REASON", help=f"for this reason{several}")
        add("--kind", action="append", default=[], metavar="KIND", help=f"addresses of this kind{several}")
        add("--since", metavar="YYYY-MM-DD", help="tried (waiting: found) on this day (UTC) or later")
        add("--limit", metavar="N", help="at most N of them (default: all)")
        add("--json", action="store_true", help="one JSON object an address, a line each")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        check_settings(self.project_settings)
        _check_options(args, opts)
        from crawler.views.addresses import print_addresses

        with self.open_store() as engine:
            print_addresses(engine, _build_filter(engine, opts), as_json=opts.json)


def _check_options(args: list[str], opts: argparse.Namespace) -> None:
    """Raise BadArgument for what can be told to be wrong without the store."""
    if args:
        raise BadArgument(f"takes options and no argument, got {args[0]!r}; to see one article: scrapy explain URL")
    for option, values, known in (("--state", [opts.state], STATES), ("--kind", opts.kind, KINDS)):
        for value in values:
            if value not in known:
                raise BadArgument(f"{option}: unknown value {value!r}; choose from: {', '.join(known)}")
    parse_day("--since", opts.since)
    if opts.limit is not None:
        parse_whole_number("--limit", opts.limit, least=1)
    if opts.run is not None:
        _parse_run(opts.run)


def _build_filter(engine: Engine, opts: argparse.Namespace) -> AddressFilter:
    """Return the filter; UnknownSite and BadArgument for a site and a run that the store does not have."""
    from crawler.sites.site import match_name
    from storage.database.engine import open_for_reading
    from storage.frontier.addresses import AddressKind
    from storage.frontier.outcomes import AddressFilter, AddressOutcome, list_frontier_sites

    with open_for_reading(engine) as connection:
        names = list_frontier_sites(connection) if opts.site else []
        run = None if opts.run is None else _find_run(connection, opts.run)
    return AddressFilter(
        outcome=AddressOutcome(opts.state),
        sites=tuple(match_name(names, name, where="in the store") for name in opts.site),
        run=run,
        reasons=tuple(opts.reason),
        kinds=tuple(AddressKind(kind) for kind in opts.kind),
        since=parse_day("--since", opts.since),
        limit=None if opts.limit is None else parse_whole_number("--limit", opts.limit, least=1),
    )


def _parse_run(value: str) -> int | None:
    """Return the number of the run, None for the last one."""
    return None if value == LAST else parse_whole_number("--run", value, least=1)


def _find_run(connection: Connection, value: str) -> int:
    from storage.frontier.outcomes import has_run, load_last_run_id

    run = _parse_run(value)
    found = load_last_run_id(connection) if run is None else run
    if found is None or not has_run(connection, found):
        raise BadArgument(f"--run: there is no run {value}; scrapy runs lists them")
    return found

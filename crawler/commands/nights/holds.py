"""scrapy holds: which hosts are on hold, until when and why; lifts their holds."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.errors import BadArgument
from crawler.command_line.check_settings import check_settings
from crawler.command_line.command import ProjectCommand
from crawler.terminal.output import write_output

if TYPE_CHECKING:
    from sqlalchemy import Engine

EXAMPLES = """\
Nothing is asked of a host on hold: it asked for time (retry-after, http-429),
did not respond (breaker), has no robots.txt that can be had (robots-...), or
gave as many answers as one night may have (page-limit). A hold ends by itself.
If you know that its cause is over, release the host: what waits for it is due
at once. No crawl may run meanwhile.

examples:
  scrapy holds                                 the hosts on hold
  scrapy holds --json
  scrapy holds release herald.example          this one may be asked again
  scrapy holds release --all                   all of them

exit status: 0 done, 1 it failed, 2 wrong use, 130 interrupted
"""


class Command(ProjectCommand):
    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] [release HOST | release --all]"

    def short_desc(self) -> str:
        return "Show the hosts of which nothing is asked for now, and release them"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--all", action="store_true", help="release: all hosts on hold")
        parser.add_argument("--json", action="store_true", help="one JSON object a host, a line each")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        check_settings(self.project_settings)
        hosts = _parse_hosts(args, opts)
        with self.open_store() as engine:
            if hosts is None:
                from crawler.views.holds import print_holds

                print_holds(engine, as_json=opts.json)
            else:
                self._release(engine, hosts)

    def _release(self, engine: Engine, names: list[str]) -> None:
        """Release these hosts, or all if none is named. DataFolderError or DatabaseMissing while a crawl runs."""
        from contextlib import ExitStack
        from datetime import UTC, datetime

        from crawler.views.holds import describe_released
        from storage.database.locks import claim_data_folder, claim_database
        from storage.frontier.hosts import load_holds, release_host

        now = datetime.now(UTC)
        with ExitStack() as stack:
            # A crawl keeps the holds in memory: what it stores next would bring them back.
            stack.enter_context(claim_data_folder(Path(self.project_settings["DATA_DIR"])))
            stack.enter_context(claim_database(engine))
            with engine.begin() as connection:
                held = {hold.host: hold for hold in load_holds(connection) if hold.until > now}
                hosts = _match_hosts(names, sorted(held)) if names else sorted(held)
                due = {host: release_host(connection, held[host], now) for host in hosts}
        write_output(describe_released(due))


def _parse_hosts(args: list[str], opts: argparse.Namespace) -> list[str] | None:
    """Return the hosts to release, none for all of them; None if the holds are to be listed."""
    if args[:1] == ["release"]:
        if opts.json:
            raise BadArgument("--json belongs to the list: scrapy holds --json")
        if opts.all == bool(args[1:]):
            raise BadArgument("release takes the name of a host, or --all; scrapy holds lists them")
        return args[1:]
    if args:
        raise BadArgument(f"takes nothing, or: release HOST, release --all; got {args[0]!r}")
    if opts.all:
        raise BadArgument("--all belongs to: scrapy holds release --all")
    return None


def _match_hosts(names: list[str], held: list[str]) -> list[str]:
    """Return the hosts on hold that are meant: "paper.example" stands for its http and its https, as does a URL."""
    from storage.frontier.hosts import HTTP_PORT, host_of

    matched: list[str] = []
    for name in names:
        host = (host_of(name) if "://" in name else name).strip().lower().rstrip("/")
        found = [one for one in held if one in (host, f"{host}{HTTP_PORT}", host.removesuffix(HTTP_PORT))]
        if not found:
            raise BadArgument(f"{name} is not on hold; on hold: {', '.join(held[:10]) or 'none'}")
        matched += [one for one in found if one not in matched]
    return matched

"""scrapy sites: add and check sites, what is known of them, and which of their blocks are never to be cut."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.duplicates.fingerprint import fingerprint
from cleaning.errors import BadArgument
from crawler.command_line.command import ProjectCommand
from crawler.command_line.values import parse_day, parse_whole_number
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.output import write_json, write_output

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Engine

LIMIT = 40  # lines of each table, where --limit gives no other number
EXAMPLES = """\
A block that stands on several articles of a site belongs to the site, and is
cut from all of them. To keep one that belongs to the articles, name it by its
text or, if that is long, by its beginning: the next crawl of the site, or
scrapy reclean, puts it back.

examples:
  scrapy sites add https://www.example.org/    what a newspaper offers, and its table in
                                               sites.toml; --dry-run only shows it
  scrapy sites add --from feeds.opml           many: a feed reader's OPML, or a CSV with
                                               the columns url, name, language
  scrapy sites                                 the sites of the store
  scrapy sites check                           looks at all sites of sites.toml, and says what
                                               broke, with the line to change; or one: check NAME
  scrapy sites check --quick                   whether a night could begin: sites.toml,
                                               data folder, disk, store; asks no site
  scrapy sites show herald                     what herald repeats, where its text
                                               stands, what the last crawl cut
  scrapy sites show herald --limit 200 --json
  scrapy sites nights                          of what the sites listed as articles of the
                                               day: what is stored, and what is not
  scrapy sites nights --limit 7 --json         the last seven runs, for a program
  scrapy sites findings                        what is odd about the nights of the sites, and
                                               what to do; of one: findings NAME; --all: also
                                               what has healed
  scrapy sites mute herald no-authors --until 2027-01-31
                                               does not tell this finding before that day;
                                               without --until it is told again
  scrapy sites keep herald 'A verse for the day'
                                               never cut this for being repeated
  scrapy sites keep herald 'A verse for the day' --undo

exit status: 0 done, 1 it failed or something needs a look, 2 wrong use, 130 interrupted
"""


class Command(ProjectCommand):
    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] [add URL | check | show NAME | nights | findings | mute NAME FINDING | keep NAME TEXT]"

    def short_desc(self) -> str:
        return "Add and check sites, show what is known of them, and keep blocks that they repeat"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--limit", metavar="N", help=f"show: at most so many blocks, nights: so many runs (default: {LIMIT})")
        add("--json", action="store_true", help="add, check, show, nights, findings: write JSON instead")
        add("--all", action="store_true", help="findings: also those that have healed")
        add("--until", metavar="DAY", help="mute: the day, as YYYY-MM-DD, from which on it is told again")
        add("--undo", action="store_true", help="keep: remove the keep rule")
        add("--from", dest="source", metavar="FILE", help="add: the sites of a CSV table, or of a feed reader's OPML")
        add("--name", help="add: the name of the site (default: its host)")
        add("--dry-run", action="store_true", help="add: write nothing")
        add("--anyway", action="store_true", help="add: write the table of a site that cannot be crawled now, too")
        add("--quick", action="store_true", help="check: only what needs no request to a site")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        _check_options(args, opts)
        if args[:1] == ["add"]:
            self._add(args[1:], opts)
            return
        if args[:1] == ["check"]:
            self._check(args[1:], opts)
            return
        act = self._parse_action(args, opts)
        with self.open_store() as engine:
            act(engine)

    def _parse_action(self, args: list[str], opts: argparse.Namespace) -> Callable[[Engine], None]:
        """Return what is to be done with the store. What can be checked without the store is checked here."""
        limit = LIMIT if opts.limit is None else parse_whole_number("--limit", opts.limit, least=1)
        match args:
            case []:
                return self._list
            case ["show", name]:
                return lambda engine: self._show(engine, name, limit, as_json=opts.json)
            case ["findings"] | ["findings", _]:
                return lambda engine: self._show_findings(engine, args[1:], is_all=opts.all, as_json=opts.json)
            case ["mute", name, finding]:
                until = parse_day("--until", opts.until)
                return lambda engine: self._mute(engine, name, finding, until)
            case ["nights"]:
                return lambda engine: self._show_nights(engine, limit, as_json=opts.json)
            case ["keep", name, text] if fingerprint(text):
                return lambda engine: self._keep(engine, name, text, undo=opts.undo)
            case ["keep", _, _]:
                raise BadArgument("the text has no word; a block that is only numbers is never cut for being repeated")
        raise BadArgument(
            "takes nothing, or one of: show NAME, nights, keep NAME TEXT (the text in quotation marks), findings, "
            "mute NAME FINDING, add URL, check"
        )

    def _add(self, urls: list[str], opts: argparse.Namespace) -> None:
        if (len(urls) == 1) == (opts.source is not None) or len(urls) > 1:
            raise BadArgument("add takes one URL (in quotation marks if it has a &), or --from FILE for many")
        if opts.source is not None and opts.name is not None:
            raise BadArgument("--name is of one site; in the FILE of --from the column 'name' has the names")
        from crawler.survey.add_sites import add_listed_sites, add_site
        from crawler.survey.added_site import AddOptions

        self._prepare_survey()
        options = AddOptions(is_dry=opts.dry_run, insists=opts.anyway, as_json=opts.json)
        if opts.source is None:
            self.exitcode = add_site(self.project_settings, urls[0], opts.name, options)
        else:
            self.exitcode = add_listed_sites(self.project_settings, Path(opts.source), options)

    def _check(self, names: list[str], opts: argparse.Namespace) -> None:
        if len(names) > 1 or (names and opts.quick):
            raise BadArgument("check takes at most one NAME; --quick takes none, since it asks no site")
        if opts.quick:
            from crawler.survey.quick_check import find_local_problems

            problems = find_local_problems(self.project_settings)
            if opts.json:
                write_json({"problems": problems})
            else:
                write_output("".join(f"{escape_for_terminal(problem)}\n" for problem in problems) or "all well\n")
            self.exitcode = 1 if problems else 0
            return
        from crawler.survey.check_sites import check_sites

        self._prepare_survey()
        self.exitcode = check_sites(self.project_settings, names[0] if names else None, as_json=opts.json)

    def _prepare_survey(self) -> None:
        from crawler.terminal.console import log_beside_live_view

        self.project_settings.set("LOG_LEVEL", "ERROR", priority="project")  # the result is what is asked for
        log_beside_live_view(self.project_settings)

    def _list(self, engine: Engine) -> None:
        from crawler.views.sites import print_sites

        print_sites(engine)

    def _show(self, engine: Engine, name: str, limit: int, *, as_json: bool) -> None:
        from crawler.views.sites import print_site

        newest = self.project_settings.getint("MEMORY_WINDOW")
        print_site(engine, name, limit=limit, newest=newest, as_json=as_json)

    def _show_nights(self, engine: Engine, limit: int, *, as_json: bool) -> None:
        from crawler.views.nights import print_nights

        print_nights(engine, limit=limit, as_json=as_json)

    def _show_findings(self, engine: Engine, names: list[str], *, is_all: bool, as_json: bool) -> None:
        from crawler.views.findings import print_findings

        print_findings(engine, names[0] if names else None, open_only=not is_all, as_json=as_json)

    def _mute(self, engine: Engine, name: str, finding: str, until: date | None) -> None:
        from crawler.views.findings import mute_until

        mute_until(engine, name, finding, until)

    def _keep(self, engine: Engine, name: str, text: str, *, undo: bool) -> None:
        from crawler.sites.site import match_name
        from storage.site_memory.memories import add_keep_rule, remove_keep_rule
        from storage.site_memory.observations import list_sites
        from storage.site_memory.site_report import find_repeated_blocks

        with engine.begin() as connection:
            site = match_name(list_sites(connection), name, where="in the store")
            text = text.strip().removesuffix("…")  # `show` ends a long text with it
            known = find_repeated_blocks(connection, site, fingerprint(text), text)
            blocks = {block.fingerprint: block.text for block in known} or {fingerprint(text): text}
            changed = [
                block
                for key, block in blocks.items()
                if (remove_keep_rule(connection, site, key) if undo else add_keep_rule(connection, site, key, block))
            ]
        if not changed:
            raise BadArgument(f"{site} has no such keep rule" if undo else f"{site} has this keep rule already")
        if not known and not undo:
            self.print_message(f"{site} is not known to repeat this; the rule is stored in case it does")
        done = "May be cut again" if undo else "Will not be cut for being repeated"
        site = escape_for_terminal(site)
        lines = [f"{done}: {escape_for_terminal(block)}" for block in changed]
        lines.append(f"The next crawl of {site} puts it into effect, or: scrapy reclean --site {site}")
        write_output("".join(f"{line}\n" for line in lines))


def _check_options(args: list[str], opts: argparse.Namespace) -> None:
    """Raise BadArgument for an option that is of another action."""
    for option, is_given, actions in (
        ("--limit", opts.limit is not None, ("show NAME", "nights")),
        ("--json", opts.json, ("show NAME", "nights", "findings", "add URL", "check")),
        ("--all", opts.all, ("findings",)),
        ("--until", opts.until is not None, ("mute NAME",)),
        ("--undo", opts.undo, ("keep NAME",)),
        ("--quick", opts.quick, ("check",)),
        ("--from", opts.source is not None, ("add",)),
        ("--name", opts.name is not None, ("add URL",)),
        ("--dry-run", opts.dry_run, ("add URL",)),
        ("--anyway", opts.anyway, ("add URL",)),
    ):
        if is_given and "".join(args[:1]) not in [action.partition(" ")[0] for action in actions]:
            raise BadArgument(f"{option} belongs to: scrapy sites {' or '.join(actions)}")

"""scrapy sites: what is known of the sites, and which of their blocks are never to be cut."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings
from sqlalchemy import Connection, Engine

from cleaning.errors import BadArgument
from cleaning.memory.fingerprint import fingerprint
from crawler.arguments import check_settings
from crawler.commands import (
    HelpFormatter,
    complain,
    errors_answered,
    interruptions_answered,
    options_answered,
    refuse_options,
    store_opened,
)
from crawler.console import quieten, report_console
from crawler.explain.characters import shown
from crawler.explain.delivery import to_standard_output
from crawler.site_view import RULES, document, listed, rendered, site_view
from crawler.sites import known_name
from storage.chaff import known_blocks, sums
from storage.database import reading
from storage.memory import pardon, unpardon
from storage.observations import site_names

LIMIT = 40  # lines of each table, where no other number is given
EXAMPLES = """\
What stands on several articles of a site is the site's, and is cut from all of
them. A block that is the articles' all the same is pardoned by its text or, if
that is long, its beginning: the next crawl of the site, or scrapy reclean, puts
it back.

examples:
  scrapy sites                                 the sites of the store
  scrapy sites show herald                     what herald repeats, where its text
                                               stands, what the last crawl cut
  scrapy sites show herald --limit 200 --json
  scrapy sites keep herald 'A verse for the day'
                                               never cut this for being repeated
  scrapy sites keep herald 'A verse for the day' --undo

exit status: 0 done, 1 it failed, 2 wrong use, 130 interrupted
"""


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] [show NAME | keep NAME TEXT]"

    def short_desc(self) -> str:
        return "Show what is known of the sites, and pardon what they repeat"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = HelpFormatter
        parser.epilog = EXAMPLES
        add = parser.add_argument
        add("--limit", metavar="N", help=f"show: at most so many blocks (default: {LIMIT})")
        add("--json", action="store_true", help="show: write one JSON object instead")
        add("--undo", action="store_true", help="keep: take the pardon back")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        with options_answered(self):
            super().process_options(args, opts)
        quieten()

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        with interruptions_answered(self, "interrupted"), errors_answered(self):
            refuse_options(self, args)
            settings = self._settings()
            check_settings(settings)
            act = self._act(args, opts)
            with store_opened(settings) as engine:
                act(engine)

    def _act(self, args: list[str], opts: argparse.Namespace) -> Callable[[Engine], None]:
        """What is to be done, all of it checked that can be before the store is opened."""
        limit = _limit(opts.limit)
        for option, given, of in (
            ("--limit", opts.limit is not None, "show"),
            ("--json", opts.json, "show"),
            ("--undo", opts.undo, "keep"),
        ):
            if given and args[:1] != [of]:
                raise BadArgument(f"{option} belongs to: scrapy sites {of} NAME")
        match args:
            case []:
                return self._list
            case ["show", name]:
                return lambda engine: self._show(engine, name, limit, as_json=opts.json)
            case ["keep", name, text] if fingerprint(text):
                return lambda engine: self._keep(engine, name, text, undo=opts.undo)
            case ["keep", _, _]:
                raise BadArgument("the text has no word; a block that is only numbers is never cut for being repeated")
        raise BadArgument("takes nothing, or one of: show NAME, keep NAME TEXT (the text in quotation marks)")

    def _list(self, engine: Engine) -> None:
        with reading(engine) as connection:
            every = [sums(connection, site, RULES) for site in site_names(connection)]
        to_standard_output(listed(every, report_console()))

    def _show(self, engine: Engine, name: str, limit: int, *, as_json: bool) -> None:
        newest = self._settings().getint("MEMORY_WINDOW")
        with reading(engine) as connection:
            view = site_view(connection, _site(connection, name), limit=limit, newest=newest)
        if as_json:
            to_standard_output(json.dumps(document(view), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        else:
            to_standard_output(rendered(view, report_console()))

    def _keep(self, engine: Engine, name: str, text: str, *, undo: bool) -> None:
        with engine.begin() as connection:
            site = _site(connection, name)
            text = text.strip().removesuffix("…")  # as `show` ends a long one
            known = known_blocks(connection, site, fingerprint(text), text)
            meant = {block.fingerprint: block.text for block in known} or {fingerprint(text): text}
            changed = [
                own
                for key, own in meant.items()
                if (unpardon(connection, site, key) if undo else pardon(connection, site, key, own))
            ]
        if not changed:
            raise BadArgument(f"{site} has no such pardon" if undo else f"{site} has pardoned it already")
        if not known and not undo:
            complain(self, f"{site} is not known to repeat this; it is noted, should it do so")
        done = "May be cut again" if undo else "Will not be cut for being repeated"
        settled = f"The next crawl of {shown(site)} puts it into effect, or: scrapy reclean --site {shown(site)}"
        to_standard_output("".join(f"{line}\n" for line in (*(f"{done}: {shown(own)}" for own in changed), settled)))

    def _settings(self) -> Settings:
        assert self.settings is not None  # noqa: S101 (Scrapy sets it before it runs a command)
        return self.settings


def _site(connection: Connection, name: str) -> str:
    return known_name(site_names(connection), name, where="in the store")


def _limit(value: str | None) -> int:
    if value is None:
        return LIMIT
    if not (value.isascii() and value.isdecimal() and len(value) <= 9) or int(value) < 1:
        raise BadArgument(f"--limit takes a number of blocks from 1, not {value!r}")
    return int(value)

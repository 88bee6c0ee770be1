"""scrapy stories: which articles are one story, who carried it first, and what was changed in them since."""

from __future__ import annotations

import argparse
import json

from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings
from sqlalchemy import Connection, Engine

from cleaning.canonical import canonical_url
from cleaning.duplicates import Kind
from cleaning.errors import BadAddress, BadArgument
from crawler.arguments import check_settings
from crawler.commands import (
    HelpFormatter,
    day,
    errors_answered,
    interruptions_answered,
    options_answered,
    refuse_options,
    store_opened,
)
from crawler.console import quieten, report_console
from crawler.explain.delivery import to_standard_output
from crawler.sites import known_name
from crawler.story_view import copied_document, copied_table, story_document, story_lines, story_page
from storage.articles import article_id
from storage.clusters import Wanted, cluster_of, clusters, copied, named
from storage.database import reading
from storage.observations import site_names
from storage.revisions import histories

LEAST = 2  # members of a story, where no other number is given
KINDS = tuple(kind.value for kind in Kind)
EXAMPLES = f"""\
A story is an article and all that repeat it. Listed are those of {LEAST} articles or
more of which one is all that is asked for, the newest first; "=" is before the
article that stands for the story. With an address its one story is shown, and
for each of its articles what its site changed from one fetch to another.

kinds: {", ".join(KINDS[:3])},
       {", ".join(KINDS[3:])}

examples:
  scrapy stories                               all stories of several articles
  scrapy stories --site herald --kind verbatim what herald carries word for word
                                               as another article does
  scrapy stories --since 2026-11-01 --least 5 --json
  scrapy stories --sites                       who repeats whom, and how often
  scrapy stories https://herald.example/2026/11/ferry

exit status: 0 done, 1 it failed, 2 wrong use, 130 interrupted
"""


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] [URL]"

    def short_desc(self) -> str:
        return "Show which articles are one story, and what was changed in them"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = HelpFormatter
        parser.epilog = EXAMPLES
        add = parser.add_argument
        several = "; may be given several times"
        add("--site", action="append", default=[], metavar="NAME", help=f"an article of this site{several}")
        add("--since", metavar="YYYY-MM-DD", help="published, or else fetched, on this day (UTC) or later")
        add("--until", metavar="YYYY-MM-DD", help="published, or else fetched, on this day (UTC) or before")
        add("--kind", action="append", default=[], metavar="KIND", help=f"a copy of this kind{several}")
        add("--least", metavar="N", help=f"only stories of so many articles or more (default: {LEAST})")
        add("--sites", action="store_true", help="count instead: by kind, and which site repeats which")
        add("--json", action="store_true", help="one JSON object a story, a line each; or one in all")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        with options_answered(self):
            super().process_options(args, opts)
        quieten()

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        with interruptions_answered(self, "interrupted"), errors_answered(self):
            assert self.settings is not None  # noqa: S101 (Scrapy sets it before it runs a command)
            refuse_options(self, args)
            settings: Settings = self.settings
            check_settings(settings)
            url, wanted = _url(args, opts), _wanted(opts)
            with store_opened(settings) as engine:
                if url is not None:
                    _show(engine, url, as_json=opts.json)
                elif opts.sites:
                    _count(engine, wanted, as_json=opts.json)
                else:
                    _list(engine, wanted, as_json=opts.json)


def _list(engine: Engine, wanted: Wanted, *, as_json: bool) -> None:
    console = report_console()
    is_none = True
    with reading(engine) as connection:
        for cluster in clusters(connection, _known(connection, wanted)):
            is_none = False
            if as_json:
                to_standard_output(_line(story_document(cluster)), encoding="utf-8")
            else:
                to_standard_output(story_lines(cluster, console))
    if is_none and not as_json:
        to_standard_output("no such story\n")


def _count(engine: Engine, wanted: Wanted, *, as_json: bool) -> None:
    with reading(engine) as connection:
        every = copied(connection, _known(connection, wanted))
    if as_json:
        to_standard_output(_line(copied_document(every)), encoding="utf-8")
    else:
        to_standard_output(copied_table(every, report_console()))


def _show(engine: Engine, url: str, *, as_json: bool) -> None:
    with reading(engine) as connection:
        found = named(connection, article_id(url), url)
        if found is None:
            raise BadArgument(f"the store holds no page of the address {url}")
        name, rejected = found
        cluster = cluster_of(connection, name)
        if cluster is None:
            raise BadArgument(f"what is stored of {url} is no article: {rejected}")
        versions = histories(connection, [member.id for member in cluster.members])
    if as_json:
        to_standard_output(_line(story_document(cluster, versions)), encoding="utf-8")
    else:
        to_standard_output(story_page(cluster, versions, report_console()))


def _line(document: dict[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False) + "\n"


def _known(connection: Connection, wanted: Wanted) -> Wanted:
    names = site_names(connection) if wanted.sites else []
    sites = tuple(known_name(names, name, where="in the store") for name in wanted.sites)
    return Wanted(sites, wanted.since, wanted.until, wanted.kinds, wanted.least)


def _url(args: list[str], opts: argparse.Namespace) -> str | None:
    if not args:
        return None
    if len(args) > 1:
        raise BadArgument(f"takes one address, not {len(args)}")
    given = {"--site": opts.site, "--since": opts.since, "--until": opts.until, "--kind": opts.kind}
    for option, value in (given | {"--least": opts.least, "--sites": opts.sites}).items():
        if value:
            raise BadArgument(f"{option} chooses among stories; an address has one: leave out either")
    url = canonical_url(args[0])
    if url is None:
        raise BadAddress(f"takes the address of an article, with http:// or https://, not {args[0]!r}")
    return url


def _wanted(opts: argparse.Namespace) -> Wanted:
    for kind in opts.kind:
        if kind not in KINDS:
            raise BadArgument(f"--kind takes one of {', '.join(KINDS)}, not {kind!r}")
    since, until = day("--since", opts.since), day("--until", opts.until)
    if since and until and until < since:
        raise BadArgument(f"--until {until} is before --since {since}")
    if opts.sites and opts.least is not None:
        raise BadArgument("--least is for the list of stories, not for --sites")
    return Wanted(tuple(opts.site), since, until, tuple(opts.kind), _least(opts.least))


def _least(value: str | None) -> int:
    if value is None:
        return LEAST
    if not (value.isascii() and value.isdecimal() and len(value) <= 9) or int(value) < LEAST:
        raise BadArgument(f"--least takes a number of articles from {LEAST}, not {value!r}")
    return int(value)

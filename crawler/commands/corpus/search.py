"""scrapy search WORDS: full-text search over the headlines and texts of the store."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from cleaning.errors import BadArgument
from crawler.command_line.check_settings import check_settings
from crawler.command_line.command import ProjectCommand
from crawler.command_line.search_words import join_words, set_exclusions_aside
from crawler.command_line.values import parse_day, parse_whole_number

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from storage.search.ranked import HitFilter

LIMIT = 10  # hits, where --limit gives no other number
ORDERS = ("best", "newest")
EXAMPLES = """\
Finds articles that have all of the words, in headline or text; case and accents
do not count. An argument with spaces is a phrase, * stands for the rest of a
word, and - before a word leaves out what has it. docs/search.md tells more.

examples:
  scrapy search ferry strike                   articles with both words
  scrapy search "ferry strike"                 with one after the other
  scrapy search 'climat*' -summit              words that begin so, without another
  scrapy search ferry --site herald --since 2026-11-01 --order newest
  scrapy search ferry --limit 100 --json       a JSON object a line

exit status: 0 done, also if nothing was found; 1 it failed; 2 wrong use;
130 interrupted
"""


class Command(ProjectCommand):
    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] WORDS"

    def short_desc(self) -> str:
        return "Search the headlines and texts of the stored articles"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self._excluded = set_exclusions_aside(parser)
        add = parser.add_argument
        several = "; may be given several times"
        add("--site", action="append", default=[], metavar="NAME", help=f"of this site{several}")
        add("--language", action="append", default=[], metavar="CODE", help=f"in this language, like en{several}")
        add("--since", metavar="YYYY-MM-DD", help="published, or else fetched, on this day (UTC) or later")
        add("--until", metavar="YYYY-MM-DD", help="published, or else fetched, on this day (UTC) or before")
        add("--order", default=ORDERS[0], metavar="ORDER", help="best (default) or newest first")
        add("--limit", metavar="N", help=f"show at most N hits (default: {LIMIT})")
        add("--duplicates", action="store_true", help="find duplicates, too")
        add("--rejected", action="store_true", help="find rejected pages, too")
        add("--json", action="store_true", help="one JSON object a hit, a line each")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        check_settings(self.project_settings)
        if not (args or self._excluded):
            raise BadArgument("name the words to search for, like: scrapy search ferry strike")
        if opts.order not in ORDERS:
            raise BadArgument(f"--order must be {' or '.join(ORDERS)}, got {opts.order!r}")
        limit = LIMIT if opts.limit is None else parse_whole_number("--limit", opts.limit, least=1)
        _check_filter(opts)
        from crawler.views.hits import print_hits
        from storage.search.query import parse_query
        from storage.search.ranked import Order

        query = parse_query(join_words(args, self._excluded))
        with self.open_store() as engine:
            self._warn_of_backlog(engine)
            wanted = _parse_filter(engine, opts)
            print_hits(engine, query, wanted, order=Order(opts.order), limit=limit, as_json=opts.json)

    def _warn_of_backlog(self, engine: Engine) -> None:
        from storage.database.engine import open_for_reading
        from storage.search.index import count_backlog

        with open_for_reading(engine) as connection:
            waiting = count_backlog(connection)
        if waiting:
            self.print_message(
                f"{waiting:,} stored pages are not in the index yet and cannot be found; index them: scrapy db upgrade"
            )


def _check_filter(opts: argparse.Namespace) -> None:
    """Raise BadArgument for a filter that cannot be meant; what sites there are only the store knows."""
    since, until = parse_day("--since", opts.since), parse_day("--until", opts.until)
    if since and until and until < since:
        raise BadArgument(f"--until {until} is before --since {since}")
    for language in opts.language:
        if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
            raise BadArgument(f"--language must be a code like en or pt-br, got {language!r}")


def _parse_filter(engine: Engine, opts: argparse.Namespace) -> HitFilter:
    """Return the filter that the options make; UnknownSite where the store holds no page of a site."""
    from crawler.sites.site import match_name
    from storage.database.engine import open_for_reading
    from storage.search.ranked import HitFilter
    from storage.site_memory.observations import list_sites

    with open_for_reading(engine) as connection:
        names = list_sites(connection) if opts.site else []
    return HitFilter(
        sites=tuple(match_name(names, name, where="in the store") for name in opts.site),
        languages=tuple(language.lower() for language in opts.language),
        since=parse_day("--since", opts.since),
        until=parse_day("--until", opts.until),
        include_duplicates=opts.duplicates,
        include_rejected=opts.rejected,
    )

"""scrapy stories: which articles are one story, which site published it first, what was changed in them since."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cleaning.duplicates.kinds import DuplicateKind
from cleaning.errors import BadAddress, BadArgument
from cleaning.page.canonical import to_canonical_url
from crawler.command_line.command import ProjectCommand
from crawler.command_line.values import parse_day, parse_whole_number

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from storage.articles.clusters import StoryFilter

MIN_MEMBERS = 2  # of a story, where --least gives no other number
KINDS = tuple(kind.value for kind in DuplicateKind)
EXAMPLES = f"""\
A story is an article and all that repeat it. Listed are those of {MIN_MEMBERS} articles or
more, one of which matches every option, the newest first; "=" is before the
article that represents the story. With an address only its story is shown, and
for each of its articles what its site changed from one fetch to another.

kinds: {", ".join(KINDS[:3])},
       {", ".join(KINDS[3:])}

examples:
  scrapy stories                               all stories of several articles
  scrapy stories --site herald --kind verbatim what herald carries word for word
                                               as another article does
  scrapy stories --since 2026-11-01 --least 5 --json
  scrapy stories --sites                       which site repeats which, how often
  scrapy stories https://herald.example/2026/11/ferry

exit status: 0 done, 1 it failed, 2 wrong use, 130 interrupted
"""


class Command(ProjectCommand):
    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] [URL]"

    def short_desc(self) -> str:
        return "Show which articles are one story, and what was changed in them"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        several = "; may be given several times"
        add("--site", action="append", default=[], metavar="NAME", help=f"an article of this site{several}")
        add("--since", metavar="YYYY-MM-DD", help="published, or else fetched, on this day (UTC) or later")
        add("--until", metavar="YYYY-MM-DD", help="published, or else fetched, on this day (UTC) or before")
        add("--kind", action="append", default=[], metavar="KIND", help=f"a copy of this kind{several}")
        add("--least", metavar="N", help=f"only stories of at least N articles (default: {MIN_MEMBERS})")
        add("--sites", action="store_true", help="count instead: by kind, and which site repeats which")
        add("--json", action="store_true", help="one JSON object a story, a line each; or one in all")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        url = _parse_url(args, opts)
        if url is None:
            _check_filter(opts)
        from crawler.views.stories import print_copy_counts, print_stories, print_story

        with self.open_store() as engine:
            if url is not None:
                print_story(engine, url, as_json=opts.json)
            elif opts.sites:
                print_copy_counts(engine, _parse_filter(engine, opts), as_json=opts.json)
            else:
                print_stories(engine, _parse_filter(engine, opts), as_json=opts.json)


def _parse_url(args: list[str], opts: argparse.Namespace) -> str | None:
    """Return the canonical URL of the article that is asked for, None where stories are to be listed."""
    if not args:
        return None
    if len(args) > 1:
        raise BadArgument(f"takes one address, got {len(args)}")
    given = {"--site": opts.site, "--since": opts.since, "--until": opts.until, "--kind": opts.kind}
    for option, value in (given | {"--least": opts.least, "--sites": opts.sites}).items():
        if value:
            raise BadArgument(f"{option} filters a list of stories; leave out the option or the address")
    url = to_canonical_url(args[0])
    if url is None:
        raise BadAddress(f"takes the address of an article, with http:// or https://, got {args[0]!r}")
    return url


def _check_filter(opts: argparse.Namespace) -> None:
    """Raise BadArgument for a filter that cannot be meant; what sites there are only the store knows."""
    for kind in opts.kind:
        if kind not in KINDS:
            raise BadArgument(f"--kind: unknown value {kind!r}; choose from: {', '.join(KINDS)}")
    since, until = parse_day("--since", opts.since), parse_day("--until", opts.until)
    if since and until and until < since:
        raise BadArgument(f"--until {until} is before --since {since}")
    if opts.sites and opts.least is not None:
        raise BadArgument("--least is for the list of stories, not for --sites")
    _parse_least(opts)


def _parse_filter(engine: Engine, opts: argparse.Namespace) -> StoryFilter:
    """Return the filter that the options make; UnknownSite where the store holds no page of a site."""
    from crawler.sites.site import match_name
    from storage.articles.clusters import StoryFilter
    from storage.database.engine import open_for_reading
    from storage.site_memory.observations import list_sites

    with open_for_reading(engine) as connection:
        names = list_sites(connection) if opts.site else []
    return StoryFilter(
        sites=tuple(match_name(names, name, where="in the store") for name in opts.site),
        since=parse_day("--since", opts.since),
        until=parse_day("--until", opts.until),
        kinds=tuple(opts.kind),
        min_members=_parse_least(opts),
    )


def _parse_least(opts: argparse.Namespace) -> int:
    return MIN_MEMBERS if opts.least is None else parse_whole_number("--least", opts.least, least=MIN_MEMBERS)

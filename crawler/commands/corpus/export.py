"""scrapy export FOLDER: write the corpus as a release; check a release, compare two."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.utils.log import configure_logging

from cleaning.errors import BadArgument
from crawler.command_line.command import ProjectCommand
from crawler.command_line.values import parse_day, parse_whole_number
from storage.export.formats import FORMAT_NAMES
from storage.export.option_words import EXTRA_TABLE_NAMES, RIGHTS_WORDS, SHARD_SIZE
from storage.export.rows.splits import SPLIT_METHODS, parse_splits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.export.rows.splits import Splits

EXAMPLES = """\
examples:
  scrapy export corpus
  scrapy export corpus --format jsonl --format parquet
  scrapy export november --since 2026-11-01 --until 2026-11-30 --name v2026.11
  scrapy export german --language de --site courier --site herald --min-words 100
  scrapy export open --licence cc-by --licence cc0 --rights no-tdm-reservation
  scrapy export sport --where "section in ('Sport', 'sports') and words >= 200 and 'AP' not in authors"
  scrapy export task --splits train=0.8,validation=0.1,test=0.1 --split-by date --format parquet
  scrapy export everything --include-duplicates --include removed --include revisions
  scrapy export --verify corpus
  scrapy export --compare october november --json
"""


_DEFAULTS = {"shard_size": str(SHARD_SIZE)}
_OPTIONS_OF_A_RELEASE = (  # that say how a new one is made
    *("format", "site", "language", "section", "licence", "rights", "since", "until", "min_words"),
    *("where", "search"),
    *("include_duplicates", "one_per_story", "include", "name", "splits", "split_by", "seed", "shard_size"),
)


class Command(ProjectCommand):
    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] FOLDER | --verify FOLDER | --compare OLD NEW"

    def short_desc(self) -> str:
        return "Write the corpus to a new folder, with manifest and dataset card"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        several = "; may be given several times"
        add("--format", action="append", metavar="NAME", help=f"{', '.join(FORMAT_NAMES)} (default: jsonl){several}")
        for option, metavar, only in (
            ("--site", "NAME", "of this site"),
            ("--language", "CODE", "in this language"),
            ("--section", "NAME", "of this section of the paper, in capital or small letters"),
            ("--licence", "NAME", "with this licence: cc-by, cc-by-sa-4.0, cc0, cc for all of these, or words of it"),
            ("--rights", "WORD", f"with what was reserved when fetched: {', '.join(RIGHTS_WORDS)}; all must hold"),
        ):
            add(option, action="append", default=[], metavar=metavar, help=f"only articles {only}{several}")
        for option, side in (("--since", "later"), ("--until", "before")):
            add(
                option,
                metavar="YYYY-MM-DD",
                help=f"only articles published, or else fetched, on this day (UTC) or {side}",
            )
        add("--min-words", metavar="N", help="only articles of at least N words")
        add("--where", metavar="EXPR", help="only articles for which this holds, see docs/export.md")
        add("--search", metavar="WORDS", help="only articles that scrapy search finds by these words")
        add("--include-duplicates", action="store_true", help="also articles that repeat another one, with its id")
        add("--one-per-story", action="store_true", help="of each story the first article that the filters let through")
        tables = ", ".join(EXTRA_TABLE_NAMES)
        add("--include", action="append", default=[], metavar="TABLE", help=f"also {tables}{several}")
        add("--name", metavar="NAME", help="of the release, as v2026.11; stands in its manifest and its card")
        add("--splits", metavar="NAME=SHARE,...", help="as train=0.8,validation=0.1,test=0.1; a story is never split")
        add("--split-by", metavar="WAY", help=f"{', '.join(SPLIT_METHODS)} (default: story)")
        add("--seed", metavar="N", help="of the splits by story and by site (default: 0)")
        add("--shard-size", default=str(SHARD_SIZE), metavar="N", help=f"articles of a file (default: {SHARD_SIZE})")
        add(
            "--verify",
            action="store_true",
            help="check the release in FOLDER against its manifest; status 3 if it fails",
        )
        add("--compare", action="store_true", help="what was added, removed, changed from OLD to NEW; status 3 if any")
        add("--json", action="store_true", help="with --compare: every difference, one a line, as JSON")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if opts.verify and opts.compare:
            raise BadArgument("--verify and --compare exclude each other; give one of them")
        if opts.json and not opts.compare:
            raise BadArgument("--json goes with --compare")
        if opts.verify or opts.compare:
            self._check_releases(args, opts)
        else:
            self.interrupted = "interrupted; nothing was kept"
            self._export(_parse_folders(args, "FOLDER")[0], opts)

    def _check_releases(self, args: list[str], opts: argparse.Namespace) -> None:
        _refuse_options_of_a_release(opts)
        folders = _parse_folders(args, "--verify FOLDER" if opts.verify else "--compare OLD NEW")
        from crawler.views.releases import compare_releases, verify_release

        self.exitcode = verify_release(*folders) if opts.verify else compare_releases(*folders, as_json=opts.json)

    def _export(self, folder: Path, opts: argparse.Namespace) -> None:
        settings = self.project_settings
        from crawler.terminal.progress import show_progress
        from crawler.views.releases import print_release
        from storage.export.release import ReleaseOptions, export_release
        from storage.export.selection.selection import Selection

        selection = Selection(
            sites=tuple(opts.site),
            languages=tuple(opts.language),
            since=parse_day("--since", opts.since),
            until=parse_day("--until", opts.until),
            min_words=None if opts.min_words is None else parse_whole_number("--min-words", opts.min_words, least=0),
            sections=tuple(opts.section),
            licences=tuple(opts.licence),
            rights=tuple(opts.rights),
            where=opts.where,
            search=opts.search,
            include_duplicates=opts.include_duplicates,
            one_per_story=opts.one_per_story,
            include=tuple(opts.include),
        )
        options = ReleaseOptions(
            formats=tuple(opts.format or ["jsonl"]),
            name=opts.name,
            splits=_parse_split_options(opts),
            shard_size=parse_whole_number("--shard-size", opts.shard_size, least=1),
        )
        configure_logging(settings)
        interval = settings.getfloat("PROGRESS_INTERVAL")
        with self.open_store() as engine, show_progress("exporting", "rows", every=interval) as report:
            release = export_release(engine, folder, selection, options, progress=report)
        for note in release.notes:
            self.print_message(note)
        print_release(release)


def _parse_folders(args: Sequence[str], usage: str) -> list[Path]:
    """Return the folders, as many as the usage names; BadArgument for another number or an empty name."""
    names = [word for word in usage.split() if not word.startswith("-")]
    if len(args) != len(names) or not all(args):
        number = {1: "one folder", 2: "two folders"}[len(names)]
        given = f"{len(args)} ({' '.join(args)})" if any(args) else "none"
        raise BadArgument(f"takes {number}, got {given}: scrapy export {usage}")
    return [Path(arg) for arg in args]


def _refuse_options_of_a_release(opts: argparse.Namespace) -> None:
    """Raise BadArgument if an option that says how a new release is made goes with one that is there."""
    for name in _OPTIONS_OF_A_RELEASE:
        value = getattr(opts, name)
        if value and value != _DEFAULTS.get(name):
            raise BadArgument(f"--{name.replace('_', '-')} goes with a new release, not with --verify or --compare")


def _parse_split_options(opts: argparse.Namespace) -> Splits | None:
    if opts.splits is None:
        for option, value in (("--split-by", opts.split_by), ("--seed", opts.seed)):
            if value is not None:
                raise BadArgument(f"{option} goes with --splits, which is not given")
        return None
    seed = parse_whole_number("--seed", opts.seed if opts.seed is not None else "0", least=0)
    return parse_splits(opts.splits, opts.split_by or "story", seed)

"""scrapy export FOLDER: writes the corpus as a release; checks one, compares two."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.utils.log import configure_logging

from cleaning.errors import BadArgument
from crawler.arguments import check_settings
from crawler.commands import (
    HelpFormatter,
    complain,
    day,
    errors_answered,
    interruptions_answered,
    options_answered,
    refuse_options,
    store_opened,
)
from crawler.console import quieten
from crawler.progress_bar import progress
from crawler.release_checks import compared, verified
from storage.export.formats import FORMAT_NAMES
from storage.export.manifest import FILE as MANIFEST
from storage.export.release import SHARD_SIZE, Form, Release, export
from storage.export.rights import WORDS
from storage.export.selection import Selection
from storage.export.splits import WAYS, Splits, splits_asked
from storage.export.tables import EXTRAS

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
_OF_AN_EXPORT = (
    *("format", "site", "language", "section", "licence", "rights", "since", "until", "min_words", "where"),
    *("include_duplicates", "one_per_story", "include", "name", "splits", "split_by", "seed", "shard_size"),
)


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] FOLDER | --verify FOLDER | --compare OLD NEW"

    def short_desc(self) -> str:
        return "Write the corpus to a new folder, with manifest and dataset card"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = HelpFormatter
        parser.epilog = EXAMPLES
        add = parser.add_argument
        several = "; may be given several times"
        add("--format", action="append", metavar="NAME", help=f"{', '.join(FORMAT_NAMES)} (default: jsonl){several}")
        for option, metavar, only in (
            ("--site", "NAME", "of this site"),
            ("--language", "CODE", "in this language"),
            ("--section", "NAME", "of this section of the paper, in capital or small letters"),
            ("--licence", "NAME", "with this licence: cc-by, cc-by-sa-4.0, cc0, cc for all of these, or words of it"),
            ("--rights", "WORD", f"with what was reserved when they were fetched: {', '.join(WORDS)}; all must hold"),
        ):
            add(option, action="append", default=[], metavar=metavar, help=f"only articles {only}{several}")
        for option, side in (("--since", "later"), ("--until", "before")):
            add(
                option,
                metavar="YYYY-MM-DD",
                help=f"only articles published, or else fetched, on this day (UTC) or {side}",
            )
        add("--min-words", metavar="N", help="only articles of so many words or more")
        add("--where", metavar="EXPR", help="only articles for which this holds, see docs/export.md")
        add("--include-duplicates", action="store_true", help="also articles that repeat another one, with its id")
        add("--one-per-story", action="store_true", help="of each story the first article that the filters let through")
        add("--include", action="append", default=[], metavar="TABLE", help=f"also {', '.join(EXTRAS)}{several}")
        add("--name", metavar="NAME", help="of the release, as v2026.11; stands in its manifest and its card")
        add("--splits", metavar="NAME=SHARE,...", help="as train=0.8,validation=0.1,test=0.1; a story is never split")
        add("--split-by", metavar="WAY", help=f"{', '.join(WAYS)} (default: story)")
        add("--seed", metavar="N", help="of the splits by story and by site (default: 0)")
        add("--shard-size", default=str(SHARD_SIZE), metavar="N", help=f"articles of a file (default: {SHARD_SIZE})")
        add(
            "--verify",
            action="store_true",
            help="check the release in FOLDER against its manifest; status 3 if it fails",
        )
        add("--compare", action="store_true", help="what was added, removed, changed from OLD to NEW; status 3 if any")
        add("--json", action="store_true", help="with --compare: every difference, one a line, as JSON")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        with options_answered(self):
            super().process_options(args, opts)
        quieten()

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        looking = opts.verify or opts.compare
        said = "interrupted" if looking else "interrupted; nothing was kept"
        with interruptions_answered(self, said), errors_answered(self):
            refuse_options(self, args)
            if opts.verify and opts.compare:
                raise BadArgument("--verify and --compare are two questions; ask one of them")
            if opts.json and not opts.compare:
                raise BadArgument("--json goes with --compare")
            if looking:
                _refuse_filters(opts)
            if opts.verify:
                self.exitcode = verified(*_folders(args, "--verify FOLDER"))
            elif opts.compare:
                self.exitcode = compared(*_folders(args, "--compare OLD NEW"), as_json=opts.json)
            else:
                self._export(_folders(args, "FOLDER")[0], opts)

    def _export(self, folder: Path, opts: argparse.Namespace) -> None:
        assert self.settings is not None  # noqa: S101 (Scrapy sets it before it runs a command)
        check_settings(self.settings)
        selection = Selection(
            sites=tuple(opts.site),
            languages=tuple(opts.language),
            since=day("--since", opts.since),
            until=day("--until", opts.until),
            min_words=None if opts.min_words is None else _number("--min-words", opts.min_words),
            sections=tuple(opts.section),
            licences=tuple(opts.licence),
            rights=tuple(opts.rights),
            where=opts.where,
            include_duplicates=opts.include_duplicates,
            one_per_story=opts.one_per_story,
            include=tuple(opts.include),
        )
        form = Form(
            formats=tuple(opts.format or ["jsonl"]),
            name=opts.name,
            splits=_splits(opts),
            shard_size=_number("--shard-size", opts.shard_size, least=1),
        )
        configure_logging(self.settings)
        interval = self.settings.getfloat("PROGRESS_INTERVAL")
        with store_opened(self.settings) as engine, progress("exporting", "rows", every=interval) as report:
            release = export(engine, folder, selection, form, progress=report)
        for note in release.notes:
            complain(self, note)
        sys.stdout.write(_summary(release))


def _folders(args: Sequence[str], words: str) -> list[Path]:
    named = [word for word in words.split() if not word.startswith("-")]
    if len(args) != len(named) or not all(args):
        number = {1: "one folder", 2: "two folders"}[len(named)]
        given = f"not {len(args)} ({' '.join(args)})" if args else "it was not named" if len(named) == 1 else "not none"
        raise BadArgument(f"takes {number}, {given}: scrapy export {words}")
    return [Path(arg) for arg in args]


def _refuse_filters(opts: argparse.Namespace) -> None:
    """`BadArgument` where something is asked of a release that says how one is made."""
    given = {name: getattr(opts, name) for name in _OF_AN_EXPORT}
    for name, value in given.items():
        if value and value != _DEFAULTS.get(name):
            raise BadArgument(f"--{name.replace('_', '-')} goes with a new release, not with --verify or --compare")


def _splits(opts: argparse.Namespace) -> Splits | None:
    if opts.splits is None:
        for option, value in (("--split-by", opts.split_by), ("--seed", opts.seed)):
            if value is not None:
                raise BadArgument(f"{option} goes with --splits, which is not given")
        return None
    return splits_asked(
        opts.splits, opts.split_by or "story", _number("--seed", opts.seed if opts.seed is not None else "0")
    )


def _number(option: str, value: str, *, least: int = 0) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) <= 9) or int(value) < least:
        raise BadArgument(f"{option} takes a number from {least} on, of up to 9 digits, not {value!r}")
    return int(value)


def _summary(release: Release) -> str:
    left = release.left_out
    lines = [
        f"{release.tally.rows:,} articles in {release.folder}",
        *(
            f"  {file.path:<24} {file.bytes:>15,} bytes" + (f" {file.rows:>12,} rows" if file.rows is not None else "")
            for file in release.files
        ),
        f"  {MANIFEST:<24} checksums, counts and filters",
        f"left out: {sum(left.duplicates.values()):,} duplicates, {sum(left.rejected.values()):,} rejected pages",
        f"release {release.release_id}",
    ]
    return "\n".join(lines) + "\n"

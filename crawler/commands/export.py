"""scrapy export FOLDER: writes the corpus as a release, with manifest and dataset card."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.utils.log import configure_logging

from cleaning.errors import BadArgument
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
from crawler.console import quieten
from crawler.progress_bar import progress
from storage.export.formats import FORMAT_NAMES
from storage.export.manifest import FILE as MANIFEST
from storage.export.release import Release, export
from storage.export.selection import Selection

EXAMPLES = """\
examples:
  scrapy export corpus
  scrapy export corpus --format jsonl --format parquet
  scrapy export november --since 2026-11-01 --until 2026-11-30
  scrapy export german --language de --site courier --site herald
  scrapy export everything --include-duplicates
"""


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] FOLDER"

    def short_desc(self) -> str:
        return "Write the corpus to a new folder, with manifest and dataset card"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = HelpFormatter
        parser.epilog = EXAMPLES
        add = parser.add_argument
        several = "; may be given several times"
        add("--format", action="append", metavar="NAME", help=f"{' or '.join(FORMAT_NAMES)} (default: jsonl){several}")
        add("--site", action="append", default=[], metavar="NAME", help=f"only articles of this site{several}")
        add("--language", action="append", default=[], metavar="CODE", help=f"only articles in this language{several}")
        add(
            "--since", metavar="YYYY-MM-DD", help="only articles published, or else fetched, on this day (UTC) or later"
        )
        add(
            "--until",
            metavar="YYYY-MM-DD",
            help="only articles published, or else fetched, on this day (UTC) or before",
        )
        add("--include-duplicates", action="store_true", help="also articles that repeat another one, with its id")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        with options_answered(self):
            super().process_options(args, opts)
        quieten()

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        with interruptions_answered(self, "interrupted; nothing was kept"), errors_answered(self):
            self._export(args, opts)

    def _export(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None  # noqa: S101 (Scrapy sets it before it runs a command)
        check_settings(self.settings)
        refuse_options(self, args)
        folder = _one_folder(args)
        selection = Selection(
            sites=tuple(opts.site),
            languages=tuple(opts.language),
            since=day("--since", opts.since),
            until=day("--until", opts.until),
            include_duplicates=opts.include_duplicates,
        )
        configure_logging(self.settings)
        interval = self.settings.getfloat("PROGRESS_INTERVAL")
        with store_opened(self.settings) as engine, progress("exporting", "articles", every=interval) as report:
            release = export(engine, folder, selection, opts.format or ["jsonl"], progress=report)
        sys.stdout.write(_summary(release))


def _one_folder(args: list[str]) -> Path:
    if len(args) != 1 or not args[0]:
        named = f"not {len(args)} ({' '.join(args)})" if args else "it was not named"
        raise BadArgument(f"takes one folder, {named}: scrapy export FOLDER")
    return Path(args[0])


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
    ]
    return "\n".join(lines) + "\n"

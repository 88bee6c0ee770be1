"""scrapy report: how the last night went, site by site, against the nights before."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.errors import BadArgument, tell_install
from crawler.command_line.command import ProjectCommand
from crawler.command_line.values import parse_day, parse_whole_number
from crawler.terminal.output import check_file_target, write_file, write_json, write_output

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Engine

    from crawler.night_report.record import NightReport

NIGHTS = 30  # before the night, where --nights gives no other number
EXAMPLES = f"""\
Findings first, then each site's numbers beside what is usual for it: the median
of the {NIGHTS} nights before. The page needs no network, and links to pages that show
how the newest articles were cleaned.

examples:
  scrapy report                              data/reports/YYYY-MM-DD.html; prints its path
  scrapy report --night 2026-11-30           another night, by its day (UTC)
  scrapy report --night 31 -o night.html     that of run 31, into night.html
  scrapy report --text | mail -s Night me    as text, for a mail
  scrapy report --json > night.json          as one JSON object

exit status: 0 written, 1 it failed, 2 wrong use, 130 interrupted
"""


class Command(ProjectCommand):
    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Report on the last night, site by site, against the nights before"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--night", metavar="RUN|YYYY-MM-DD", help="the night of this run or day (default: the last one)")
        add("--nights", metavar="N", help=f"compare with at most N nights before it (default: {NIGHTS})")
        add("--text", action="store_true", help="write text for a mail to standard output instead")
        add("--json", action="store_true", help="write one JSON object to standard output instead")
        add("-o", "--output", metavar="FILE", help="write to FILE instead")

    def execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise BadArgument(f"takes only options, got {args[0]!r}")
        if opts.text and opts.json:
            raise BadArgument("--text and --json exclude each other; leave out one of them")
        until = _parse_night(opts.night)
        nights = NIGHTS if opts.nights is None else parse_whole_number("--nights", opts.nights, least=1, most=400)
        target = None if opts.output is None else check_file_target("-o", opts.output)
        data_dir = Path(self.project_settings["DATA_DIR"])
        with self.open_store() as engine:
            from crawler.night_report.gather import gather_report
            from crawler.run.archive_place import archive_place_of

            archive = archive_place_of(self.project_settings)
            report = gather_report(engine, data_dir, nights=nights, until=until, archive=archive)
            if opts.json:
                self._write_json(report, target)
            elif opts.text:
                self._write_text(report, target)
            else:
                self._write_page(engine, report, data_dir, target)

    def _write_json(self, report: NightReport, target: Path | None) -> None:
        from crawler.night_report.json_document import report_to_document

        document = report_to_document(report)
        if target is None:
            write_json(document, indent=2)
            return
        import json

        write_file(json.dumps(document, ensure_ascii=False, indent=2) + "\n", target)
        write_output(f"{target}\n")

    def _write_text(self, report: NightReport, target: Path | None) -> None:
        from crawler.night_report.plain_text import render_text

        text = render_text(report)
        if target is None:
            write_output(text)
            return
        write_file(text, target)
        write_output(f"{target}\n")

    def _write_page(self, engine: Engine, report: NightReport, data_dir: Path, target: Path | None) -> None:
        from crawler.night_report.charts import can_draw
        from crawler.night_report.folder import name_report
        from crawler.night_report.write_report import write_web_pages

        path = write_web_pages(engine, report, target or name_report(data_dir, report.night))
        if not can_draw():
            self.print_message(f"the page has no charts; they need: {tell_install('nightly')}")
        write_output(f"{path}\n")


def _parse_night(value: str | None) -> int | date | None:
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", value):
        return parse_whole_number("--night", value, least=1)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return parse_day("--night", value)
    raise BadArgument(f"--night must be the number of a run or a day as YYYY-MM-DD, got {value!r}")

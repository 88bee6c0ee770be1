"""Writes the report of the night. Written again after a kill, it is the same file."""

from __future__ import annotations

from cleaning.errors import tell_install
from crawler.night.desk import Desk, StepResult
from crawler.night.tell import format_duration
from crawler.night_report.charts import can_draw
from crawler.night_report.write_report import write_report
from crawler.run.archive_place import archive_place_of

REPORT = "report"
PATH = "path"


def write_night_report(desk: Desk) -> StepResult:
    began = desk.now()
    path = write_report(desk.engine, desk.data_dir, archive=archive_place_of(desk.settings, desk.data_dir))
    took = format_duration((desk.now() - began).total_seconds())
    note = "" if can_draw() else f", without charts; they need: {tell_install('nightly')}"
    return StepResult((f"{REPORT}: {path} in {took}{note}",), facts={PATH: str(path)})

"""The folder of the reports: how its files are called, and how they are discarded."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from datetime import date
from pathlib import Path

REPORTS = "reports"  # in the data folder
_REPORT_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.html")
_PAGE_NAME = re.compile(r"[0-9a-f]{16}\.html")  # of a page about an article, by its id


def name_report(data_dir: Path, night: date) -> Path:
    """Return where the report of this night is written by default: data/reports/YYYY-MM-DD.html."""
    return data_dir / REPORTS / f"{night}.html"


def name_pages_folder(report: Path) -> Path:
    """Return the folder beside a report that holds the pages about its newest articles."""
    folder = report.with_suffix("")
    return folder if folder != report else report.with_name(f"{report.name}-pages")


def discard_pages(report: Path, *, keep: Collection[str] = ()) -> None:
    """Remove the pages beside a report, but those with these names; files of others stay."""
    folder = name_pages_folder(report)
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if _PAGE_NAME.fullmatch(path.name) and path.name not in keep:
            path.unlink(missing_ok=True)
    with suppress(OSError):  # it is not empty
        folder.rmdir()


def discard_reports(data_dir: Path) -> None:
    """Remove all reports of the data folder with the pages beside them, because they quote articles."""
    folder = data_dir / REPORTS
    for path in folder.iterdir() if folder.is_dir() else ():
        if _REPORT_NAME.fullmatch(path.name):
            discard_pages(path)
            path.unlink(missing_ok=True)

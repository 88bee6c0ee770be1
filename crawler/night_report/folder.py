"""The folder of the reports: how its files are called, and how they are discarded."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
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
    for path in _iter_pages(report):
        if path.name not in keep:
            path.unlink(missing_ok=True)
    with suppress(OSError):  # it is not empty
        folder.rmdir()


def discard_reports(data_dir: Path, before: date | None = None) -> None:
    """Remove the reports of the nights `before` that day with the pages beside them; None: all.

    What a kill has left of a report goes, too: pages without it.
    """
    for report in list_reports(data_dir, before):
        discard_pages(report)
        report.unlink(missing_ok=True)


def list_reports(data_dir: Path, before: date | None = None) -> list[Path]:
    """Return where the reports of the nights `before` that day stand, or only pages beside one; None: all."""
    folder = data_dir / REPORTS
    paths = folder.iterdir() if folder.is_dir() else ()
    names = {path.name if path.suffix else f"{path.name}.html" for path in paths}
    reports = (folder / name for name in sorted(names) if _REPORT_NAME.fullmatch(name))
    ours = [report for report in reports if report.is_file() or any(_iter_pages(report))]
    return [report for report in ours if before is None or report.stem < f"{before}"]


def measure_report(report: Path) -> int:
    """Return the bytes of a report and of the pages beside it."""
    return sum(path.stat().st_size for path in (report, *_iter_pages(report)) if path.is_file())


def _iter_pages(report: Path) -> Iterator[Path]:
    folder = name_pages_folder(report)
    return (path for path in (folder.iterdir() if folder.is_dir() else ()) if _PAGE_NAME.fullmatch(path.name))

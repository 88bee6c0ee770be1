"""Write the report of a night as a web page, and beside it a page for each of its newest articles."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from cleaning.errors import ArticleMissing, BroadsheetError
from crawler.night_report.folder import discard_pages, name_pages_folder, name_report
from crawler.night_report.gather import NIGHTS, gather_report
from crawler.night_report.web_page import render_report
from crawler.terminal.output import write_file

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from crawler.night_report.record import NightReport
    from storage.archive.place import ArchivePlace


def write_report(engine: Engine, data_dir: Path, *, nights: int = NIGHTS, archive: ArchivePlace | None = None) -> Path:
    """Write the report of the last night, against so many before it, and return its path in the data folder."""
    report = gather_report(engine, data_dir, nights=nights, archive=archive)
    return write_web_pages(engine, report, name_report(data_dir, report.night))


def write_web_pages(engine: Engine, report: NightReport, target: Path) -> Path:
    """Write the report to `target`, and the pages about its newest articles into the folder of the same name.

    Every file is there whole or not at all, and the report comes last: what it links to is there.
    """
    folder = name_pages_folder(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if report.articles:
            folder.mkdir(exist_ok=True)
    except OSError as error:
        raise BroadsheetError(f"cannot write {target}: {error.strerror or error}") from error
    from crawler.views.stored_page import StoredPageView  # noqa: PLC0415 (loads the cleaner, which text and JSON spare)

    articles = []
    for article in report.articles:
        page = None
        with suppress(ArticleMissing):  # it was taken down a moment ago
            write_file(StoredPageView(engine, article.id).render_web_page(), folder / f"{article.id}.html")
            page = f"{quote(folder.name)}/{article.id}.html"
        articles.append(article._replace(page=page))
    write_file(render_report(replace(report, articles=tuple(articles))), target)
    discard_pages(target, keep={f"{article.id}.html" for article in report.articles})  # those of an earlier report
    return target

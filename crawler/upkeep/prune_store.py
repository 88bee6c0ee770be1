"""Prunes the store, the archive and the reports, and what cleaning saw of sites that are no longer crawled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.errors import BroadsheetError, UsageError
from crawler.night_report.folder import discard_reports, list_reports, measure_report
from crawler.recleaning.site_readings import discard_unlisted_readings
from crawler.run.archive_place import archive_place_of
from crawler.sites.sites_file import load_sites
from crawler.terminal.numbers import count_things, format_bytes
from crawler.terminal.progress import show_progress
from storage.database.faults import describe_error
from storage.upkeep.prune import Pruned, prune

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings
    from sqlalchemy import Engine

    from storage.archive.place import ArchivePlace


def prune_store(
    engine: Engine,
    settings: BaseSettings,
    *,
    raw_after: timedelta | None,
    rejected_after: timedelta | None,
    reports_after: timedelta | None,
    dry_run: bool,
) -> str:
    """Prune what is older, and return the lines that tell it. The caller has claimed the data folder and the database.

    None: nothing of the kind goes.
    """
    now, data_dir = datetime.now(UTC), Path(settings["DATA_DIR"])
    archive, every = archive_place_of(settings, data_dir, is_cached=False), settings.getfloat("PROGRESS_INTERVAL")
    with show_progress("looking through the archive", "files", every=every) as report, _told(archive):
        pruned = prune(
            engine,
            data_dir,
            raw_before=None if raw_after is None else now - raw_after,
            rejected_before=None if rejected_after is None else now - rejected_after,
            dry_run=dry_run,
            keep_newest=settings.getint("MEMORY_WINDOW"),
            report=report,
            archive=archive,
        )
    readings = _discard_readings(data_dir, settings, dry_run=dry_run)
    verb = "would go" if dry_run else "went"
    lines = _describe(pruned, readings, verb)
    if reports_after is not None:
        number, size = _discard_reports(data_dir, (now - reports_after).date(), dry_run=dry_run)
        lines.append(f"{count_things(number, 'report')} {verb}: {format_bytes(size)}")
    return "".join(f"{line}\n" for line in lines)


@contextmanager
def _told(archive: ArchivePlace) -> Iterator[None]:
    """Tell in one line that the archive refuses what is done to it."""
    try:
        yield
    except OSError as error:
        raise BroadsheetError(
            f"the archive {archive} refuses: {describe_error(error)}; the same command goes on with it"
        ) from error


def _discard_reports(data_dir: Path, before: date, *, dry_run: bool) -> tuple[int, int]:
    """Discard the reports of the nights before that day; return how many, and their bytes."""
    reports = list_reports(data_dir, before)
    size = sum(map(measure_report, reports))
    if not dry_run:
        discard_reports(data_dir, before)
    return len(reports), size


def _discard_readings(data_dir: Path, settings: BaseSettings, *, dry_run: bool) -> int:
    """Discard the readings of sites that sites.toml does not list; return their bytes."""
    try:
        names = [site.name for site in load_sites(Path(settings["SITES_FILE"]))]
    except UsageError:  # without it nobody knows which sites are crawled
        return 0
    return discard_unlisted_readings(data_dir, names, dry_run=dry_run)


def _describe(pruned: Pruned, readings: int, verb: str) -> list[str]:
    files = f"{count_things(pruned.files_deleted, 'file')} as a whole, {pruned.files_rewritten:,} in part"
    pages = f"{count_things(pruned.raw_pages, 'raw page')} and {pruned.versions:,} of earlier versions"
    raw = f"{pages} {verb} from the archive"
    lines = [
        f"{raw} ({files}): {format_bytes(pruned.bytes_freed)}",
        f"{count_things(pruned.rejected, 'rejected page')} {verb} from the store",
    ]
    if pruned.orphans:
        orphans = count_things(pruned.orphans, "object")
        lines.append(f"{orphans} of killed crawls, which no row names, {verb} from the archive")
    if pruned.brought.objects:
        large = count_things(pruned.brought.into, "large one")
        lines.append(f"{pruned.brought.objects:,} small objects of the archive {verb} into {large}")
    if readings:
        lines.append(f"readings of sites that sites.toml does not list {verb}: {format_bytes(readings)}")
    lines += [f"{name} stays as it is: {reason}" for name, reason in pruned.left_alone.items()]
    return lines

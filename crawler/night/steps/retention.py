"""Removes raw pages, rejected pages and reports that are older than the operator keeps; keeps the archive in order.

Articles, their versions and releases stay. In an archive elsewhere the small objects of the night become large ones.
"""

from __future__ import annotations

from crawler.night.desk import Desk, StepResult
from crawler.night.tell import format_duration
from crawler.run.archive_place import archive_place_of
from crawler.upkeep.prune_store import prune_store

RETENTION = "retention"


def is_retention_wanted(desk: Desk) -> bool:
    return any(desk.options.kept.values()) or archive_place_of(desk.settings, desk.data_dir).folder is None


def prune_what_is_old(desk: Desk) -> StepResult:
    """Prune the store and the archive. What a kill left undone is finished first."""
    began, options = desk.now(), desk.options
    told = prune_store(
        desk.engine,
        desk.settings,
        raw_after=options.raw_age,
        rejected_after=options.rejected_age,
        reports_after=options.reports_age,
        dry_run=False,
    )
    took = format_duration((desk.now() - began).total_seconds())
    first, *others = told.splitlines()
    return StepResult((f"{RETENTION}: {first}, in {took}", *(f"  {line}" for line in others)))

"""Removes raw pages, rejected pages and reports that are older than the operator keeps.

Articles, their versions and releases stay.
"""

from __future__ import annotations

from crawler.night.desk import Desk, StepResult
from crawler.night.tell import format_duration
from crawler.upkeep.prune_store import prune_store

RETENTION = "retention"


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

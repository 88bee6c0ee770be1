"""Removes raw pages and rejected pages that are older than the operator keeps. Articles and their versions stay."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from cleaning.errors import BroadsheetError
from crawler.night.desk import Desk, StepResult
from crawler.night.tell import format_duration

RETENTION = "retention"
_PRUNING = "crawler.upkeep.prune_store"


def prune_what_is_old(desk: Desk) -> StepResult:
    """Prune the store and the archive. What a kill left undone is finished first."""
    if find_spec(_PRUNING) is None:
        raise BroadsheetError("this version of Broadsheet cannot prune; leave out --keep-raw and --keep-rejected")
    began, options = desk.now(), desk.options
    told: str = import_module(_PRUNING).prune_store(
        desk.engine, desk.settings, raw_after=options.raw_age, rejected_after=options.rejected_age, dry_run=False
    )
    took = format_duration((desk.now() - began).total_seconds())
    first, *others = told.splitlines()
    return StepResult((f"{RETENTION}: {first}, in {took}", *(f"  {line}" for line in others)))

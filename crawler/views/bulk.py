"""Prints what `scrapy bulk` did: the stages with their seconds, what became of the pages, the release."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from crawler.bulk.run_bulk import StageCounts, count_stages
from crawler.bulk.stage import CPU_SECONDS, SECONDS
from crawler.terminal.console import make_report_console
from crawler.terminal.tables import create_table, render_parts
from storage.export.checking.read_manifest import open_release, read_manifest
from storage.export.schema import ARTICLES

if TYPE_CHECKING:
    from rich.table import Table

    from crawler.bulk.plan import BulkPlan


def render_result(plan: BulkPlan) -> str:
    """Return the tables of a run that is complete, and the lines about its release."""
    stages = count_stages(plan)
    total: Counter[str] = Counter()
    for stage in stages:
        total.update(stage.counts)
    pages = int(total["page/cleaned"])
    seconds = sum(stage.counts[CPU_SECONDS] for stage in stages)
    with open_release(plan.release) as place:
        manifest = read_manifest(place)
    articles = sum(
        file.rows or 0 for file in manifest.files if file.table == ARTICLES.name and file.format == plan.formats[0]
    )
    lines = [
        f"store {plan.store}",
        f"{articles:,} articles in {plan.release}",
        f"release {manifest.content.get('release_id')}",
    ]
    if plan.is_done():  # what was counted is gone
        return "\n".join(lines) + "\n"
    lines.insert(0, f"{seconds / max(pages, 1) * 1000:,.1f} milliseconds of the processor a page, {pages:,} pages")
    console = make_report_console()
    return render_parts(console, [_build_stages(stages), "", _build_pages(total), ""]) + "\n".join(lines) + "\n"


def _build_stages(stages: list[StageCounts]) -> Table:
    table = create_table("stage", ">tasks", ">processor seconds", ">seconds of all tasks")
    for stage in stages:
        counts = stage.counts
        table.add_row(stage.name, f"{stage.tasks:,}", f"{counts[CPU_SECONDS]:,.1f}", f"{counts[SECONDS]:,.1f}")
    return table


def _build_pages(total: Counter[str]) -> Table:
    """Return what became of all records of the files."""
    rows = {
        "articles": total["article/kept"] - total["article/duplicate"],
        "duplicates": total["article/duplicate"],
        **{f"rejected: {name}": number for name, number in _select(total, "rejected/")},
        "later or earlier fetches of a page": total["page/cleaned"] - total["page/new"],
        **{f"no page: {name}": number for name, number in _select(total, "skipped/")},
        "texts changed by what their sites repeat": total["settle/changed"],
    }
    table = create_table("pages", ">number")
    for name, number in rows.items():
        if number or name in ("articles", "duplicates"):
            table.add_row(name, f"{int(number):,}")
    return table


def _select(total: Counter[str], area: str) -> list[tuple[str, int]]:
    found = [(name.removeprefix(area), number) for name, number in total.items() if name.startswith(area)]
    return sorted(found, key=lambda one: (-one[1], one[0]))

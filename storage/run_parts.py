"""What the crawls of a shared run count, by site, until the run ends: a night of a fleet is one run.

    runs.begin         once: the run of all
    join_run           each crawl, when it begins
    merge_counts       each crawl, while it goes on and when it ends
    runs.end_shared    once: the row of the run gets the counts of all

The row of a run holds the counts of all its sites, megabytes of a large night. So each crawl adds to the rows of its
own sites in `run_part`, and the row of the run is written once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from storage.database.query_batches import split_for_queries
from storage.models import RunPart

# Beginnings of the names of stats that say how many there are in the store when they are counted.
GAUGES = ("address/waiting/", "discovery/waiting", "recheck/waiting", "listed/")

_TABLE = RunPart.__table__
_SET = (
    update(RunPart)
    .where(_TABLE.c.run_id == bindparam("run"), _TABLE.c.site == bindparam("at"))
    .values(counts=bindparam("merged"))
)


def join_run(connection: Connection, run: int, sites: Collection[str]) -> None:
    """Note that a crawl of these sites begins as a part of this run. It counts anew what is counted in the store.

    The crawls of other runs that had these sites see it (`load_begun`), also when this one has ended. What those have
    left that were killed before they counted anything is deleted.
    """
    _insert_missing(connection, run, sites)
    _tell_others(connection, run, sites)
    for some in split_for_queries(sorted(sites)):
        part = (_TABLE.c.run_id == run, _TABLE.c.site.in_(some))
        connection.execute(update(RunPart).where(*part).values(begun=_TABLE.c.begun + 1))
        for row in connection.execute(select(_TABLE.c.site, _TABLE.c.counts).where(*part)).all():
            kept = {stat: number for stat, number in row.counts.items() if not stat.startswith(GAUGES)}
            if kept != row.counts:
                connection.execute(_SET, {"run": run, "at": row.site, "merged": kept})


def load_begun(connection: Connection, sites: Collection[str] | None) -> set[tuple[str, int, int]]:
    """Return the site, the run, and how many crawls of the site have begun in it, for runs that have not ended.

    While this stays the same, no other crawl of these sites (None: of any) has begun.
    """
    question = select(_TABLE.c.site, _TABLE.c.run_id, _TABLE.c.begun)
    questions = (
        [question]
        if sites is None
        else [question.where(_TABLE.c.site.in_(some)) for some in split_for_queries(sorted(sites))]
    )
    return {(row.site, row.run_id, row.begun) for one in questions for row in connection.execute(one)}


def merge_counts(connection: Connection, run: int, counts: Mapping[str, Mapping[str, int]]) -> None:
    """Add what one crawl has counted to what the run has, by site and name of the stat.

    What is counted in the store, not in the crawl (GAUGES), replaces the number of before. Several may do so at once,
    and of one site, whose stories change with the pages of others.
    """
    _insert_missing(connection, run, counts.keys())
    rows: list[dict[str, Any]] = []
    for some in split_for_queries(sorted(counts)):
        question = select(_TABLE.c.site, _TABLE.c.counts).where(_TABLE.c.run_id == run, _TABLE.c.site.in_(some))
        for row in connection.execute(question.order_by(_TABLE.c.site).with_for_update()):
            merged = dict(row.counts)
            for stat, number in counts[row.site].items():
                merged[stat] = number if stat.startswith(GAUGES) else merged.get(stat, 0) + number
            rows.append({"run": run, "at": row.site, "merged": merged})
    if rows:
        connection.execute(_SET, rows)


def load_merged_counts(connection: Connection, run: int) -> dict[str, dict[str, int]]:
    """Return what the crawls of a run have counted that have ended so far, by site and name of the stat."""
    rows = connection.execute(select(_TABLE.c.site, _TABLE.c.counts).where(_TABLE.c.run_id == run))
    return {site: stats for site, stats in sorted((row.site, row.counts) for row in rows) if stats}


def forget_parts(connection: Connection, run: int) -> None:
    """Delete what the crawls of a run have counted. Nothing may be added any more."""
    connection.execute(delete(RunPart).where(_TABLE.c.run_id == run))


def _tell_others(connection: Connection, run: int, sites: Collection[str]) -> None:
    for some in split_for_queries(sorted(sites)):
        others = (_TABLE.c.site.in_(some), _TABLE.c.run_id != run, _TABLE.c.begun > 0)
        for row in connection.execute(select(_TABLE.c.site, _TABLE.c.run_id, _TABLE.c.counts).where(*others)).all():
            part = (_TABLE.c.site == row.site, _TABLE.c.run_id == row.run_id)
            if row.counts:
                connection.execute(update(RunPart).where(*part).values(begun=_TABLE.c.begun + 1))
            else:
                connection.execute(delete(RunPart).where(*part))


def _insert_missing(connection: Connection, run: int, sites: Collection[str]) -> None:
    """Insert the rows of sites that have none in this run; in the order of the sites, as every writer locks them."""
    if sites:
        insert = import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert
        rows = [{"run_id": run, "site": site, "begun": 0, "counts": {}} for site in sorted(sites)]
        connection.execute(insert(RunPart).on_conflict_do_nothing(), rows)

"""The series of numbers that the nights of each site make: recorded when a run ends, loaded to compare a night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from storage.models import Run, StoredArticle, StoredSiteNight
from storage.nights.from_articles import measure_articles
from storage.nights.from_counts import count_site_numbers

EARLIER_RUNS = 60  # runs from before nights were recorded of which the numbers of the counts are recorded
SPIDER = "articles"
_BATCH = 500  # rows that are fetched at a time
_WHOLE = "finished"
_NARROWED = ("address/waiting/over-limit", "address/waiting/before-since")  # by `limit` and `since`


class NightRow(NamedTuple):
    """The numbers of one site in one run. docs/health.md names them."""

    run: int
    site: str
    started_at: datetime
    numbers: dict[str, float]


def record_night(connection: Connection, run: int) -> None:
    """Record the numbers of each site in a run of `articles` that has ended; recording them again replaces them.

    Nothing is recorded of a run that was narrowed by its arguments, or that was killed: it has no counts.
    """
    stored = connection.execute(select(Run).where(Run.id == run, Run.spider == SPIDER)).one_or_none()
    if stored is None or stored.is_night is False or stored.ended_at is None:
        return
    by_site = measure_articles(connection, run)
    for site, number in _count_shared(connection, run).items():
        by_site.setdefault(site, {})["shared"] = number
    _insert(connection, stored.id, stored.started_at, stored.outcome, stored.counts, by_site)


def record_earlier_nights(connection: Connection) -> int:
    """Record what the counts of earlier runs tell, if no night is recorded yet; return the number of these runs.

    These are runs from before nights were recorded. Their pages are not read: a later run may have stored them again.
    """
    if connection.execute(select(func.count()).select_from(StoredSiteNight)).scalar_one():
        return 0
    question = select(Run.id, Run.started_at, Run.outcome, Run.counts).where(
        Run.spider == SPIDER, Run.is_night.is_(None), Run.ended_at.is_not(None)
    )
    rows = list(connection.execute(question.order_by(Run.id.desc()).limit(EARLIER_RUNS)))
    chosen = [row for row in rows if not any(stat in stats for stats in row.counts.values() for stat in _NARROWED)]
    for row in chosen:
        _insert(connection, row.id, row.started_at, row.outcome, row.counts, {})
    return len(chosen)


def load_nights(connection: Connection, *, last: int, site: str | None = None) -> list[NightRow]:
    """Return the nights of the last so many runs, of all sites or of one; the oldest first, then by site."""
    row = StoredSiteNight
    runs = select(row.run_id).distinct().order_by(row.run_id.desc()).limit(last)
    question = select(row.run_id, row.site, row.started_at, row.numbers)
    if site is not None:
        runs, question = runs.where(row.site == site), question.where(row.site == site)
    first = select(func.min(runs.subquery().c.run_id)).scalar_subquery()
    question = question.where(row.run_id >= first).order_by(row.run_id, row.site)
    return [NightRow(*found) for found in connection.execute(question)]


def iter_sites_nights(connection: Connection, *, last: int, until: int) -> Iterator[list[NightRow]]:
    """Yield the nights of each site of the last so many runs up to the run `until`, by site, the oldest first.

    Those of one site are in memory at a time.
    """
    row = StoredSiteNight
    runs = select(row.run_id).where(row.run_id <= until).distinct().order_by(row.run_id.desc()).limit(last)
    first = select(func.min(runs.subquery().c.run_id)).scalar_subquery()
    question = select(row.run_id, row.site, row.started_at, row.numbers).where(row.run_id >= first, row.run_id <= until)
    found = connection.execute(question.order_by(row.site, row.run_id), execution_options={"yield_per": _BATCH})
    for _, rows in groupby(found, key=lambda one: str(one.site)):
        yield [NightRow(*one) for one in rows]


def load_newest_nights(connection: Connection, *, since: datetime) -> list[NightRow]:
    """Return the newest night of each site that had one since then, by site."""
    row = StoredSiteNight
    newest = select(row.site, func.max(row.run_id).label("run_id")).group_by(row.site).subquery()
    question = select(row.run_id, row.site, row.started_at, row.numbers).join(
        newest, (newest.c.site == row.site) & (newest.c.run_id == row.run_id)
    )
    question = question.where(row.started_at >= since).order_by(row.site)
    return [NightRow(*found) for found in connection.execute(question)]


def _count_shared(connection: Connection, run: int) -> dict[str, int]:
    """Count the articles that other runs have stored since the last night: killed, narrowed, or of another spider."""
    earlier = select(func.max(StoredSiteNight.run_id)).where(StoredSiteNight.run_id < run)
    last: int | None = connection.execute(earlier).scalar()
    if last is None:
        return {}
    article = StoredArticle
    question = select(article.site, func.count()).where(
        article.run_id > last, article.run_id < run, article.rejected.is_(None)
    )
    return {row.site: row[1] for row in connection.execute(question.group_by(article.site))}


def _insert(
    connection: Connection,
    run: int,
    started_at: datetime,
    outcome: str | None,
    counts: dict[str, dict[str, int]],
    by_site: dict[str, dict[str, float]],
) -> None:
    connection.execute(delete(StoredSiteNight).where(StoredSiteNight.run_id == run))
    rows = [
        {
            "run_id": run,
            "site": site,
            "started_at": started_at,
            "numbers": count_site_numbers(site, stats, is_cut_off=outcome != _WHOLE) | by_site.get(site, {}),
        }
        for site, stats in sorted(counts.items())
        if site
    ]
    if rows:
        connection.execute(insert(StoredSiteNight), rows)

"""Measures the night of a run when it ends: counts what its sites listed as articles of the last day."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.run.session import Session
from storage.completeness.measure import SiteNight, measure_night
from storage.database.engine import open_for_reading


def count_night(session: Session, sites: Iterable[str]) -> None:
    """Add the night of each site to the counts of the run. Blocking: after the crawl."""
    for night in session.retry_storage(lambda: _measure(session, sites)):
        for stat, number in night.to_counts().items():
            session.counts.add(night.site, stat, number)


def _measure(session: Session, sites: Iterable[str]) -> list[SiteNight]:
    with open_for_reading(session.engine) as connection:
        return [measure_night(connection, site, session.run) for site in sites]

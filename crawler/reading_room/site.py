"""What the page of a site shows: its memory, findings, nights, hours of publication, and newest articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from crawler.reading_room.overview import ListedArticle
from crawler.sites.site import match_name
from crawler.views.sites import RULES
from storage.completeness.measure import SiteNight
from storage.frontier.addresses import AddressKind, AddressState
from storage.models import Address, StoredArticle
from storage.nights.findings import Finding, load_findings
from storage.runs import load_last_runs
from storage.site_memory.memories import load_keep_rules, load_repeated_blocks
from storage.site_memory.observations import list_sites
from storage.site_memory.site_report import SiteCounts, TextPosition, count_site, find_text_positions

_BLOCKS, _TEMPLATES, _NIGHTS, _NEWEST = 30, 500, 30, 20
_TIMED = 2_000  # newest articles whose hours are counted, and whose sources
_ROW = StoredArticle.__table__.c


@dataclass(frozen=True, slots=True)
class ShownSite:
    """What is known of a site. `hours` counts its newest articles by the hour of publication by its own clock."""

    counts: SiteCounts
    blocks: Sequence[Row[Any]]  # that repeat, those on most articles
    has_more_blocks: bool
    keep_rules: Mapping[int, str]  # fingerprint of a block that the operator keeps -> its text
    positions: Sequence[TextPosition]  # where the text of its newest articles stands
    findings: Sequence[Finding]
    nights: Sequence[tuple[datetime, SiteNight]]  # the newest first
    sources: Mapping[str, int]  # of its newest fetched addresses, how many each source was the first to name
    hours: Mapping[int, int]
    newest: Sequence[ListedArticle]


def read_site(connection: Connection, name: str) -> ShownSite:
    """Return what is known of a site. Raise UnknownSite where the store holds no page of it."""
    site = match_name(list_sites(connection), name, where="in the store")
    nights = [
        (run.started_at, night)
        for run in load_last_runs(connection, _NIGHTS)
        if site in run.counts and (night := SiteNight.from_counts(site, run.counts[site])) is not None
    ]
    times = connection.execute(
        select(_ROW.published_at, _ROW.published_offset)
        .where(_ROW.site == site, _ROW.published_at.is_not(None), _ROW.rejected.is_(None))
        .order_by(_ROW.published_at.desc())
        .limit(_TIMED)
    )
    hours = Counter((at + timedelta(minutes=offset or 0)).hour for at, offset in times)
    when = func.coalesce(_ROW.published_at, _ROW.fetched_at)
    newest = connection.execute(
        select(_ROW.id, _ROW.title, _ROW.site, when)
        .where(_ROW.site == site, _ROW.rejected.is_(None))
        .order_by(_ROW.published_at.desc().nulls_last(), _ROW.id)
        .limit(_NEWEST)
    )
    blocks = load_repeated_blocks(connection, site, _BLOCKS + 1)
    return ShownSite(
        counts=count_site(connection, site, RULES),
        blocks=blocks[:_BLOCKS],
        has_more_blocks=len(blocks) > _BLOCKS,
        keep_rules=load_keep_rules(connection, site),
        positions=find_text_positions(connection, site, _TEMPLATES),
        findings=load_findings(connection, site=site),
        nights=nights,
        sources=_count_sources(connection, site),
        hours={hour: hours[hour] for hour in range(24)} if hours else {},
        newest=[ListedArticle(*row) for row in newest],
    )


def _count_sources(connection: Connection, site: str) -> dict[str, int]:
    """Return how many of the newest fetched addresses of articles each source was the first to name, most first."""
    row = Address
    fetched = (row.site == site, row.state == AddressState.DONE, row.kind == AddressKind.ARTICLE)
    newest = select(row.source).where(*fetched).order_by(row.rank, row.id).limit(_TIMED)
    return dict(Counter(connection.scalars(newest)).most_common())

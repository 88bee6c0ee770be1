"""Measure a night: what the sources of a site listed as articles of the last day, and what became of it.

An article is of the last day if its source dates it so, or, without a date, if it was first offered in this run. One
that was stored and dates itself earlier is `older`, and does not count as listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from storage.articles.saving import make_article_id
from storage.completeness.capture_recapture import TotalEstimate, estimate_total
from storage.frontier.addresses import AddressKind, AddressState
from storage.frontier.listings import DECLARED, LINKS, NAMES, SITEMAPS, SourceKind
from storage.models import Address, Run, StoredArticle

DAY = timedelta(days=1)
# Pairs of lists for the estimate: the first pair of which both have an article is taken.
_PAIRS = ((LINKS, DECLARED), (SourceKind.FEED, SITEMAPS))
_LOOKUP = 500  # ids a query: SQLite allows 32,766 variables, older builds 999
_BATCH = 1_000  # rows that are fetched at a time
_AREA = "listed/"
_STORED, _OLDER, _PART = "stored", "older", "part"
_OUTCOMES = {AddressState.REFUSED: "refused", AddressState.GONE: "failed", AddressState.FAILED: "failed"}


@dataclass(frozen=True, slots=True)
class SiteNight:
    """One site in one run. All numbers are of articles of the last day.

    `outcomes` counts them by "stored", "waiting", "refused/<reason>", "failed/<reason>" and "rejected/<reason>", and
    those that were found to be "older", which are not part of `listed`.
    """

    site: str
    listed: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    by_source: Counter[str] = field(default_factory=Counter)
    estimate: TotalEstimate | None = None

    @property
    def stored(self) -> int:
        return self.outcomes[_STORED]

    @property
    def share(self) -> float | None:
        """The share of the listed articles that is stored; None if none is listed."""
        return self.stored / self.listed if self.listed else None

    def count(self, kind: str) -> int:
        """Return the number of articles with this outcome, whatever its reason."""
        return sum(number for name, number in self.outcomes.items() if name.partition("/")[0] == kind)

    def to_counts(self) -> dict[str, int]:
        """Return the stats by which a run's row keeps the night."""
        counts = {f"{_AREA}night": 1, f"{_AREA}articles": self.listed}  # a count of 0 is not kept, the first one is
        counts |= {f"{_AREA}{name}": number for name, number in sorted(self.outcomes.items())}
        counts |= {f"{_AREA}by/{name}": number for name, number in sorted(self.by_source.items())}
        if self.estimate is not None:
            counts |= {f"{_AREA}estimate/{name}": number for name, number in self.estimate._asdict().items()}
        return counts

    @classmethod
    def from_counts(cls, site: str, stats: Mapping[str, int]) -> SiteNight | None:
        """Read what `to_counts` returned; None if the stats of the site hold no such night."""
        found = {stat.removeprefix(_AREA): number for stat, number in stats.items() if stat.startswith(_AREA)}
        if "night" not in found:
            return None
        del found["night"]
        listed = found.pop("articles", 0)
        estimated = {name: found.pop(f"estimate/{name}", None) for name in TotalEstimate._fields}
        numbers = [number for number in estimated.values() if number is not None]
        sources = {name.removeprefix("by/"): number for name, number in found.items() if name.startswith("by/")}
        outcomes = {name: number for name, number in found.items() if not name.startswith("by/")}
        estimate = TotalEstimate(*numbers) if len(numbers) == len(estimated) else None
        return cls(site, listed, Counter(outcomes), Counter(sources), estimate)


def measure_night(connection: Connection, site: str, run: int) -> SiteNight:
    """Measure what the sources of a site listed as articles of the day before this run."""
    started_at = connection.execute(select(Run.started_at).where(Run.id == run)).scalar_one()
    since = started_at - DAY
    outcomes: Counter[str] = Counter()
    lists: Counter[SourceKind] = Counter()  # number of articles by all their sources
    for rows in _iter_listed(connection, site, run, since):
        older = _find_older(connection, rows, since)
        for row in rows:
            outcome = _OLDER if row.url in older else _find_outcome(row)
            if outcome is None:
                continue
            outcomes[outcome] += 1
            if outcome != _OLDER:
                lists[SourceKind(row.listed_by)] += 1
    by_source = {name: number for one, name in NAMES.items() if (number := _count_in(lists, one))}
    return SiteNight(site, lists.total(), outcomes, Counter(by_source), _estimate(lists))


def _iter_listed(connection: Connection, site: str, run: int, since: datetime) -> Iterator[list[Row[Any]]]:
    """Yield batches of the listed articles of the last day."""
    row = Address
    last = 0
    is_new = or_(row.changed_at >= since, and_(row.changed_at.is_(None), row.first_run == run))
    columns: list[Any] = [row.id, row.url, row.state, row.reason, row.fetched_at, row.first_fetched_at, row.listed_by]
    question = select(*columns).where(row.site == site, row.kind == AddressKind.ARTICLE, row.listed_by != 0, is_new)
    while rows := list(connection.execute(question.where(row.id > last).order_by(row.id).limit(_BATCH))):
        yield rows
        last = rows[-1].id


def _find_older(connection: Connection, rows: list[Row[Any]], since: datetime) -> set[str]:
    """Return the addresses of those that are stored and that their own page dates earlier."""
    names = {make_article_id(row.url): row.url for row in rows if row.state == AddressState.DONE}
    ordered = sorted(names)
    found: set[str] = set()
    for start in range(0, len(ordered), _LOOKUP):
        some = ordered[start : start + _LOOKUP]
        question = select(StoredArticle.id).where(StoredArticle.id.in_(some), StoredArticle.published_at < since)
        found.update(names[name] for name in connection.scalars(question))
    return found


def _find_outcome(row: Row[Any]) -> str | None:
    """Return what became of an address; None if it is no article, but a further part of one."""
    if row.reason == _PART:
        return None
    if row.state == AddressState.DONE:
        return f"rejected/{row.reason}" if row.reason else _STORED
    if row.first_fetched_at is not None:
        return _STORED  # and missing, or due for another look
    if (kind := _OUTCOMES.get(row.state)) is not None:
        return f"{kind}/{row.reason or 'unknown'}"
    return "waiting" if row.fetched_at is None or row.reason else _STORED  # it is stored, and due for another look


def _count_in(lists: Counter[SourceKind], one: SourceKind) -> int:
    return sum(number for listing, number in lists.items() if listing & one)


def _estimate(lists: Counter[SourceKind]) -> TotalEstimate | None:
    for one, other in _PAIRS:
        first, second = _count_in(lists, one), _count_in(lists, other)
        both = sum(number for listing, number in lists.items() if listing & one and listing & other)
        if (estimate := estimate_total(first, second, both)) is not None:
            return estimate
    return None

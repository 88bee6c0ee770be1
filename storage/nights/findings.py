"""The findings of the sites' nights: stored when they are new, kept while they last, closed when they heal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, update

from storage.models import StoredFinding

ACCEPTED = "accepted"  # in the evidence of a finding that was taken for usual


class Finding(NamedTuple):
    """What was found of a site's nights, from when it was first seen until it healed.

    `sentence` tells what, with the numbers; `advice` what to do about it. `first_seen`, `last_seen` and `healed_at` are
    the beginnings of runs. Before the day `muted_until` it is not told.
    """

    site: str
    name: str
    sentence: str
    advice: str
    evidence: dict[str, Any]
    first_seen: datetime
    first_run: int
    last_seen: datetime
    last_run: int
    healed_at: datetime | None = None
    healed_run: int | None = None
    muted_until: date | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether it lasted so long that it was taken for usual, and closed."""
        return bool(self.evidence.get(ACCEPTED))

    def is_muted(self, day: date) -> bool:
        """Return whether it is not told on this day."""
        return self.muted_until is not None and day < self.muted_until


_COLUMNS = [getattr(StoredFinding, name) for name in Finding._fields]


def load_findings(connection: Connection, *, open_only: bool = True, site: str | None = None) -> list[Finding]:
    """Return the findings, by site, name and the run that saw them first; those that have healed unless `open_only`."""
    question = select(*_COLUMNS).order_by(StoredFinding.site, StoredFinding.name, StoredFinding.first_run)
    if open_only:
        question = question.where(StoredFinding.healed_at.is_(None))
    if site is not None:
        question = question.where(StoredFinding.site == site)
    return [Finding(*row) for row in connection.execute(question)]


def list_sites_of_findings(connection: Connection) -> list[str]:
    """Return the sites that ever had a finding, by name."""
    return list(connection.scalars(select(StoredFinding.site).distinct().order_by(StoredFinding.site)))


def mute_finding(connection: Connection, site: str, name: str, until: date | None) -> bool:
    """Mute the open finding of this name until a day; None tells it again. Return whether there is such a finding."""
    statement = update(StoredFinding).where(
        StoredFinding.site == site, StoredFinding.name == name, StoredFinding.healed_at.is_(None)
    )
    return connection.execute(statement.values(muted_until=until)).rowcount > 0

"""The findings of the sites' nights: stored when they are new, kept while they last, closed when they heal."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, update

from storage.models import StoredFinding

# In the evidence of a finding that was closed without being healed.
ACCEPTED = "accepted"  # taken for usual
LEFT = "left"  # its site left sites.toml
# In the evidence of a finding that opened while it was muted, until it is told; then the run that told it.
UNTOLD, TOLD_IN = "untold", "told_in"


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

    @property
    def told_in(self) -> int:
        """The run that was the first to tell it: later than `first_run` if it was muted before."""
        return int(self.evidence.get(TOLD_IN, self.first_run))

    @property
    def has_left(self) -> bool:
        """Whether it was closed because its site is listed no longer."""
        return bool(self.evidence.get(LEFT))

    def is_open_in(self, run: int) -> bool:
        """Return whether something was wrong with the site in this run."""
        ended = self.healed_run is not None and self.healed_run <= run
        return not self.is_accepted and self.first_run <= run and not ended

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


def close_findings_of_left_sites(connection: Connection, run: int, now: datetime, listed: Collection[str]) -> None:
    """Close the open findings of all sites that are not `listed` any more."""
    for finding in load_findings(connection):
        if finding.site not in listed:
            evidence = finding.evidence | {LEFT: True}
            statement = update(StoredFinding).where(
                StoredFinding.site == finding.site,
                StoredFinding.name == finding.name,
                StoredFinding.first_run == finding.first_run,
            )
            connection.execute(statement.values(healed_at=now, healed_run=run, evidence=evidence))


def mute_finding(connection: Connection, site: str, name: str, until: date | None) -> bool:
    """Mute the open finding of this name until a day; None tells it again. Return whether there is such a finding."""
    statement = update(StoredFinding).where(
        StoredFinding.site == site, StoredFinding.name == name, StoredFinding.healed_at.is_(None)
    )
    return connection.execute(statement.values(muted_until=until)).rowcount > 0

"""Sort the findings by what they were in a night: new, still open, healed, or muted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.night_report.record import Findings, ReportedFinding
from storage.nights.findings import Finding, load_findings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crawler.night_report.series import Night


def load_findings_of(connection: Connection, night: Night) -> Findings:
    """Return the findings as they stood after this night."""
    runs = {run.id for run in night.runs}
    first, last = min(runs), max(runs)
    found = [one for one in load_findings(connection, open_only=False) if one.first_run <= last]
    still_open = [one for one in found if one.healed_run is None or one.healed_run > last]
    told = [one for one in still_open if not one.is_muted(night.day)]
    return Findings(
        new=tuple(_report(one) for one in told if one.first_run >= first),
        persisting=tuple(_report(one) for one in told if one.first_run < first),
        healed=tuple(_report(one) for one in found if one.healed_run in runs),
        muted=tuple(_report(one) for one in still_open if one.is_muted(night.day)),
    )


def _report(one: Finding) -> ReportedFinding:
    return ReportedFinding(
        one.site, one.name, one.sentence, one.advice, one.first_seen, one.last_seen, one.healed_at, one.muted_until
    )

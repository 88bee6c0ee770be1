"""Compare the night of each site in a run with its past, and store what is new, what lasts and what has healed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Update, delete, insert, select, update

from crawler.health.causes import GIVES_NOTHING
from crawler.health.course import Course, follow_course
from crawler.health.holidays import find_factors
from crawler.health.reading import Reading
from storage.models import Run, StoredFinding
from storage.nights.findings import (
    ACCEPTED,
    TOLD_IN,
    UNTOLD,
    Finding,
    close_findings_of_left_sites,
    load_findings,
)
from storage.nights.series import iter_sites_nights, record_earlier_nights, record_night
from storage.runs import record_night_facts

LAST_RUNS = 100  # whose nights are read: 60 to compare with, and those with findings between them
FACTOR_RUNS = 40  # of which it is found out what is usual on a weekday
_BEFORE = "sentence_before"  # in the evidence of a finding that was taken for usual


class Health(NamedTuple):
    """The findings of a run, by site and name; those that are muted stand in `muted` alone."""

    new: tuple[Finding, ...] = ()
    persisting: tuple[Finding, ...] = ()
    healed: tuple[Finding, ...] = ()  # also those that were taken for usual, which say so
    muted: tuple[Finding, ...] = ()  # open, and not to be told

    @property
    def excused_sites(self) -> set[str]:
        """The sites of which it was told in an earlier night that they give nothing."""
        return {one.site for one in (*self.persisting, *self.muted) if one.name in GIVES_NOTHING}


def close_run(
    connection: Connection,
    run: int,
    now: datetime,
    *,
    is_night: bool,
    notices: Iterable[tuple[str, str, str]],
    listed: Collection[str] | None,
) -> Health:
    """Record the nights of a run whose end is stored, and return what is found of them.

    `is_night` and `notices` as `record_night_facts` takes them. `listed` are the sites of sites.toml: the findings of
    others are closed; None closes none.
    """
    record_night_facts(connection, run, is_night=is_night, notices=notices)
    record_earlier_nights(connection)
    record_night(connection, run)
    if listed is not None:
        close_findings_of_left_sites(connection, run, now, listed)
    return check_health(connection, run)


def check_health(connection: Connection, run: int) -> Health:
    """Judge the nights of a run, which `record_night` has recorded, and return what is found of them.

    Judging the newest run again gives the same. Of a run whose nights are not recorded nothing is found.
    """
    stored = connection.execute(select(Run.started_at, Run.notices).where(Run.id == run)).one_or_none()
    if stored is None:
        return Health()
    _forget(connection, run)
    findings: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in load_findings(connection, open_only=False):
        findings[finding.site].append(finding)

    def is_odd(site: str, night: int) -> bool:
        return any(finding.is_open_in(night) for finding in findings.get(site, ()))

    factors = find_factors(iter_sites_nights(connection, last=FACTOR_RUNS, until=run), is_odd)
    courses: dict[str, Course] = {}
    for rows in iter_sites_nights(connection, last=LAST_RUNS, until=run):
        site = rows[0].site
        if rows[-1].run == run:
            notices = None
            if stored.notices is not None:  # else the run was killed before it told them
                notices = [(kind, text) for name, kind, text in stored.notices if name == site]
            courses[site] = follow_course(rows, findings[site], notices, factors)
    for site, course in courses.items():
        _store(connection, site, run, stored.started_at, findings[site], course)
    return load_health(connection, run)


def load_health(connection: Connection, run: int, *, since: int | None = None) -> Health:
    """Return what `check_health` found of a run that was the last one that it judged.

    `since` is the first run of the same night, if an interruption has made several of it: what these found is new, too.
    """
    started_at = connection.execute(select(Run.started_at).where(Run.id == run)).scalar_one_or_none()
    if started_at is None:
        return Health()
    first = run if since is None else since
    findings = load_findings(connection, open_only=False)
    muted = [finding for finding in findings if finding.is_muted(started_at.date())]
    told = [finding for finding in findings if finding not in muted]
    return Health(
        tuple(finding for finding in told if finding.told_in >= first and finding.healed_run is None),
        tuple(one for one in told if one.told_in < first and one.last_run == run and one.healed_run is None),
        tuple(one for one in told if one.told_in < first and one.healed_run is not None and one.healed_run >= first),
        tuple(finding for finding in muted if finding.healed_run is None),
    )


def load_excused_sites(connection: Connection, run: int) -> set[str]:
    """Return the sites of which it was told before this run that they give nothing, and that still do."""
    return {one.site for one in load_findings(connection) if one.name in GIVES_NOTHING and one.first_run < run}


def _forget(connection: Connection, run: int) -> None:
    """Take back what was stored of a run that is judged again."""
    connection.execute(delete(StoredFinding).where(StoredFinding.first_run == run))
    for finding in load_findings(connection, open_only=False):
        if finding.healed_run == run and not finding.has_left:
            evidence = {name: value for name, value in finding.evidence.items() if name not in (ACCEPTED, _BEFORE)}
            sentence = finding.evidence.get(_BEFORE, finding.sentence)
            values = {"healed_at": None, "healed_run": None, "sentence": sentence, "evidence": evidence}
            connection.execute(_change(finding).values(**values))


def _store(
    connection: Connection, site: str, run: int, started_at: datetime, findings: Sequence[Finding], course: Course
) -> None:
    by_name = {finding.name: finding for finding in findings if finding.healed_run is None}
    for name in course.kept:
        finding = by_name[name]
        evidence = dict(finding.evidence)
        if not finding.is_muted(started_at.date()) and evidence.pop(UNTOLD, False):
            evidence[TOLD_IN] = run
        values = {"last_seen": started_at, "last_run": run, "evidence": evidence}
        connection.execute(_change(finding).values(**values))
    for name in course.healed:
        connection.execute(_change(by_name[name]).values(healed_at=started_at, healed_run=run))
    for name in course.accepted:
        finding = by_name[name]
        evidence = finding.evidence | {ACCEPTED: True, _BEFORE: finding.sentence}
        sentence = f"{finding.sentence}; so since {finding.first_seen:%Y-%m-%d}: taken for its usual from now on"
        values = {"healed_at": started_at, "healed_run": run, "sentence": sentence, "evidence": evidence}
        connection.execute(_change(finding).values(**values))
    for reading in course.opened:
        row = _open(site, run, started_at, reading, _find_mute(findings, reading.name))
        connection.execute(insert(StoredFinding).values(**row._asdict()))


def _change(finding: Finding) -> Update:
    key = (StoredFinding.site == finding.site, StoredFinding.name == finding.name)
    return update(StoredFinding).where(*key, StoredFinding.first_run == finding.first_run)


def _find_mute(findings: Sequence[Finding], name: str) -> date | None:
    """Return until when a finding that comes again is muted: as it was before it healed."""
    return max((one.muted_until for one in findings if one.name == name and one.muted_until), default=None)


def _open(site: str, run: int, started_at: datetime, reading: Reading, muted_until: date | None) -> Finding:
    is_untold = muted_until is not None and started_at.date() < muted_until
    return Finding(
        site,
        reading.name,
        reading.sentence,
        reading.advice,
        dict(reading.evidence) | ({UNTOLD: True} if is_untold else {}),
        started_at,
        run,
        started_at,
        run,
        muted_until=muted_until,
    )

"""The course of a site's findings from night to night: opened, kept, healed, taken for usual.

A finding is opened when a test finds something that no graver finding explains, and told then. It stays open, and is
not told again, until one night is clearly usual or two in a row are. What it stays open for LONGEST nights of the site
is its usual from then on: that is told once, the finding is closed, and later nights are compared with those since it
was first seen. The findings that say that a site gives nothing at all are never usual.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crawler.health.causes import GIVES_NOTHING, drop_explained
from crawler.health.judge_site import judge_night
from crawler.health.look import Look
from crawler.health.notice_findings import read_notices
from crawler.health.reading import Reading, State
from crawler.run.notices import FAILURE_KINDS
from storage.nights.findings import Finding
from storage.nights.series import NightRow

LONGEST = 30  # nights of the site
_LONGEST = {"template": 7}  # a new template whose texts are right needs nothing
_NEVER_USUAL = GIVES_NOTHING | {*FAILURE_KINDS, "javascript"}


@dataclass(frozen=True)
class Course:
    """What a night makes of the findings of a site."""

    opened: list[Reading] = field(default_factory=list)
    kept: dict[str, Reading] = field(default_factory=dict)  # the state of what is open still, by name
    healed: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)


def follow_course(
    rows: Sequence[NightRow],
    findings: Iterable[Finding],
    notices: Iterable[Sequence[str]] | None,
    factors: Mapping[int, float],
) -> Course:
    """Return what the last of these nights of a site makes of its findings, which are those of the nights before it."""
    known = list(findings)
    opened = {finding.name: finding for finding in known if finding.healed_run is None}
    look = Look(*_choose_nights(rows, known), factors)
    readings = judge_night(look)
    is_whole = not look.numbers.get("cut_off")
    readings |= {reading.name: reading for reading in read_notices(notices, is_whole=is_whole)}
    course = Course()
    for name, finding in sorted(opened.items()):
        reading = readings.get(name, Reading(name, State.UNKNOWN))
        age = sum(row.run >= finding.first_run for row in rows)
        if reading.state is State.CLEARLY_USUAL or (reading.is_usual and _was_usual(look, name)):
            course.healed.append(name)
        elif age > _LONGEST.get(name, LONGEST) and name not in _NEVER_USUAL:
            course.accepted.append(name)
        else:
            course.kept[name] = reading
    found = [name for name, reading in readings.items() if reading.state is State.FOUND and name not in opened]
    new = drop_explained(found, [*course.kept, *course.accepted])
    course.opened.extend(readings[name] for name in sorted(new))
    return course


def _choose_nights(
    rows: Sequence[NightRow], findings: Sequence[Finding]
) -> tuple[Sequence[NightRow], int, frozenset[int]]:
    """Return the nights since what was taken for usual last, the index of the last, and the runs with a finding."""
    start = max((finding.first_run for finding in findings if finding.is_accepted), default=0)
    chosen = [row for row in rows if row.run >= start]
    excluded = {row.run for row in chosen for finding in findings if finding.is_open_in(row.run)}
    return chosen, len(chosen) - 1, frozenset(excluded)


def _was_usual(look: Look, name: str) -> bool:
    """Return whether the night before was usual by this test."""
    if look.index < 2:
        return False
    reading = judge_night(look.at(look.index - 1)).get(name)
    return reading is not None and reading.is_usual

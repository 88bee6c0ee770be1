"""Learns for each site which differences between addresses make no other page, from pairs whose pages were compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from storage.frontier.same_pages.twin_forms import PARAMETER, SLUG, TWIN_MARKS, find_differences, is_presumed_idle
from storage.models import TwinEvidence

_RULES = select(TwinEvidence.difference, TwinEvidence.is_same).where(TwinEvidence.site == bindparam("site"))
NEEDED = 3  # pages that must agree before a parameter is ignored
_MAX_KEPT = 12  # pieces of evidence for one difference; contradictions are always kept
_MAX_CHARACTERS = 64  # of a difference: TwinEvidence.difference


@dataclass(frozen=True, slots=True)
class TwinRules:
    """What is known of a site's addresses."""

    ignored: frozenset[str] = frozenset()  # differences that were learnt to make no other page
    refuted: frozenset[str] = frozenset()  # differences that were seen to make another page

    def are_twins(self, one: str, other: str) -> bool:
        """Whether two addresses show the same page, as far as is known."""
        differences = find_differences(one, other)
        return differences is not None and all(self._is_idle(one, other, difference) for difference in differences)

    def _is_idle(self, one: str, other: str, difference: str) -> bool:
        if difference in self.refuted:
            return False
        if difference in TWIN_MARKS or difference in self.ignored:
            return True
        return difference.startswith(PARAMETER) and is_presumed_idle(one, other, difference)


def load_rules(connection: Connection, site: str) -> TwinRules:
    """Return what was learnt: three pages agree on a difference that is ignored, and none contradicts."""
    rows = connection.execute(_RULES, {"site": site}).all()
    refuted = frozenset(row.difference for row in rows if not row.is_same)
    agreeing = Counter(row.difference for row in rows if row.is_same)
    learnt = (name for name, count in agreeing.items() if count >= NEEDED and name.startswith((PARAMETER, SLUG)))
    return TwinRules(frozenset(learnt) - refuted, refuted)


def record_evidence(connection: Connection, site: str, difference: str, remainder: int, *, is_same: bool) -> bool:
    """Record whether two addresses showed the same page; return whether this changes what is known of the site.

    `remainder` is what they share. A contradiction stays, whatever comes later: to ask twice costs less than a page
    that is never asked for.
    """
    if len(difference) > _MAX_CHARACTERS:
        return False
    of_difference = (TwinEvidence.site == site, TwinEvidence.difference == difference)
    rows = connection.execute(select(TwinEvidence.remainder, TwinEvidence.is_same).where(*of_difference)).all()
    if any(not row.is_same for row in rows):
        return False
    known = {row.remainder for row in rows}
    if is_same and (remainder in known or len(known) >= _MAX_KEPT):
        return False
    if remainder in known:
        connection.execute(
            update(TwinEvidence).where(*of_difference, TwinEvidence.remainder == remainder).values(is_same=False)
        )
    else:
        row = {"site": site, "difference": difference, "remainder": remainder, "is_same": is_same}
        connection.execute(insert(TwinEvidence).values(row))
    return not is_same or len(known) + 1 == NEEDED

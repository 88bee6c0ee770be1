"""A night of a site seen from its past: which nights it may be compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from statistics import median

from storage.nights.series import NightRow

MOST_NIGHTS = 60  # that a night is compared with: the newest
_DAY = timedelta(days=1)
_USUAL_GAP = (0.6, 1.6)  # of the usual time between two nights; another night has more or fewer articles by that alone


def find_weekday(moment: datetime, newest: datetime) -> int:
    """Return the weekday of a night, by how many days it was before the newest one, to the nearest day.

    A clock that is put forward, or a timer that is late, moves a night over midnight in UTC. Its weekday stays.
    """
    return (newest.weekday() + round((moment - newest) / _DAY)) % 7


@dataclass(frozen=True)
class Look:
    """The night at `index` of `rows`, which are those of one site, the oldest first.

    `excluded` are the runs in which something was wrong with the site: no night is compared with them. `factors` are
    the shares of their usual articles that most sites had in a run: below 1 on a holiday.
    """

    rows: Sequence[NightRow]
    index: int
    excluded: frozenset[int] = frozenset()
    factors: Mapping[int, float] = field(default_factory=dict)

    @property
    def night(self) -> NightRow:
        return self.rows[self.index]

    @property
    def numbers(self) -> dict[str, float]:
        return self.night.numbers

    @property
    def factor(self) -> float:
        return self.factors.get(self.night.run, 1.0)

    @property
    def weekday(self) -> int:
        return self.weekday_of(self.night)

    def weekday_of(self, row: NightRow) -> int:
        """Return the weekday of a night of the site, as `find_weekday` counts it from the newest one."""
        return find_weekday(row.started_at, self.rows[-1].started_at)

    @cached_property
    def past(self) -> list[NightRow]:
        """The nights to compare with. The first night of a site is none of them: it finds what was there before."""
        usable = [row for row in self.rows[1 : self.index] if row.run not in self.excluded]
        return usable[-MOST_NIGHTS:]

    @cached_property
    def regular_past(self) -> list[NightRow]:
        """Those of them whose numbers of articles may be compared."""
        runs = {row.run for row in self.past}
        indexes = [index for index in range(1, self.index) if self.rows[index].run in runs]
        return [self.rows[index] for index in indexes if self._is_regular(index)]

    @property
    def is_regular(self) -> bool:
        """Whether it may be compared by numbers of articles: a whole night, as long after the last as usual."""
        return self._is_regular(self.index)

    def at(self, index: int) -> Look:
        """Return the look at another night of the same site."""
        return replace(self, index=index)

    @cached_property
    def _gap(self) -> timedelta:
        starts = [row.started_at for row in self.rows[max(0, self.index - MOST_NIGHTS) : self.index + 1]]
        gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(starts)]
        return timedelta(seconds=median(gaps) if gaps else 0)

    def _is_regular(self, index: int) -> bool:
        if index < 1:
            return False
        before, night = self.rows[index - 1], self.rows[index]
        if night.numbers.get("cut_off") or before.numbers.get("cut_off"):
            return False
        gap = night.started_at - before.started_at
        return self._gap * _USUAL_GAP[0] <= gap <= self._gap * _USUAL_GAP[1]

"""How many articles a night is expected to bring, by weekday: a negative binomial distribution.

The rate of a weekday is (sum of its nights + w × mean of all nights) / (number of its nights + w), with w = 3, and 0.5
for a weekday that had a night without any article: a paper without an issue on Sundays is known after one Sunday. A
single large night counts as three times the median and 5 more at most. The variance is rate + spread × rate²: the
spread is what the nights show beyond chance, at least 0.08, and more for a weekday of which few nights are known.
Nights without any article beyond what this lets expect make a share of their own: a paper that publishes every other
day. Up to two weekdays that mostly have none are a weekly rhythm, and do not count for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, median

from crawler.health.look import Look
from crawler.health.probability import negative_binomial_high, negative_binomial_low
from storage.nights.series import NightRow

LEAST_NIGHTS = 6
_LEAST_SPREAD = 0.08
_MOST_SPREAD = 4.0
LEAST_IDLE = 0.05  # a lower share is chance
_ERRORS = 2.0  # by which the share of idle nights is taken higher than it was seen
_MOSTLY, _MOST_EMPTY_WEEKDAYS = 0.8, 2
_OF_ALL, _OF_ALL_EMPTY = 3.0, 0.5  # nights: the weight of the mean of all in the rate of a weekday

Value = Callable[[NightRow], int]


@dataclass(frozen=True, slots=True)
class Expectation:
    """The rates of the weekdays that are known, the spread of nights around them, and the nights behind it."""

    rates: dict[int, float]
    spreads: dict[int, float]  # the variance of a weekday is rate + spread × rate²
    idle: float  # the share of nights that bring nothing, whatever is expected of them
    values: tuple[int, ...]
    zero_weekdays: frozenset[int]  # weekdays on which a night brought nothing

    def rate(self, look: Look) -> float | None:
        """Return the number expected on the night of this look; None if its weekday is not known."""
        rate = self.rates.get(look.weekday)
        return None if rate is None else rate * look.factor

    def low(self, count: int, look: Look) -> float:
        """Return the probability of `count` articles or fewer in the night of this look."""
        rate = self.rate(look) or 0.0
        return self.idle + (1 - self.idle) * negative_binomial_low(count, rate, 1 / self._spread(look))

    def high(self, count: int, look: Look) -> float:
        """Return the probability of `count` articles or more in the night of this look."""
        return negative_binomial_high(count, self.rate(look) or 0.0, 1 / self._spread(look))

    def _spread(self, look: Look) -> float:
        return self.spreads.get(look.weekday, _MOST_SPREAD)


def expect(look: Look, value: Value) -> Expectation | None:
    """Return what the nights before this one let expect; None if there are fewer than LEAST_NIGHTS."""
    rows = look.regular_past
    if len(rows) < LEAST_NIGHTS:
        return None
    values = [value(row) for row in rows]
    most = 3 * median(values) + 5
    by_weekday: defaultdict[int, list[float]] = defaultdict(list)
    for row, number in zip(rows, values, strict=True):
        by_weekday[look.weekday_of(row)].append(min(number, most))
    mean = fmean(min(number, most) for number in values)
    weights = {day: _OF_ALL if min(some) else _OF_ALL_EMPTY for day, some in by_weekday.items()}
    rates = {day: (sum(some) + weights[day] * mean) / (len(some) + weights[day]) for day, some in by_weekday.items()}
    beyond = sum((number - rates[day]) ** 2 - rates[day] for day, some in by_weekday.items() for number in some)
    squares = sum(rates[day] ** 2 * len(some) for day, some in by_weekday.items())
    spread = min(max(beyond / squares if squares else 0.0, _LEAST_SPREAD), _MOST_SPREAD)
    zeros = frozenset(day for day, some in by_weekday.items() if min(some) == 0)
    # The rate of a weekday is the less sure, the fewer of its nights are known.
    spreads = {
        day: spread + (spread + 1 / max(rates[day], 1.0)) / (len(some) + weights[day])
        for day, some in by_weekday.items()
    }
    return Expectation(rates, spreads, _find_idle_share(by_weekday, rates, 1 / spread), tuple(values), zeros)


def _find_idle_share(by_weekday: Mapping[int, list[float]], rates: Mapping[int, float], shape: float) -> float:
    empty = [day for day, some in by_weekday.items() if some.count(0) >= _MOSTLY * len(some)]
    rhythm = empty if len(empty) <= _MOST_EMPTY_WEEKDAYS else []
    days = [day for day in by_weekday if day not in rhythm]
    nights = sum(len(by_weekday[day]) for day in days)
    beyond = sum(
        by_weekday[day].count(0) - len(by_weekday[day]) * negative_binomial_low(0, rates[day], shape) for day in days
    )
    share = min(max(0.0, beyond / nights), 1.0) if nights else 0.0
    return 0.0 if share < LEAST_IDLE else min(share + _ERRORS * sqrt(share * (1 - share) / nights), 0.95)

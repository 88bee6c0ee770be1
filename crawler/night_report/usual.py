"""Compare a number of a night with the nights before: what is usual, and what is clearly not.

Usual is the median of the nights before. A number is clearly above or below it if it is more than FAR robust standard
deviations (1.4826 times the median absolute deviation) away. The deviation is taken as at least a tenth of what is
usual, and for counts at least its square root, which is the deviation of a count of independent events.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import sqrt
from statistics import median

from crawler.night_report.record import Compared

LEAST_USUAL = 3  # nights from which on a median is shown
LEAST_MARKED = 7  # nights from which on a number may be marked as unusual
FAR = 3.5
_SHARES = ("completeness", "share_cut", "no_date", "no_author")


def compare(values: Sequence[float | None], *, is_share: bool = False) -> Compared:
    """Compare the last of the values, one a night, with those before it."""
    value = values[-1] if values else None
    before = [number for number in values[:-1] if number is not None]
    if len(before) < LEAST_USUAL:
        return Compared(value)
    usual = median(before)
    if value is None or len(before) < LEAST_MARKED:
        return Compared(value, usual)
    deviation = 1.4826 * median(abs(number - usual) for number in before)
    floor = 0.02 if is_share else max(1.0, sqrt(max(usual, 0.0)))
    z = (value - usual) / max(deviation, 0.1 * usual, floor)
    return Compared(value, usual, 0 if abs(z) <= FAR else 1 if z > 0 else -1)


@cache
def is_share(name: str) -> bool:
    """Return whether a number of a night is a share from 0 to 1."""
    return name in _SHARES or name.startswith(("share_cut/", "language/"))

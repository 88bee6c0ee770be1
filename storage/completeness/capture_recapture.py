"""Estimate how many articles there are from two lists of them: what both have tells how much both miss."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import NamedTuple

_NORMAL_95 = 1.96  # standard deviations


class TotalEstimate(NamedTuple):
    """An estimate of a total, and its interval of 95 %."""

    value: int
    low: int
    high: int


def estimate_total(first: int, second: int, both: int) -> TotalEstimate | None:
    """Return the estimated total, seen or not; None if one of the lists is empty.

    `first` and `second` are the lengths of two lists, `both` the number of articles on both. The estimate is that of
    Lincoln and Petersen in the form of D. G. Chapman (Some properties of the hypergeometric distribution with
    applications to zoological sample censuses, 1951), its variance that of G. A. F. Seber (The effects of trap response
    on tag recapture estimates, Biometrics 26, 1970). The interval is log-normal in the number of articles that neither
    list has (A. Chao, Biometrics 45, 1989, after K. P. Burnham): it never begins below what was seen.

    The estimate assumes that the lists are independent: being on one makes an article neither more nor less likely to
    be on the other. Lists of one newsroom are not: what is on both by design makes the estimate too low.
    """
    if not first or not second:
        return None
    seen = first + second - both
    total = (first + 1) * (second + 1) / (both + 1) - 1
    unseen = max(total - seen, 0.0)
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    if unseen == 0.0 or variance == 0.0:
        return TotalEstimate(seen, seen, seen)
    factor = exp(_NORMAL_95 * sqrt(log(1 + variance / unseen**2)))
    return TotalEstimate(round(total), round(seen + unseen / factor), round(seen + unseen * factor))

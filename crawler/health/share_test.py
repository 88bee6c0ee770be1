"""The test of a share: k of n tonight, against the shares of the nights before.

The share usual before is p = (sum of k + 0.5) / (sum of n + 1). Each night's share is taken as a draw from a beta
distribution around it, as wide as the nights before show (its weight lies between 4 and 25 observations), so the number
of a night is beta-binomial. Found: its upper tail < 1e-5, and at least `rise` above p, and above the highest share of
any night before with 3 or more, and k >= 4. Or the same of two nights in a row, with their upper tails multiplied.
Where a night has few, the nights up to it are taken together until there are 8, at most 7 nights. At least 5 nights
with 15 observations must be known.

Usual again: at most half of the rise above p; at once if at most 0.1 above it with 5 or more observations, else in two
nights. Where a night has fewer than 3, the last 7 are taken together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.health.look import Look
from crawler.health.probability import beta_binomial_high
from crawler.health.reading import State
from storage.nights.series import NightRow

LEAST_NIGHTS, LEAST_OBSERVATIONS = 5, 15
_CHANCE = 1e-5
_LEAST_COUNT = 4
_WINDOW, _ENOUGH = 7, 8
_LIGHTEST, _HEAVIEST = 4.0, 25.0
_FEW = 3  # observations; of a night with fewer the share says little
_CLEAR, _CLEAR_OBSERVATIONS = 0.1, 5

Part = Callable[[NightRow], tuple[int, int]]  # how many, of how many


@dataclass(frozen=True, slots=True)
class ShareReading:
    """The state of a share, and the numbers behind it: `count` of `of` in the last `nights`, usually `usual`."""

    state: State
    count: int = 0
    of: int = 0
    nights: int = 1
    usual: float = 0.0
    chance: float = 1.0


@dataclass(frozen=True, slots=True)
class _Usual:
    share: float
    weight: float
    highest: float


def read_share(look: Look, part: Part, *, rise: float) -> ShareReading:
    """Test whether the share of a night is higher than usual by `rise` or more."""
    count, of = part(look.night)
    usual = _learn(look, part)
    if usual is None:
        return ShareReading(State.UNKNOWN)
    best = ShareReading(_compare(look, part, usual, rise), count, of, 1, usual.share)
    if (lasting := _read_two_nights(look, part, rise)) is not None:
        return lasting
    for nights, (some, all_) in ((1, (count, of)), *_widen(look, part)):
        known = usual if nights == 1 else _learn(look.at(look.index - nights + 1), part)
        if known is None or not of or count / of < known.share + rise / 2:
            break
        if some < _LEAST_COUNT or some / all_ < max(known.share + rise, known.highest + 0.02):
            continue
        chance = beta_binomial_high(some, all_, known.share, known.weight)
        if chance < _CHANCE:
            return ShareReading(State.FOUND, some, all_, nights, known.share, chance)
    return best


def _read_two_nights(look: Look, part: Part, rise: float) -> ShareReading | None:
    """Return the reading of this night and the one before, if both together are too unlikely."""
    if look.index < 2 or look.rows[look.index - 1].run in look.excluded:
        return None
    before = look.at(look.index - 1)
    usual = _learn(before, part)
    pairs = (part(before.night), part(look.night))
    if usual is None or any(some < _LEAST_COUNT or some / of < usual.share + rise for some, of in pairs):
        return None
    chance = 1.0
    for some, of in pairs:
        chance *= beta_binomial_high(some, of, usual.share, usual.weight)
    count, of = (sum(numbers) for numbers in zip(*pairs, strict=True))
    if chance >= _CHANCE or count / of < usual.highest + 0.02:
        return None
    return ShareReading(State.FOUND, count, of, 2, usual.share, chance)


def _learn(look: Look, part: Part) -> _Usual | None:
    """Return what the nights before this one show; None if they are too few."""
    pairs = [pair for pair in map(part, look.past) if pair[1]]
    of = sum(pair[1] for pair in pairs)
    if len(pairs) < LEAST_NIGHTS or of < LEAST_OBSERVATIONS:
        return None
    share = (sum(pair[0] for pair in pairs) + 0.5) / (of + 1)
    chi = sum((count - number * share) ** 2 / (number * share * (1 - share)) for count, number in pairs)
    likeness = max(0.0, (chi - len(pairs)) / max(of - len(pairs), 1))  # within a night, beyond chance
    weight = min(max(1 / likeness - 1 if likeness else _HEAVIEST, _LIGHTEST), _HEAVIEST)
    highest = max((count / number for count, number in pairs if number >= _FEW), default=0.0)
    return _Usual(share, weight, highest)


def _widen(look: Look, part: Part) -> list[tuple[int, tuple[int, int]]]:
    """Return the numbers of the last nights together, of windows that have enough; none if this night has."""
    count, of = part(look.night)
    for nights in range(2, _WINDOW + 1):
        index = look.index - nights + 1
        if of >= _ENOUGH or index < 1 or look.rows[index].run in look.excluded:
            break
        more = part(look.rows[index])
        count, of = count + more[0], of + more[1]
        if of >= _ENOUGH or nights == _WINDOW:
            return [(nights, (count, of))]
    return []


def _compare(look: Look, part: Part, usual: _Usual, rise: float) -> State:
    count, of = part(look.night)
    index = look.index - 1
    while of < _FEW and index > max(0, look.index - _WINDOW):
        more = part(look.rows[index])
        count, of = count + more[0], of + more[1]
        index -= 1
    if of < _FEW:
        return State.UNKNOWN
    share = count / of
    if share > usual.share + rise / 2:
        return State.ODD
    is_clear = of >= _CLEAR_OBSERVATIONS and share <= usual.share + _CLEAR
    return State.CLEARLY_USUAL if is_clear else State.USUAL

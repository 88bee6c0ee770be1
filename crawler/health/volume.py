"""Tests of the number of new articles: silent, drop, flood.

silent   k nights in a row without one. P = product of the probabilities of 0 of these nights < 0.003 where they are two
         or three, else < 0.0003; for a site that is idle in some nights < 0.00001. And either k is more than ever
         before, or no night of this weekday was without one. Usual again: half of the rate, or two nights with any.
drop     two nights in a row below half of their rate, both together below 0.4 of it and lower than any two before;
         product of their lower tails < 1e-4; at least 10 expected. Usual again: two nights with 0.7 of the rate.
flood    four times the rate, which is 2 or more, twice the most of any night before, 30 more than the rate; upper tail
         < 1e-6. Usual again: not more than twice the rate.

The rates are those of crawler/health/expectation.py, of at least 6 nights; 20 for silent and flood of a site that is
idle in some nights. A night that was cut off, or that came much sooner or later after the last than usual, is not
judged. Where most sites have fewer articles than usual, as on a holiday, so many fewer are expected of each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from crawler.health.expectation import LEAST_IDLE, Expectation, expect
from crawler.health.look import Look
from crawler.health.reading import Reading, State
from crawler.health.wording import format_amount
from crawler.terminal.numbers import count_things
from storage.nights.series import NightRow

SILENT, DROP, FLOOD = "silent", "drop", "flood"
_FEW_NIGHTS_CHANCE, _SILENT_CHANCE, _IDLE_CHANCE = 3e-3, 3e-4, 1e-5
_FEW_NIGHTS = (2, 3)
_DROP_CHANCE, _FLOOD_CHANCE = 1e-4, 1e-6
_IDLE_NIGHTS = 20  # that must be known of a site that is idle in some
_BACK, _SOME_BACK = 0.5, 0.7  # of the rate, from which on a silent site, or one with fewer articles, is as usual
_LOW, _LOW_TOGETHER, _LEAST_TOGETHER = 0.5, 0.4, 10.0
_FLOOD_TIMES, _FLOOD_MORE, _LEAST_FLOODED = 4.0, 30, 2.0


def count_new(row: NightRow) -> int:
    """Return how many articles are new in a night, with those that killed or narrowed runs stored before it."""
    numbers = row.numbers
    new = numbers.get("stored", 0) + numbers.get("duplicates", 0) - numbers.get("updated", 0)
    return max(0, round(new + numbers.get("shared", 0)))


def read_volume(look: Look) -> list[Reading]:
    """Return the readings of these tests."""
    return [_read_silence(look), _read_drop(look), _read_flood(look)]


def find_low_run(look: Look, is_low: Callable[[int], bool]) -> int:
    """Return the index of the first of the nights in a row, up to this one, for which `is_low` holds."""
    start = look.index
    while start > 1 and is_low(start - 1) and look.rows[start - 1].run not in look.excluded:
        start -= 1
    return start


def _read_silence(look: Look) -> Reading:
    new = count_new(look.night)
    if not look.is_regular and not new:
        return Reading(SILENT, State.UNKNOWN)
    if new:
        expected = expect(look, count_new)
        rate = expected.rate(look) if expected is not None else None
        is_clear = rate is None or new >= _BACK * rate
        return Reading(SILENT, State.CLEARLY_USUAL if is_clear else State.USUAL)
    start = find_low_run(look, lambda index: look.at(index).is_regular and not count_new(look.rows[index]))
    expected = expect(look.at(start), count_new)
    if expected is None:
        return Reading(SILENT, State.UNKNOWN)
    chance, usual = 1.0, 0.0
    for index in range(start, look.index + 1):
        if (rate := expected.rate(look.at(index))) is not None:
            chance *= expected.low(0, look.at(index))
            usual += rate
    nights = look.index - start + 1
    longest = _find_longest_silence(look.rows[:start])
    is_new_here = look.weekday in expected.rates and look.weekday not in expected.zero_weekdays
    least = _FEW_NIGHTS_CHANCE if nights in _FEW_NIGHTS else _SILENT_CHANCE
    if expected.idle >= LEAST_IDLE:
        least = _IDLE_CHANCE if len(expected.values) >= _IDLE_NIGHTS else 0.0
    if chance >= least or not (nights > longest or is_new_here):
        return Reading(SILENT, State.ODD if usual >= 1 else State.UNKNOWN)
    when = "tonight" if nights == 1 else f"for {count_things(nights, 'night')}"
    return Reading(
        SILENT,
        State.FOUND,
        f"no new article {when} (usually {format_amount(usual)} in this time)",
        f"look at its front page; if it publishes, check its url and feeds in sites.toml: "
        f"scrapy sites check {look.night.site}",
        {"nights": nights, "usual": round(usual, 1), "chance": chance},
    )


def _find_longest_silence(rows: Sequence[NightRow]) -> int:
    longest = current = 0
    for row in rows[1:]:
        current = 0 if count_new(row) else current + 1
        longest = max(longest, current)
    return longest


def _read_drop(look: Look) -> Reading:
    if not look.is_regular or look.index < 2:
        return Reading(DROP, State.UNKNOWN)
    before = look.at(look.index - 1)
    expected = expect(before, count_new)
    first, second = (None, None) if expected is None else (expected.rate(before), expected.rate(look))
    if expected is None or first is None or second is None:
        return Reading(DROP, State.UNKNOWN)
    rates = (first, second)
    counts = (count_new(before.night), count_new(look.night))
    if counts[1] >= _SOME_BACK * rates[1]:
        return Reading(DROP, State.USUAL)
    is_low = all(count < _LOW * rate for count, rate in zip(counts, rates, strict=True))
    together, usual = sum(counts), sum(rates)
    chance = expected.low(counts[0], before) * expected.low(counts[1], look)
    is_found = (
        is_low
        and before.is_regular
        and before.night.run not in look.excluded
        and usual >= _LEAST_TOGETHER
        and together < _LOW_TOGETHER * usual
        and chance < _DROP_CHANCE
        and together / usual < _find_lowest_pair(before, expected)
    )
    if not is_found:
        return Reading(DROP, State.ODD)
    return Reading(
        DROP,
        State.FOUND,
        f"{together} new articles in 2 nights (usually {format_amount(usual)})",
        f"see which of its sources lists less: scrapy sites check {look.night.site}",
        {"new": together, "usual": round(usual, 1), "chance": chance},
    )


def _find_lowest_pair(look: Look, expected: Expectation) -> float:
    """Return the lowest share of their rates that two nights in a row had."""
    found = [
        (count_new(one) + count_new(other)) / usual
        for one, other in pairwise(look.regular_past)
        if (usual := sum(expected.rates[look.weekday_of(row)] for row in (one, other)))
    ]
    return min(found, default=1.0)


def _read_flood(look: Look) -> Reading:
    expected = expect(look, count_new)
    rate = None if expected is None else expected.rate(look)
    if expected is None or rate is None or not look.is_regular:
        return Reading(FLOOD, State.UNKNOWN)
    new = count_new(look.night)
    if new <= 2 * rate:
        return Reading(FLOOD, State.CLEARLY_USUAL)
    chance = expected.high(new, look)
    is_many = new >= _FLOOD_TIMES * rate and new >= rate + _FLOOD_MORE and new >= 2 * max(expected.values)
    is_known = rate >= _LEAST_FLOODED and (expected.idle < LEAST_IDLE or len(expected.values) >= _IDLE_NIGHTS)
    if not is_many or not is_known or chance >= _FLOOD_CHANCE:
        return Reading(FLOOD, State.ODD)
    return Reading(
        FLOOD,
        State.FOUND,
        f"{new:,} new articles (usually {format_amount(rate)})",
        f"if they are old, leave out the list that names them (exclude = [...] in its entry of sites.toml); "
        f"scrapy sites check {look.night.site} shows its lists",
        {"new": new, "usual": round(rate, 1), "chance": chance},
    )

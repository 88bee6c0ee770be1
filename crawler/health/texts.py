"""Tests of texts: shorter, longer, more-cut, template.

shorter, longer   z of ln(median length) = (value - median) / sqrt((1.4826 MAD)² + 0.08² + (1.25 s / sqrt(n))²), where
                  s is the spread of the night's lengths and n their number. |z| > 5, and below 0.6 of the usual length
                  or above 1.7 times it; n >= 3. Usual again: within 0.75 and 1.4 times.
more-cut          z of the share of characters that is cut, with 1.4826 MAD and 0.04 in place of the above: z > 5, 0.25
                  more than usual, and 1.3 times the usual characters of an article. Usual again: at most 0.12 more.
template          the share test (share_test.py) of articles whose text stands in an element that no night before had:
                  0.5 more than usual.

Of each at least 5 nights with 3 articles or more must be known.
"""

from __future__ import annotations

from math import exp, log, sqrt
from statistics import median

from crawler.health.look import Look
from crawler.health.reading import Reading, State
from crawler.health.share_test import read_share
from crawler.health.shares import TEMPLATE, describe_count, make_evidence
from crawler.health.wording import format_amount, format_share
from storage.nights.series import NightRow

SHORTER, LONGER, MORE_CUT = "shorter", "longer", "more-cut"
LEAST_NIGHTS, LEAST_ARTICLES = 5, 3
_Z = 5.0
_MAD = 1.4826  # times the median absolute deviation is the standard deviation of a normal distribution
_MEDIAN_ERROR = 1.25  # of a median, in standard errors of a mean
_LENGTH_FLOOR, _CUT_FLOOR = 0.08, 0.04
_SHORT, _SHORT_BACK, _LONG, _LONG_BACK = 0.6, 0.75, 1.7, 1.4
_MORE_CUT, _MORE_CUT_BACK, _MORE_CHARACTERS = 0.25, 0.12, 1.3
_PLACE = "place/"


def read_texts(look: Look) -> list[Reading]:
    """Return the readings of these tests."""
    return [*_read_length(look), _read_cut(look), _read_places(look)]


def _select(look: Look, name: str) -> list[float] | None:
    """Return the values of the nights before; None if they are too few, or this night has too few articles."""
    rows = [row for row in (*look.past, look.night) if row.numbers.get("articles", 0) >= LEAST_ARTICLES]
    if len(rows) <= LEAST_NIGHTS or rows[-1] is not look.night or name not in look.numbers:
        return None
    values = [row.numbers[name] for row in rows[:-1] if name in row.numbers]
    return values if len(values) >= LEAST_NIGHTS else None


def _measure_spread(values: list[float]) -> tuple[float, float]:
    """Return the median, and the standard deviation by the median absolute deviation."""
    middle = median(values)
    return middle, _MAD * median(abs(value - middle) for value in values)


def _read_length(look: Look) -> list[Reading]:
    lengths = _select(look, "median_length")
    if lengths is None:
        return [Reading(SHORTER, State.UNKNOWN), Reading(LONGER, State.UNKNOWN)]
    numbers = look.numbers
    usual, spread = _measure_spread([log(length + 1) for length in lengths])
    error = _MEDIAN_ERROR * numbers.get("length_spread", 0.0) / sqrt(numbers["articles"])
    distance = log(numbers["median_length"] + 1) - usual
    z, ratio = distance / sqrt(spread**2 + _LENGTH_FLOOR**2 + error**2), exp(distance)
    evidence: dict[str, float | str] = {
        "length": numbers["median_length"],
        "usual": round(exp(usual) - 1),
        "z": round(z, 1),
    }
    words = (
        f"its articles have {format_amount(numbers['median_length'])} characters in the middle "
        f"(usually {format_amount(round(exp(usual) - 1))})"
    )
    advice = f"look at one: scrapy show URL; scrapy sites check {look.night.site} shows what is kept and cut of three"
    gate = (
        f"look at one by scrapy show URL, and in a browser: if a gate hides the rest, cookies in the entry of "
        f"{look.night.site} in sites.toml may open it; scrapy sites check {look.night.site} shows what is kept and cut "
        f"of three"
    )
    short, long = State.USUAL, State.USUAL
    if ratio < _SHORT and z < -_Z:
        short = State.FOUND
    elif ratio < _SHORT_BACK:
        short = State.ODD
    if ratio > _LONG and z > _Z:
        long = State.FOUND
    elif ratio > _LONG_BACK:
        long = State.ODD
    return [
        Reading(SHORTER, short, f"{words}: a part of the text may be missing", gate, evidence),
        Reading(LONGER, long, f"{words}: something else may have come into the text", advice, evidence),
    ]


def _read_cut(look: Look) -> Reading:
    shares = _select(look, "share_cut")
    if shares is None:
        return Reading(MORE_CUT, State.UNKNOWN)
    usual, spread = _measure_spread(shares)
    more = look.numbers["share_cut"] - usual
    z = more / sqrt(spread**2 + _CUT_FLOOR**2)
    is_less_kept = _measure_cut(look.night) < _MORE_CHARACTERS * median(map(_measure_cut, look.past))
    if more < _MORE_CUT or z <= _Z or is_less_kept:  # where less is kept, and no more is cut, the texts are shorter
        return Reading(MORE_CUT, State.USUAL if more <= _MORE_CUT_BACK else State.ODD)
    rule = _find_rule(look)
    return Reading(
        MORE_CUT,
        State.FOUND,
        f"{format_share(look.numbers['share_cut'])} of its text is cut (usually {format_share(usual)}), "
        f"most of it by {rule}",
        f"see what is cut: scrapy sites show {look.night.site}; scrapy sites keep {look.night.site} TEXT keeps a block",
        {"share": look.numbers["share_cut"], "usual": round(usual, 4), "z": round(z, 1), "rule": rule},
    )


def _measure_cut(row: NightRow) -> float:
    """Return about how many characters are cut of an article."""
    share = min(row.numbers.get("share_cut", 0.0), 0.99)
    return row.numbers.get("median_length", 0.0) * share / (1 - share)


def _find_rule(look: Look) -> str:
    """Return the rule that cuts most beyond what it usually does."""
    start = "share_cut/"
    names = sorted(name for name in look.numbers if name.startswith(start))
    usual = {name: median([row.numbers.get(name, 0.0) for row in look.past]) for name in names}
    return max(names, key=lambda name: look.numbers[name] - usual[name]).removeprefix(start)


def _read_places(look: Look) -> Reading:
    # An element counts as known from the nights before each night, so that the share of new ones before is honest.
    known: set[str] = set()
    new: dict[int, int] = {}
    past = {row.run for row in look.past}
    for row in look.rows[: look.index + 1]:
        places = {name: share for name, share in row.numbers.items() if name.startswith(_PLACE)}
        articles = row.numbers.get("articles", 0)
        new[row.run] = round(sum(share for name, share in places.items() if name not in known) * articles)
        if row.run in past or row is look.rows[0]:
            known.update(places)

    def count(row: NightRow) -> tuple[int, int]:
        return new[row.run], round(row.numbers.get("articles", 0))

    found = read_share(look, count, rise=0.5)
    if found.state is not State.FOUND:
        return Reading(TEMPLATE, found.state)
    place = max(
        sorted(name for name in look.numbers if name.startswith(_PLACE)),
        key=lambda name: look.numbers[name],
    ).removeprefix(_PLACE)
    return Reading(
        TEMPLATE,
        State.FOUND,
        f"{describe_count(found, 'articles stand in an element that no page had before')}, most of them in "
        f"{place or 'one without a class or an id'}: the site has a new template",
        f"see whether the texts are whole: scrapy sites check {look.night.site}; if not, text, remove, author and "
        f"published in its entry of sites.toml name what stands where (scrapy explain URL shows what is cut)",
        make_evidence(found) | {"place": place},
    )

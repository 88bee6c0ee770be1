"""Tests of access: unreachable, refused, robots-closed, on-hold, slow.

unreachable     no answer at all, though something was asked for; also in the first night of a site
refused         no list and no page was read, and half or more of the addresses were refused (401, 402, 403, 407, 451);
                also in the first night. Another test of it, of articles alone, is in shares.py
robots-closed   robots.txt forbids every list of a site, of which lists were read in 0.8 of 3 nights or more; or, by the
                share test, it forbids addresses of articles, 0.4 more than usual
on-hold         hosts on hold, in at most a tenth of 6 nights or more before, and so few new articles that their lower
                tail (volume.py) is below 0.05
slow            seconds an answer: z of the logarithm > 5 and 4 times the usual, two nights in a row, each of 10 answers
                and 300 seconds or more; 6 such nights before. Usual again: below twice the usual.
"""

from __future__ import annotations

from math import exp, log, sqrt
from statistics import median

from crawler.failures.refusals import REFUSAL_ADVICE, REFUSED_REASONS
from crawler.health.expectation import expect
from crawler.health.look import Look
from crawler.health.reading import Reading, State
from crawler.health.share_test import read_share
from crawler.health.shares import REFUSED, describe_count, make_evidence
from crawler.health.volume import count_new
from crawler.health.wording import format_amount
from storage.nights.series import NightRow

UNREACHABLE, ROBOTS_CLOSED, ON_HOLD, SLOW = "unreachable", "robots-closed", "on-hold", "slow"
_LEAST_NIGHTS, _MOSTLY = 3, 0.8
# What a host has said at some time: that it may not be asked, or not yet.
_ANSWERS = ("/robots", "/retry-after", "/http-429")
_HOLD_NIGHTS, _RARELY, _HOLD_CHANCE = 6, 0.1, 0.05
_SLOW_NIGHTS, _SLOW_Z, _SLOW_TIMES, _SLOW_BACK, _SLOW_FLOOR = 6, 5.0, 4.0, 2.0, 0.2
_LEAST_ANSWERS, _LEAST_SECONDS = 10, 300


def read_access(look: Look) -> list[Reading]:
    """Return the readings of these tests."""
    return [read_reach(look), read_refusals(look), _read_robots(look), _read_holds(look), _read_speed(look)]


def _has_mostly(look: Look, name: str) -> bool:
    """Return whether enough nights are known, and most of them have this number."""
    having = sum(bool(row.numbers.get(name)) for row in look.past)
    return len(look.past) >= _LEAST_NIGHTS and having >= _MOSTLY * len(look.past)


def read_reach(look: Look) -> Reading:
    """Return whether a site gave any answer. It needs no past: a host that is down is down."""
    numbers = look.numbers
    if numbers.get("answers"):
        return Reading(UNREACHABLE, State.CLEARLY_USUAL)
    reasons = sorted(
        {
            name.partition("/")[2].removeprefix("robots-")
            for name in numbers
            if name.startswith(("failed/", "lists_failed/", "held/")) and not name.endswith(_ANSWERS)
        }
    )
    if not reasons:
        return Reading(UNREACHABLE, State.UNKNOWN)
    return Reading(
        UNREACHABLE,
        State.FOUND,
        f"it gave no answer at all ({', '.join(reasons)})",
        f"open it in a browser; if it is up: scrapy sites check {look.night.site}; it is asked again when its hold "
        f"ends (scrapy holds)",
        {"reasons": ", ".join(reasons)},
    )


def read_refusals(look: Look) -> Reading:
    """Return whether a site refuses all that is asked of it. It needs no past: its server has said so."""
    numbers = look.numbers
    if numbers.get("lists_read") or numbers.get("fetched"):
        return Reading(REFUSED, State.CLEARLY_USUAL)
    failures = {name: number for name, number in numbers.items() if name.startswith(("failed/", "lists_failed/"))}
    refusals = {name: number for name, number in failures.items() if name.partition("/")[2] in REFUSED_REASONS}
    refused, asked = sum(refusals.values()), sum(failures.values())
    if not refused or 2 * refused < asked:
        return Reading(REFUSED, State.UNKNOWN)
    reasons = ", ".join(sorted({name.partition("/")[2] for name in refusals}))
    sentence = (
        f"its server refuses us: {refused:,.0f} of {asked:,.0f} addresses answered with {reasons}, and none had a page"
    )
    return Reading(REFUSED, State.FOUND, sentence, REFUSAL_ADVICE, {"count": refused, "of": asked, "reason": reasons})


def _count_forbidden(row: NightRow) -> tuple[int, int]:
    forbidden = round(row.numbers.get("failed/robots", 0))
    return forbidden, forbidden + round(row.numbers.get("fetched", 0))


def _read_robots(look: Look) -> Reading:
    numbers = look.numbers
    advice = f"its robots.txt is obeyed: ask the publisher for permission, or take {look.night.site} out of sites.toml"
    if numbers.get("lists_failed/robots") and not numbers.get("lists_read"):
        if not _has_mostly(look, "lists_read"):
            return Reading(ROBOTS_CLOSED, State.ODD)
        lists = numbers["lists_failed/robots"]
        sentence = f"its robots.txt forbids its front page and its lists now ({lists:.0f} of them; none before)"
        return Reading(ROBOTS_CLOSED, State.FOUND, sentence, advice, {"lists": lists})
    found = read_share(look, _count_forbidden, rise=0.4)
    if found.state is State.FOUND:
        sentence = f"its robots.txt forbids {describe_count(found, 'addresses of articles')}"
        return Reading(ROBOTS_CLOSED, State.FOUND, sentence, advice, make_evidence(found))
    is_open = bool(numbers.get("lists_read")) and found.state in (State.UNKNOWN, State.CLEARLY_USUAL, State.USUAL)
    return Reading(ROBOTS_CLOSED, State.CLEARLY_USUAL if is_open else State.UNKNOWN)


def _read_holds(look: Look) -> Reading:
    held = look.numbers.get("held", 0)
    if not held:
        return Reading(ON_HOLD, State.CLEARLY_USUAL if look.numbers.get("answers") else State.UNKNOWN)
    nights = sum(bool(row.numbers.get("held")) for row in look.past)
    expected = expect(look, count_new)
    rate = None if expected is None else expected.rate(look)
    if len(look.past) < _HOLD_NIGHTS or expected is None or rate is None:
        return Reading(ON_HOLD, State.UNKNOWN)
    new = count_new(look.night)
    if nights > _RARELY * len(look.past) or expected.low(new, look.at(look.index)) >= _HOLD_CHANCE:
        return Reading(ON_HOLD, State.ODD)
    reasons = sorted(name.partition("/")[2] for name in look.numbers if name.startswith("held/"))
    return Reading(
        ON_HOLD,
        State.FOUND,
        f"it is on hold ({', '.join(reasons)}), with {new} new articles (usually {format_amount(rate)})",
        "see until when: scrapy holds; a longer delay in its entry of sites.toml (delay = 5) may keep it from asking "
        "for time",
        {"new": new, "usual": round(rate, 1), "reasons": ", ".join(reasons)},
    )


def _measure_pace(row: NightRow) -> float | None:
    """Return the seconds for each answer of a night; None if it is too short to say."""
    answers, seconds = row.numbers.get("answers", 0), row.numbers.get("seconds", 0)
    return seconds / answers if answers >= _LEAST_ANSWERS and seconds >= _LEAST_SECONDS else None


def _read_speed(look: Look) -> Reading:
    before = look.at(look.index - 1) if look.index > 1 else look
    # Quick nights are too short for a pace of their own: they are the quickest that would be measured.
    paces = [
        row.numbers.get("seconds", 0) / answers
        for row in before.past
        if (answers := row.numbers.get("answers", 0)) >= _LEAST_ANSWERS
    ]
    pace, pace_before = _measure_pace(look.night), _measure_pace(before.night)
    if len(paces) < _SLOW_NIGHTS or look.numbers.get("answers", 0) < _LEAST_ANSWERS:
        return Reading(SLOW, State.UNKNOWN)
    logs = [log(one + 0.01) for one in paces]
    usual = median(logs)
    spread = sqrt((1.4826 * median(abs(one - usual) for one in logs)) ** 2 + _SLOW_FLOOR**2)
    if pace is None or pace < _SLOW_BACK * exp(usual):
        return Reading(SLOW, State.USUAL)
    if pace_before is None or before is look:
        return Reading(SLOW, State.ODD)
    least = min(log(pace), log(pace_before)) - usual
    if least < log(_SLOW_TIMES) or least / spread <= _SLOW_Z:
        return Reading(SLOW, State.ODD)
    return Reading(
        SLOW,
        State.FOUND,
        f"an answer takes {format_amount(pace)} seconds (usually {format_amount(exp(usual))})",
        f"see what holds it up: scrapy holds, a Crawl-delay in its robots.txt, scrapy sites check {look.night.site}",
        {"seconds": round(pace, 1), "usual": round(exp(usual), 1)},
    )

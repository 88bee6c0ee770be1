"""Test of gates that show the beginning of each article, as an overlay that asks for consent: walls.

walls   the articles are shorter (found by texts.py), and one of these: questions for consent have 0.2 more of the text
        than usual; or the new articles are copies (found by shares.py), at most twice as many as on any night before: a
        flood of copies adds addresses, a gate stands at those of the news. Usual again: as long as usual.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from crawler.health.look import Look
from crawler.health.reading import Reading, State
from crawler.health.shares import DUPLICATES, WALL_ADVICE, WALLS
from crawler.health.texts import SHORTER
from crawler.health.volume import count_new
from crawler.health.wording import format_share

_CONSENT = "share_cut/consent"
_MORE_CONSENT = 0.2
_MOST_TIMES = 2


def read_gates(look: Look, readings: Mapping[str, Reading]) -> Reading:
    """Return what the `readings` of other tests say together of a gate before the articles."""
    shorter, copies = readings[SHORTER], readings[DUPLICATES]
    if shorter.state not in (State.FOUND, State.ODD):
        return Reading(WALLS, State.UNKNOWN)  # the share of walls says whether it is usual
    lengths = shorter.sentence.partition(": ")[0]
    usual = median([row.numbers.get(_CONSENT, 0.0) for row in look.past]) if look.past else 0.0
    consent = look.numbers.get(_CONSENT, 0.0)
    if consent >= usual + _MORE_CONSENT:
        what = f"{format_share(consent)} of what its pages show asks for consent (usually {format_share(usual)})"
    elif copies.state is State.FOUND and count_new(look.night) <= _MOST_TIMES * max(map(count_new, look.past)):
        what = copies.sentence.partition(": ")[0]
    else:
        return Reading(WALLS, State.ODD)
    if shorter.state is State.ODD:
        return Reading(WALLS, State.ODD)
    return Reading(
        WALLS,
        State.FOUND,
        f"{lengths}, and {what}: a consent wall, a log-in or another gate stands before the rest of each article",
        WALL_ADVICE.format(site=look.night.site),
        dict(shorter.evidence) | {"consent": consent},
    )

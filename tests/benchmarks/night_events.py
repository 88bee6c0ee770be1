"""What happens to the papers of the thirty nights, and what must be told of it."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import NamedTuple

from night_runs import Night
from servers.night_press.changes import CHANGES
from servers.night_press.press import Event
from servers.night_press.stories import PAPERS, RHYTHMS, Rhythm

from storage.nights.findings import Finding

# The scenario of the night desk. Two papers stay as they are.
ISSUE = (
    Event("abendpost", "silent", "stale", 12),
    Event("journal", "javascript", "shell", 15),
    Event("bladet", "feed", "404", 17),
    Event("diario", "template", "redesign", 18),
    Event("corriere", "dates", "now", 20),
    Event("dagblad", "robots", "all", 21),
    Event("courier", "duplicates", "same", 24),
    Event("quotidien", "consent", "text", 26),
)
_FIRST, _LAST = 11, 26  # between these nights an event of a drawn scenario begins
_IN_TIME = 2  # nights with news, from the first of the event on, by which it must be told


class Expected(NamedTuple):
    """What is right to tell of an event: one of `names`, with an advice that has one of the words of `advice`.

    `also` names what is true besides, and is no false finding.
    """

    names: tuple[str, ...]
    advice: str
    also: tuple[str, ...] = ()


EXPECTED = {
    "silent": Expected(("silent",), r"front page.*sites check", ("drop",)),
    "silent/empty": Expected(("silent", "no-address"), "front page|check its url", ("drop",)),
    "silent/404": Expected(("failing", "unreachable", "no-address"), "addresses --site|check its url", ("silent",)),
    "javascript": Expected(("javascript",), "runs no JavaScript"),
    "feed": Expected(("dead-feed",), r"feeds = "),
    "template": Expected(("template",), r"text, remove, author|text = "),
    "template/lead": Expected(("template", "shorter"), "sites check|text, remove"),
    "template/crowded": Expected(("template", "more-cut", "longer"), "text, remove|sites show|sites check"),
    "dates": Expected(("false-dates",), r"published = |true ones", ("flood",)),
    "dates/future": Expected(("no-dates", "false-dates"), "published = "),
    "dates/none": Expected(("no-dates",), "published = "),
    "robots": Expected(("robots-closed",), "ask the publisher"),
    "robots/403": Expected(("refused",), "write to the publisher", ("silent",)),
    "duplicates": Expected(("duplicates",), r"scrapy stories.*exclude", ("flood",)),
    "consent": Expected(("walls",), "cookies = "),
    "consent/overlay": Expected(("walls", "shorter"), "cookies = |sites check", ("template",)),
}


class Verdict(NamedTuple):
    """What was told of an event, and whether it was right. Nights are None where nothing was told."""

    event: Event
    name: str
    told: int | None
    has_right_name: bool
    has_right_advice: bool
    healed: int | None

    @property
    def is_right(self) -> bool:
        until = self.event.until
        has_healed = until is None or (self.healed is not None and 0 <= self.healed - until <= 2)
        return self.told is not None and self.has_right_name and self.has_right_advice and has_healed


class Judgement(NamedTuple):
    verdicts: tuple[Verdict, ...]
    false: tuple[tuple[int, Finding], ...]  # with the night in which it was told
    wrong_statuses: tuple[int, ...]  # nights


def judge_findings(events: Sequence[Event], nights: Sequence[Night], rhythm: Rhythm = "daily") -> Judgement:
    """Compare what was told in these nights with what happened in them. A night without news cannot tell much."""
    told = [(night.number, finding) for night in nights for finding in night.new]
    healed = {
        (finding.site, finding.name, finding.first_run): night.number for night in nights for finding in night.healed
    }
    verdicts = []
    explained: set[tuple[str, str, int]] = set()
    for event in events:
        expected = find_expected(event)
        own = [(night, one) for night, one in told if one.site == event.paper and night >= event.night]
        with_news = [night for night in range(event.night, event.night + 14) if RHYTHMS[rhythm][night % 7]]
        prompt = [(night, one) for night, one in own if night <= with_news[_IN_TIME - 1]]
        right = [(night, one) for night, one in prompt if one.name in expected.names]
        if not prompt:
            verdicts.append(Verdict(event, "-", None, has_right_name=False, has_right_advice=False, healed=None))
            continue
        night, first = (right or prompt)[0]
        verdicts.append(
            Verdict(
                event,
                first.name,
                night,
                has_right_name=bool(right),
                has_right_advice=re.search(expected.advice, first.advice, re.IGNORECASE) is not None,
                healed=healed.get((first.site, first.name, first.first_run)),
            )
        )
        seen: set[str] = set()
        for _, one in own:  # told once: the same name a second time is false
            if one.name in (*expected.names, *expected.also) and one.name not in seen:
                seen.add(one.name)
                explained.add((one.site, one.name, one.first_run))
    false = tuple((night, one) for night, one in told if (one.site, one.name, one.first_run) not in explained)
    return Judgement(tuple(verdicts), false, tuple(night.number for night in nights if not night.has_right_status))


def find_expected(event: Event) -> Expected:
    """Return what is right to tell of an event in its form."""
    return EXPECTED.get(f"{event.name}/{event.form}", EXPECTED[event.name])


def draw_events(seed: int) -> tuple[Event, ...]:
    """Return each event in a form, for a paper and in a night that the seed draws; two papers stay as they are.

    A feed dies where a sitemap lives, and agency copies come to a paper that has another of its language.
    """
    chance = random.Random(f"events {seed}")
    names = list(CHANGES)
    papers = chance.sample(PAPERS, len(names))
    nights = chance.sample(range(_FIRST, _LAST + 1), len(names))
    return tuple(
        Event(plan.name, name, chance.choice(sorted(CHANGES[name])), night)
        for plan, name, night in sorted(zip(papers, names, nights, strict=True), key=lambda drawn: drawn[2])
    )


def parse_events(text: str) -> tuple[Event, ...]:
    """Return the events of PAPER:EVENT:FORM:NIGHT[:UNTIL],..."""
    found = []
    for word in text.split(","):
        paper, name, form, night, *until = word.split(":")
        found.append(Event(paper, name, form, int(night), int(until[0]) if until else None))
    return tuple(found)

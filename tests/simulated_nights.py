"""Series of nights of made-up sites, without a crawl: what the tests of health say of thousands of nights.

A site has a rate, a weekly rhythm and a spread; its shares (copies, pages without text, articles without an author ...)
vary from night to night around its own. A seed gives the same series on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp, log, sqrt
from typing import Any

from crawler.health.course import Course, follow_course
from crawler.health.reading import Reading
from storage.nights.findings import ACCEPTED, Finding
from storage.nights.series import NightRow

START = datetime(2026, 1, 5, 2, tzinfo=UTC)  # a Monday
DAILY, WEEKEND, NO_SUNDAY, BATCHES = "daily", "weekend", "no-sunday", "batches"
_FACTORS = {
    DAILY: (1.0,) * 7,
    WEEKEND: (1.0, 1.1, 1.0, 1.1, 1.0, 0.5, 0.4),
    NO_SUNDAY: (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0),
    BATCHES: (1.0,) * 7,
}
HOLIDAYS = frozenset({67, 68, 120, 233, 300, 350, 351, 356})  # nights on which every paper is thin
_HOLIDAY = 0.25
_MOST_PLACES = 8

Change = Callable[[dict[str, float], random.Random], None]


@dataclass
class SimulatedSite:
    """A made-up site. `change` alters the numbers of the nights from `since` on, before `until`."""

    name: str
    chance: random.Random
    rate: float
    rhythm: str = DAILY
    shape: float = 8.0
    growth: float = 0.0  # a year
    holidays: frozenset[int] = HOLIDAYS
    since: int = 1_000_000
    until: int = 1_000_000
    change: Change | None = None
    shares: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chance = self.chance
        usual = {
            "duplicates": chance.betavariate(1, 15),
            "textless": chance.betavariate(1, 25),
            "walls": 0.0 if chance.random() < 0.8 else chance.betavariate(1, 30),
            "other": chance.betavariate(1, 12),
            "failed": chance.betavariate(1, 25),
            "no_date": chance.choice((0.0, 0.0, chance.betavariate(1, 20))),
            "no_author": chance.betavariate(0.7, 0.7),
            "language": chance.choice((0.0, 0.0, chance.betavariate(1, 20))),
            "dated_now": chance.choice((0.0, chance.betavariate(1, 20))),
            "dated_old": chance.betavariate(1, 20),
            "new_place": chance.choice((0.0, 0.01, 0.05)),
            "feed": chance.uniform(0.5, 1.0),
            "sitemap": chance.choice((0.0, 1.0, 1.0)),
        }
        self.shares = usual | self.shares
        self.length, self.length_spread = chance.uniform(1200, 5000), chance.uniform(0.3, 0.8)
        self.cut, self.places, self.pace = chance.betavariate(3, 12), chance.randint(1, 4), chance.uniform(1.0, 3.0)
        self._new_places = 0

    def nights(self, number: int) -> Iterator[NightRow]:
        """Yield the nights, the first with all that was there before."""
        for night in range(number):
            numbers = self._make_numbers(night)
            if self.change is not None and self.since <= night < self.until:
                self.change(numbers, self.chance)
            yield NightRow(night + 1, self.name, START + timedelta(days=night), numbers)

    def _make_numbers(self, night: int) -> dict[str, float]:
        chance = self.chance
        mean = self.rate * _FACTORS[self.rhythm][night % 7] * (1 + self.growth * night / 365)
        mean *= _HOLIDAY if night in self.holidays else 1.0
        if self.rhythm == BATCHES and chance.random() < 0.5:
            mean = 0.0
        if not night:
            mean = self.rate * 6
        found = _draw_poisson(chance, chance.gammavariate(self.shape, mean / self.shape) if mean else 0.0)
        failed = self._part(found, "failed")
        fetched = found - failed
        rejected = {
            "rejected/no-text": self._part(fetched, "textless"),
            "rejected/wall": self._part(fetched, "walls"),
            "rejected/section": self._part(fetched, "other"),
        }
        while sum(rejected.values()) > fetched:
            rejected[max(rejected, key=lambda name: rejected[name])] -= 1
        articles = fetched - round(sum(rejected.values()))
        duplicates = self._part(articles, "duplicates")
        answers = fetched + failed + 6
        numbers: dict[str, float] = {
            "found": found,
            "fetched": fetched,
            "stored": articles - duplicates,
            "duplicates": duplicates,
            "rejected": sum(rejected.values()),
            "failed": failed,
            "failed/http-404": failed,
            "listed": articles,
            "listed_by/feed": self._part(articles, "feed"),
            "listed_by/sitemap": self._part(articles, "sitemap"),
            "lists_read": 6,
            "answers": answers,
            "seconds": round(answers * self.pace * exp(chance.gauss(0, 0.2))),
            "articles": articles,
            "bare_length": 100,
            **rejected,
        }
        if articles:
            numbers |= self._make_article_numbers(articles)
        return numbers

    def _make_article_numbers(self, articles: int) -> dict[str, float]:
        chance = self.chance
        names = ("no_date", "no_author", "dated_now", "dated_old")
        numbers = {name: self._part(articles, name) / articles for name in names}
        foreign = self._part(articles, "language") / articles
        numbers |= {"language/en": 1 - foreign, "language/fr": foreign, "same_date": 0.0}
        error = 1.25 * self.length_spread / sqrt(articles)
        numbers["median_length"] = round(exp(log(self.length) + chance.gauss(0, error) + chance.gauss(0, 0.05)))
        numbers["length_spread"] = self.length_spread
        numbers["share_cut"] = numbers["share_cut/teaser"] = chance.betavariate(self.cut * 60, (1 - self.cut) * 60)
        new = self._part(articles, "new_place")
        places: dict[str, float] = {}
        for _ in range(articles - new):
            place = f"place/div.story-{chance.randrange(self.places)}"
            places[place] = places.get(place, 0.0) + 1 / articles
        for _ in range(new):
            self._new_places += 1
            places[f"place/div.special-{self._new_places}"] = 1 / articles
        return numbers | dict(sorted(places.items(), key=lambda item: -item[1])[:_MOST_PLACES])

    def _part(self, of: int, name: str) -> int:
        """Draw how many of so many; the share varies from night to night."""
        share = self.shares[name]
        if share in (0.0, 1.0) or not of:
            return round(share * of)
        own = self.chance.betavariate(share * 20, (1 - share) * 20)
        return sum(self.chance.random() < own for _ in range(of))


def draw_site(seed: int, **more: Any) -> SimulatedSite:
    """Return the site that a seed draws: small or large, with one of the rhythms."""
    chance = random.Random(f"site {seed}")
    rate = exp(chance.uniform(log(0.5), log(120)))
    rhythm = chance.choice((DAILY, DAILY, WEEKEND, WEEKEND, NO_SUNDAY, BATCHES))
    drawn = {"rate": rate, "rhythm": rhythm, "shape": chance.uniform(4, 20), "growth": chance.uniform(-0.4, 0.6)}
    return SimulatedSite(f"site-{seed}", chance, **drawn | more)


def follow_nights(nights: Sequence[NightRow], factors: dict[int, float]) -> Iterator[tuple[NightRow, Course]]:
    """Yield each night of a site and what it makes of the site's findings, which are kept as the store keeps them."""
    findings: list[Finding] = []
    for number, night in enumerate(nights, 1):
        course = follow_course(nights[max(0, number - 100) : number], findings, (), factors)
        for name in (*course.healed, *course.accepted):
            index = next(at for at, one in enumerate(findings) if one.name == name and one.healed_run is None)
            evidence = findings[index].evidence | ({ACCEPTED: True} if name in course.accepted else {})
            findings[index] = findings[index]._replace(healed_run=night.run, evidence=evidence)
        findings.extend(_open(night, reading) for reading in course.opened)
        yield night, course


def _open(night: NightRow, reading: Reading) -> Finding:
    moment = night.started_at
    told = (reading.sentence, reading.advice, dict(reading.evidence))
    return Finding(night.site, reading.name, *told, moment, night.run, moment, night.run)


def _draw_poisson(chance: random.Random, mean: float) -> int:
    if mean > 500:
        return max(0, round(chance.gauss(mean, sqrt(mean))))
    count, product, least = 0, chance.random(), exp(-mean)
    while product > least:
        count += 1
        product *= chance.random()
    return count

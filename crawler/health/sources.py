"""Tests of the sources of a site: a feed, or its sitemaps, that list no article of the last day any more.

dead-feed, dead-sitemap: a source lists at most 0.15 of its rate, k nights in a row, while all sources together list at
least 0.4 of theirs. P = product of the lower tails < 1e-3; the source listed something in at least half of the nights
before, which are 6 or more. Usual again: half of the rate, or two nights above 0.15 of it.
"""

from __future__ import annotations

from functools import partial

from crawler.health.expectation import expect
from crawler.health.look import Look
from crawler.health.reading import Reading, State
from crawler.health.volume import find_low_run
from crawler.health.wording import format_amount
from crawler.terminal.numbers import count_things
from storage.nights.series import NightRow

DEAD_FEED, DEAD_SITEMAP = "dead-feed", "dead-sitemap"
_CHANCE = 1e-3
_LOW, _BACK, _ALL = 0.15, 0.5, 0.4
_LEAST_NIGHTS_LISTED = 0.5
_SOURCES = (
    (DEAD_FEED, ("listed_by/feed",), "feed", "feeds"),
    (DEAD_SITEMAP, ("listed_by/news-sitemap", "listed_by/sitemap"), "sitemap", "sitemaps"),
)


def read_sources(look: Look) -> list[Reading]:
    """Return the readings of these tests."""
    return [_read_source(look, *source) for source in _SOURCES]


def _count(row: NightRow, names: tuple[str, ...]) -> int:
    return round(max(row.numbers.get(name, 0) for name in names))


def _count_listed(row: NightRow) -> int:
    return round(row.numbers.get("listed", 0))


def _read_source(look: Look, name: str, numbers: tuple[str, ...], word: str, key: str) -> Reading:
    count = partial(_count, names=numbers)
    if not look.is_regular:
        return Reading(name, State.UNKNOWN)
    rough = expect(look, count)
    if rough is None or (rate := rough.rate(look)) is None or not rate:
        return Reading(name, State.UNKNOWN)
    if count(look.night) >= _BACK * rate:
        return Reading(name, State.CLEARLY_USUAL)
    if count(look.night) > _LOW * rate:
        return Reading(name, State.USUAL)
    rates = rough.rates

    def is_low(index: int) -> bool:
        row = look.rows[index]
        return look.at(index).is_regular and count(row) <= _LOW * rates.get(look.weekday_of(row), 0)

    start = find_low_run(look, is_low)
    expected, listed = expect(look.at(start), count), expect(look.at(start), _count_listed)
    if expected is None or listed is None:
        return Reading(name, State.UNKNOWN)
    chance = usual = found = usual_of_all = of_all = 0.0
    chance = 1.0
    for index in range(start, look.index + 1):
        night = look.at(index)
        if (rate := expected.rate(night)) is not None:
            chance *= expected.low(count(night.night), night)
            usual += rate
            found += count(night.night)
            usual_of_all += listed.rate(night) or 0.0
            of_all += _count_listed(night.night)
    nights_listed = sum(number > 0 for number in expected.values) / len(expected.values)
    if chance >= _CHANCE or nights_listed < _LEAST_NIGHTS_LISTED or of_all < _ALL * usual_of_all:
        return Reading(name, State.ODD if usual >= 1 else State.UNKNOWN)
    nights = look.index - start + 1
    when = "tonight" if nights == 1 else f"for {count_things(nights, 'night')}"
    return Reading(
        name,
        State.FOUND,
        f"its {word} lists {found:.0f} new articles {when} (usually {format_amount(usual)}); other sources list "
        f"{of_all:.0f}",
        f"find where it is now: scrapy sites check {look.night.site}; then write into its entry of sites.toml: "
        f'{key} = ["..."]',
        {"listed": found, "usual": round(usual, 1), "chance": chance},
    )

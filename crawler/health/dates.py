"""Tests of dates, all named false-dates.

By the share test (share_test.py), each 0.5 more than usual: articles dated within ten minutes of their fetch, articles
dated more than 60 days before it, articles that have one date to the second. And lists that date all their entries by
the clock (`discovery/problem/dates-now`): two nights in a row, of a site that had one in at most a tenth of 6 nights or
more.
"""

from __future__ import annotations

from functools import partial

from crawler.health.look import Look
from crawler.health.reading import Reading, State
from crawler.health.share_test import read_share
from crawler.health.shares import count_articles, describe_count, make_evidence
from crawler.terminal.numbers import count_things

FALSE_DATES = "false-dates"
_RISE = 0.5
_SHARES = (
    ("dated_now", "articles are dated at the time of their fetch"),
    ("dated_old", "articles are dated more than 60 days ago"),
    ("same_date", "articles have the very same date"),
)
_LEAST_NIGHTS, _RARELY = 6, 0.1


def read_dates(look: Look) -> list[Reading]:
    """Return the readings of these tests."""
    return [*(_read_share(look, name, what) for name, what in _SHARES), _read_lists(look)]


def _read_share(look: Look, name: str, what: str) -> Reading:
    found = read_share(look, partial(count_articles, name=name), rise=_RISE)
    if found.state is not State.FOUND:
        return Reading(FALSE_DATES, found.state)
    return Reading(
        FALSE_DATES,
        State.FOUND,
        f"{describe_count(found, what)}: its dates cannot be believed",
        f'look at one: scrapy explain URL; published = "CSS SELECTOR" in the entry of {look.night.site} in sites.toml '
        f"names where the true date stands",
        make_evidence(found) | {"number": name},
    )


def _read_lists(look: Look) -> Reading:
    lists = look.numbers.get("dates_now", 0)
    if not lists:
        has_read = bool(look.numbers.get("lists_read"))
        return Reading(FALSE_DATES, State.CLEARLY_USUAL if has_read else State.UNKNOWN)
    before = look.at(look.index - 1) if look.index > 1 else look
    nights = sum(bool(row.numbers.get("dates_now")) for row in before.past)
    if not before.numbers.get("dates_now") or len(before.past) < _LEAST_NIGHTS:
        return Reading(FALSE_DATES, State.UNKNOWN)
    if nights > _RARELY * len(before.past):
        return Reading(FALSE_DATES, State.USUAL)
    return Reading(
        FALSE_DATES,
        State.FOUND,
        f"{lists:.0f} of its lists dates all that it names by the clock "
        f"(in {nights} of {count_things(len(before.past), 'night')} before)",
        f"nothing is lost: these dates are not believed; if other feeds or sitemaps have true ones, name them in the "
        f"entry of {look.night.site} in sites.toml: feeds = [...], sitemaps = [...]",
        {"lists": lists, "nights_before": nights},
    )

"""What may happen to a simulated site: how each change shows in the numbers of its nights."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Numbers = dict[str, float]


@dataclass(frozen=True)
class SimulatedChange:
    """`apply` alters the numbers of a night; `site` are attributes that the changed sites have."""

    apply: Callable[[Numbers, random.Random], None]
    site: dict[str, Any] = field(default_factory=dict)


def _drop_articles(numbers: Numbers) -> None:
    for name in list(numbers):
        if name.startswith(("language/", "place/", "share_cut", "median", "length", "no_", "dated", "same_date")):
            del numbers[name]
    for name in ("stored", "duplicates", "articles", "listed", "listed_by/feed", "listed_by/sitemap"):
        numbers[name] = 0


def _reject(numbers: Numbers, reason: str, listed: float | None = None) -> None:
    listed = numbers["listed"] if listed is None else listed
    _drop_articles(numbers)
    for name in [name for name in numbers if name.startswith("rejected/")]:
        numbers[name] = 0
    numbers["rejected"] = numbers[f"rejected/{reason}"] = numbers["fetched"]
    numbers["listed"] = listed


def _silence(numbers: Numbers, _: random.Random) -> None:
    _drop_articles(numbers)
    for name in [name for name in numbers if name.startswith(("rejected", "failed"))]:
        numbers[name] = 0
    numbers["found"] = numbers["fetched"] = 0


def _thin(numbers: Numbers, chance: random.Random) -> None:
    for name in ("stored", "duplicates"):
        numbers[name] = sum(chance.random() < 0.15 for _ in range(round(numbers[name])))


def _flood(numbers: Numbers, _: random.Random) -> None:
    numbers["stored"] = numbers["stored"] * 8 + 60


def _close_robots(numbers: Numbers, _: random.Random) -> None:
    found = numbers["found"]
    _silence(numbers, _)
    numbers.update({"found": found, "failed": found, "failed/robots": found, "lists_failed/robots": 3})
    numbers["lists_read"] = 0
    numbers["answers"] = 0


def _kill_feed(numbers: Numbers, _: random.Random) -> None:
    numbers["listed_by/feed"] = 0


def _copy(numbers: Numbers, _: random.Random) -> None:
    numbers["duplicates"] += round(numbers["stored"] * 2)


def _set(**shares: float) -> Callable[[Numbers, random.Random], None]:
    def apply(numbers: Numbers, _: random.Random) -> None:
        if numbers.get("articles"):
            numbers.update(shares)

    return apply


def _translate(numbers: Numbers, _: random.Random) -> None:
    if numbers.get("articles"):
        numbers.update({"language/en": 0.0, "language/fr": 1.0})


def _rebuild(numbers: Numbers, _: random.Random) -> None:
    for name in [name for name in numbers if name.startswith("place/")]:
        del numbers[name]
    numbers["place/div.redesign"] = 1.0


def _scale_length(by: float) -> Callable[[Numbers, random.Random], None]:
    def apply(numbers: Numbers, _: random.Random) -> None:
        if "median_length" in numbers:
            numbers["median_length"] *= by

    return apply


def _cut_more(numbers: Numbers, _: random.Random) -> None:
    if "share_cut" in numbers:
        numbers["share_cut"] = numbers["share_cut/repeated_block"] = 0.7


def _slow_down(numbers: Numbers, _: random.Random) -> None:
    numbers["seconds"] = numbers["seconds"] * 8 + 300


_PRESS = {"rate": 30.0, "rhythm": "daily"}
_SIGNED = {**_PRESS, "shares": {"no_author": 0.1, "no_date": 0.0, "feed": 0.9, "sitemap": 1.0}}
# By the name of the finding that must tell it.
CHANGES = {
    "silent": SimulatedChange(_silence, _PRESS),
    "drop": SimulatedChange(_thin, _PRESS),
    "flood": SimulatedChange(_flood, _PRESS),
    "javascript": SimulatedChange(lambda numbers, _: _reject(numbers, "no-text"), _PRESS),
    "walls": SimulatedChange(lambda numbers, _: _reject(numbers, "wall"), _PRESS),
    "paywall": SimulatedChange(lambda numbers, _: _reject(numbers, "paywall"), _PRESS),
    "robots-closed": SimulatedChange(_close_robots, _PRESS),
    "dead-feed": SimulatedChange(_kill_feed, _SIGNED),
    "duplicates": SimulatedChange(_copy, _PRESS),
    "no-authors": SimulatedChange(_set(no_author=1.0), _SIGNED),
    "no-dates": SimulatedChange(_set(no_date=1.0), _SIGNED),
    "false-dates": SimulatedChange(_set(dated_now=1.0), _SIGNED),
    "language": SimulatedChange(_translate, _PRESS),
    "template": SimulatedChange(_rebuild, _PRESS),
    "shorter": SimulatedChange(_scale_length(0.2), _PRESS),
    "longer": SimulatedChange(_scale_length(4.0), _PRESS),
    "more-cut": SimulatedChange(_cut_more, _PRESS),
    "slow": SimulatedChange(_slow_down, _PRESS),
}

"""What an operator has to know of the nights themselves: that one did not end, or that its time was over."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from crawler.alerts.trouble import NightTrouble
from crawler.night.budget import CRAWL
from crawler.night.desk import Desk, StepResult
from storage.nights.stored_nights import StoredNight

_TROUBLE = "trouble"  # of the crawl, as it is stored with its step
NOT_ENDED = "the night did not end"


def with_trouble(result: StepResult, summary: str, sentence: str, *, lasts: bool = False) -> StepResult:
    """Return the result of a crawl with what an alert is to say of it, which is stored with the night."""
    return result._replace(facts=result.facts | {_TROUBLE: NightTrouble(summary, sentence, lasts)._asdict()})


def list_troubles(desk: Desk) -> list[NightTrouble]:
    """Return what is to be told of this night, and of the nights just before it that did not end.

    What is so in many nights in a row is told in the first of them. A night that was killed told nothing itself.
    """
    killed = list(takewhile(_did_not_end, desk.former))
    before = _find_trouble(desk.former[len(killed)]) if len(killed) < len(desk.former) else None
    troubles = [*_describe_killed(killed)]
    trouble = _find_trouble(desk.night)
    if trouble is not None and not (trouble.lasts and before is not None and before.summary == trouble.summary):
        troubles.append(trouble)
    return troubles


def _did_not_end(night: StoredNight) -> bool:
    return night.exit_status is None


def _describe_killed(nights: list[StoredNight]) -> Iterator[NightTrouble]:
    for night in reversed(nights):
        where = f" It was stopped at its step {night.step}." if night.step else ""
        sentence = f"The night that began on {night.started_at:%-d %B %Y at %H:%M} UTC did not end.{where}"
        yield NightTrouble("a night before did not end", sentence)


def _find_trouble(night: StoredNight) -> NightTrouble | None:
    crawl: dict[str, Any] | None = night.steps.get(CRAWL)
    if crawl is None:  # it was skipped
        return None
    if _TROUBLE in crawl:
        return NightTrouble(**crawl[_TROUBLE])
    if night.run_id is None:
        return NightTrouble(NOT_ENDED, "The night did not crawl: its crawl failed before it asked any site.")
    return None

"""Reads from the settings when articles are looked at again, and how much of a night that may take."""

from __future__ import annotations

import re
from datetime import timedelta

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from cleaning.errors import BadArgument
from crawler.run.once import once_per_crawler
from storage.frontier.rechecks import RecheckPlan

_DURATION = re.compile(r"([1-9][0-9]{0,5})([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def parse_duration(text: str) -> timedelta | None:
    """Return the time that "90m", "24h" or "7d" names; None for any other text."""
    found = _DURATION.fullmatch(text.strip())
    return None if found is None else int(found[1]) * _UNITS[found[2]]


def read_recheck_plan(settings: BaseSettings) -> RecheckPlan:
    """Return the plan of RECHECK_AFTER; without times if RECHECK_SHARE is 0. Raise BadArgument for a wrong value."""
    after: set[timedelta] = set()
    for text in settings.getlist("RECHECK_AFTER"):
        duration = parse_duration(str(text))
        if duration is None:
            raise BadArgument(
                f"the setting RECHECK_AFTER must be a list of times like 24h,7d (m: minutes, h: hours, d: days), "
                f"got {text!r}"
            )
        after.add(duration)
    share = settings.getfloat("RECHECK_SHARE")
    if not 0 <= share <= 1:
        raise BadArgument(f"the setting RECHECK_SHARE must be a share from 0 to 1, got {share:g}")
    return RecheckPlan(tuple(sorted(after)) if share else ())


def _read_plan(crawler: Crawler) -> RecheckPlan:
    return read_recheck_plan(crawler.settings)


recheck_plan_of = once_per_crawler(_read_plan)

"""Check the settings of ours before a command starts: a wrong value would end in a traceback or a hang."""

from __future__ import annotations

from math import isfinite, nan
from typing import TYPE_CHECKING

from cleaning.errors import BadArgument
from crawler.guard.networks import read_allowed_networks

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

# Bytes that a cleaning process takes when it has loaded what it needs, and some for pages: 100,000 elements take 440 MB
# in all.
MIN_CLEANING_MEMORY = 256 << 20
# The least that a number among our settings may be.
_MINIMUMS = {
    "BARREN_PAGES": 0,
    "BREAKER_FAILURES": 1,
    "BREAKER_PAUSES": 0,
    "CLEANING_DEADLINE": 1,
    "CLEANING_MEMORY": 0,
    "CLEANING_PROCESSES": 0,
    "CRAWL_DELAY_MAX": 0,
    "DISK_INTERVAL": 0.1,
    "DISK_LEAST": 0,
    "LEASES_PER_SITE": 1,
    "LISTS_PER_SITE": 1,
    "MEMORY_SAMPLE": 1,
    "MEMORY_WINDOW": 1,
    "PAGES_PER_HOST": 0,
    "PROGRESS_INTERVAL": 0.1,
    "REPLAY_AT_ONCE": 1,
    "RESPONSE_TIMEOUT": 0.1,
    "RETRY_AFTER_MAX": 0,
    "RETRY_PAUSES": 0,
    "ROBOTS_PAUSE": 0,
    "STORAGE_PATIENCE": 0,
}
_LISTS = {"BREAKER_PAUSES", "RETRY_PAUSES"}


def check_settings(settings: BaseSettings) -> None:
    """Raise BadArgument for a setting of ours with a value that it does not take."""
    for name, minimum in _MINIMUMS.items():
        values = settings.getlist(name) if name in _LISTS else [settings.get(name)]
        for value in values:
            try:
                number = float(value)
            except (TypeError, ValueError):
                number = nan
            if not (isfinite(number) and number >= minimum):
                raise BadArgument(f"the setting {name} must be a number of at least {minimum}, got {value!r}")
    read_allowed_networks(settings)
    if 0 < settings.getint("CLEANING_MEMORY") < MIN_CLEANING_MEMORY:
        raise BadArgument(
            f"the setting CLEANING_MEMORY must be 0 or at least {MIN_CLEANING_MEMORY}: a cleaning process needs so much"
        )

"""Check the settings before a command starts: a wrong value would end in a traceback or a hang."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, Any

from scrapy.settings import default_settings as scrapy_defaults

from cleaning.errors import BadArgument
from crawler import settings as our_defaults
from crawler.guard.networks import read_allowed_networks
from crawler.run.rechecks import read_recheck_plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.settings import BaseSettings

# Bytes that a cleaning process takes when it has loaded what it needs, and some for pages: 100,000 elements take 440 MB
# in all.
MIN_CLEANING_MEMORY = 256 << 20
_DEFAULTS: dict[str, Any] = vars(scrapy_defaults) | vars(our_defaults)
# The least that a number may be, where that is not 0. None: it may be negative.
_MINIMUMS: dict[str, float | None] = {
    "BREAKER_FAILURES": 1,
    "CLEANING_DEADLINE": 1,
    "CONCURRENT_ITEMS": 1,
    "CONCURRENT_REQUESTS": 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DEPTH_PRIORITY": None,
    "DISK_INTERVAL": 0.1,
    "FEED_EXPORT_INDENT": None,
    "LEASES_PER_SITE": 1,
    "LISTS_PER_SITE": 1,
    "MEMORY_SAMPLE": 1,
    "MEMORY_WINDOW": 1,
    "PROGRESS_INTERVAL": 0.1,
    "REACTOR_THREADPOOL_MAXSIZE": 1,
    "REDIRECT_PRIORITY_ADJUST": None,
    "REPLAY_AT_ONCE": 1,
    "RESPONSE_TIMEOUT": 0.1,
    "RETRY_PRIORITY_ADJUST": None,
}
_JSON_EXAMPLE = '{"name": 1}'
_LISTS_OF_NUMBERS = ("BREAKER_PAUSES", "RETRY_PAUSES")
_MAY_BE_NONE = {"FEED_EXPORT_INDENT"}  # beside those whose default is None
# Their default is a whole number, but they are read as any number.
_FRACTIONS = {"DISK_LEAST", "DNS_TIMEOUT", "DOWNLOAD_DELAY", "DOWNLOAD_DELAY_JITTER", "DOWNLOAD_TIMEOUT"}


def check_assignments(assignments: Iterable[str]) -> None:
    """Raise BadArgument for a `NAME=VALUE` of `-s` that is none, or whose value is no JSON where Scrapy reads JSON."""
    for assignment in assignments:
        name, is_assignment, value = assignment.partition("=")
        if not is_assignment:
            raise BadArgument(f"-s takes NAME=VALUE, got {assignment!r}")
        if isinstance(_DEFAULTS.get(name), dict):
            try:
                is_object = isinstance(json.loads(value), dict)
            except ValueError:
                is_object = False
            if not is_object:
                raise BadArgument(f"the setting {name} must be a JSON object, like {_JSON_EXAMPLE}, got {value!r}")


def check_settings(settings: BaseSettings) -> None:
    """Raise BadArgument for a setting, of ours or Scrapy's, with a value that it does not take."""
    for name, value in settings.items():
        _check_type(settings, name, value, _DEFAULTS.get(name))
    for name in _LISTS_OF_NUMBERS:
        for value in settings.getlist(name):
            _check_number(name, value, is_whole=False)
    read_allowed_networks(settings)
    if settings.get("CRAWL_ENDS_AT"):
        from crawler.run.time_budget import parse_moment  # a crawl loads it; others need not

        parse_moment(settings["CRAWL_ENDS_AT"])
    read_recheck_plan(settings)
    if 0 < settings.getint("CLEANING_MEMORY") < MIN_CLEANING_MEMORY:
        raise BadArgument(
            f"the setting CLEANING_MEMORY must be 0 or at least {MIN_CLEANING_MEMORY}: a cleaning process needs so much"
        )


def _check_type(settings: BaseSettings, name: str, value: Any, default: Any) -> None:
    """Check a value by the type of the setting's default. What has none, or None, may be anything."""
    if value is None and name in _MAY_BE_NONE:
        return
    match default:
        case bool():
            try:
                settings.getbool(name)
            except (ValueError, TypeError):
                raise BadArgument(f"the setting {name} must be True or False, got {value!r}") from None
        case int() | float():
            _check_number(name, value, is_whole=isinstance(default, int) and name not in _FRACTIONS)


def _check_number(name: str, value: Any, *, is_whole: bool) -> None:
    minimum = _MINIMUMS.get(name, 0)
    try:
        number = int(value) if is_whole else float(value)
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or not isfinite(number) or (minimum is not None and number < minimum):
        kind = "a whole number" if is_whole else "a number"
        bound = "" if minimum is None else f" of at least {minimum}"
        raise BadArgument(f"the setting {name} must be {kind}{bound}, got {value!r}")

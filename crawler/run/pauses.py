"""Pauses between tries: reads them from settings, and adds jitter."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta

_JITTER = 0.25  # of the pause: the most that is added


def parse_pauses(seconds: Iterable[object]) -> list[timedelta]:
    """Return the pauses of a setting that lists seconds."""
    return [timedelta(seconds=float(str(pause))) for pause in seconds]


def add_jitter(pause: timedelta) -> timedelta:
    """Return the pause, or up to a quarter more, so that a thousand addresses do not come due at the same moment."""
    return pause * random.uniform(1, 1 + _JITTER)  # noqa: S311 (no secret)

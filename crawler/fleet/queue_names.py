"""The names of queues and tasks, and the locks of tasks: what whoever defers a task and whoever runs it agree on."""

from __future__ import annotations

SCHEMA = "procrastinate"  # of the queue's tables in the database
SITES_QUEUE = "sites"  # the groups of sites
NIGHT_QUEUE = "night"  # what is one task a night

CRAWL_GROUP = "crawl_group"
CLOSE_NIGHT = "close_night"
START_NIGHT = "start_night"
TICK = "tick"


def lock_group(key: str) -> str:
    """Return the lock of a group of sites: one task at a time has it, of whatever night."""
    return f"sites {key}"


def name_in_night(night: int, what: str) -> str:
    """Return the queueing lock of a task of a night: it waits in the queue once at most."""
    return f"night {night} {what}"

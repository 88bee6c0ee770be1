"""The workers of the fleet: each tells every few seconds that it lives and what it crawls, and hears that it drains."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from socket import gethostname
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from crawler.version import VERSION

BEAT = 5.0  # seconds between two signs of life

_REGISTER = text(
    "INSERT INTO procrastinate.fleet_worker (name, host, pid, version, sites_at_once)"
    " VALUES (:name, :host, :pid, :version, :sites_at_once)"
)
# A worker that was away for long may have been swept: it tells of itself anew.
_BEAT = text(
    "INSERT INTO procrastinate.fleet_worker (name, host, pid, version, sites_at_once, running)"
    " VALUES (:name, :host, :pid, :version, :sites_at_once, CAST(:running AS jsonb))"
    " ON CONFLICT (name) DO UPDATE SET seen_at = now(), running = excluded.running RETURNING drains"
)
_LOAD = text("SELECT *, now() AS asked_at FROM procrastinate.fleet_worker ORDER BY started_at, name")
_FORGET = text("DELETE FROM procrastinate.fleet_worker WHERE name = :name")
_DROP_TASK = text("UPDATE procrastinate.fleet_worker SET running = running - CAST(:task AS text) WHERE name = :name")
_DRAIN = text(
    "UPDATE procrastinate.fleet_worker SET drains = true"
    " WHERE CAST(:name AS text) IS NULL OR name = :name RETURNING name"
)


class Worker(NamedTuple):
    """One process. `running` says of each task that it has: since when, which sites, how many pages."""

    name: str
    host: str
    pid: int
    version: str
    sites_at_once: int
    started_at: datetime
    seen_at: datetime
    drains: bool
    running: dict[str, dict[str, Any]]  # by the id of the task
    asked_at: datetime  # by the clock of the database, as all of its times

    def is_alive(self, stale: timedelta) -> bool:
        """Return whether the worker has shown life lately. One of this machine whose process is gone has not."""
        return self.asked_at - self.seen_at < stale and not self.has_died_here

    @property
    def has_died_here(self) -> bool:
        """Whether the worker was a process of this machine that is gone."""
        return self.host == gethostname() and not _is_process(self.pid)

    @property
    def is_crawling(self) -> bool:
        return any(task.get("sites") for task in self.running.values())

    @property
    def tasks(self) -> set[int]:
        return {int(task) for task in self.running}


class Registration:
    """The row of this process."""

    def __init__(self, engine: Engine, sites_at_once: int) -> None:
        self._engine = engine
        self._values = {
            "name": f"{gethostname()}-{os.getpid()}-{token_hex(2)}",
            "host": gethostname(),
            "pid": os.getpid(),
            "version": VERSION,
            "sites_at_once": sites_at_once,
        }
        self.name = str(self._values["name"])
        with engine.begin() as connection:
            connection.execute(_REGISTER, self._values)

    def beat(self, running: Mapping[str, Mapping[str, Any]]) -> bool:
        """Show life, and tell what this worker crawls; return whether it is to drain. Blocking."""
        with self._engine.begin() as connection:
            row = connection.execute(_BEAT, self._values | {"running": json.dumps(running)})
            return bool(row.scalar_one())

    def forget(self) -> None:
        """Remove the row: this worker has ended in order."""
        with self._engine.begin() as connection:
            forget_worker(connection, self.name)


def load_workers(connection: Connection) -> list[Worker]:
    """Return all workers, the oldest first: also those that were killed, until the sweep forgets them."""
    return [Worker(**row) for row in connection.execute(_LOAD).mappings()]


def forget_worker(connection: Connection, name: str) -> None:
    connection.execute(_FORGET, {"name": name})


def drop_task(connection: Connection, name: str, task: int) -> None:
    """Take a task off a worker that is gone, so that the next worker that has it is not taken for that one."""
    connection.execute(_DROP_TASK, {"name": name, "task": str(task)})


def drain_workers(connection: Connection, name: str | None) -> list[str]:
    """Let the worker of this name, or all, take nothing new and end when their sites are done; return their names."""
    return sorted(connection.execute(_DRAIN, {"name": name}).scalars())


def _is_process(pid: int) -> bool:
    """Return whether a process of this machine is alive: a zombie, which only waits to be noticed, is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
    return state not in "ZX"

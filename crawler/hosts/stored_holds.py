"""Stores each change of a hold, so that it outlives the run."""

from __future__ import annotations

import asyncio
import logging

from crawler.failures.errors import HostOnHold
from crawler.run.session import Session
from storage.frontier import hosts
from storage.frontier.hosts import Hold

logger = logging.getLogger(__name__)


class StoredHolds:
    """Stores the changes of the holds of one crawl. `pending` are those that are being stored."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.pending: set[asyncio.Task[None]] = set()

    def record(self, host: str, hold: Hold | None) -> None:
        """Log and store that a host is on hold, or (None) no longer."""
        if hold is not None:
            logger.warning("%s", HostOnHold(hold))
        task = asyncio.create_task(self._store(host, hold))
        self.pending.add(task)
        task.add_done_callback(self.pending.discard)

    async def _store(self, host: str, hold: Hold | None) -> None:
        with self._session.suppress_storage_lost():
            await self._session.run_in_transaction(
                lambda connection: hosts.put_on_hold(connection, hold) if hold else hosts.end_hold(connection, host)
            )

"""The row of a run: a crawl begins one and ends it, or joins one that several crawls share (JOIN_RUN)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from cleaning.errors import BadArgument
from crawler.run.counts import Counts, subtract_counts
from storage import runs
from storage.frontier.outcomes import load_last_run_id
from storage.run_parts import forget_parts, join_run, load_begun, merge_counts

NO_SITE = ""  # the row keeps counts that belong to no site under this name


class RunRow:
    """The run that a crawl has begun, or the one that it is a part of.

    `joined` is the id of a run that another program begins and ends; None: the crawl has its own. `sites` are those
    that the crawl has claimed; None: all of the store.
    """

    def __init__(self, joined: int | None, sites: Collection[str] | None) -> None:
        self._joined = joined
        self._sites = sites
        self._id = joined or 0
        self._begun: set[tuple[str, int, int]] = set()
        # What of our counts a run that we have joined has. Set it when the transaction of `store_end` is committed.
        self.stored_counts: Counts = {}

    @property
    def is_joined(self) -> bool:
        """Whether several crawls share the run, which another program ends."""
        return self._joined is not None

    def begin(self, connection: Connection, spider: str, now: datetime) -> int:
        """Begin the run, or join it, and return its id. Raise BadArgument for a run that does not go on."""
        if self._joined is None:
            self._id = runs.begin(connection, spider=spider, now=now)
        elif (stored := runs.load_run(connection, self._joined)) is None or stored.ended_at is not None:
            raise BadArgument(f"JOIN_RUN={self._joined} is no run that goes on")
        if self._sites is not None:
            join_run(connection, self._id, self._sites)
        self._begun = self._load_begun(connection)
        return self._id

    def is_latest(self, connection: Connection) -> bool:
        """Return whether no other crawl has begun since with what this one has claimed."""
        return self._load_begun(connection) == self._begun

    def has_earlier_part(self, site: str) -> bool:
        """Return whether another crawl of the site was a part of the run before: its lists are read already."""
        return self.is_joined and (site, self._id, 1) not in self._begun

    def store_end(
        self, connection: Connection, *, outcome: str | None, exit_code: int, counts: Counts, now: datetime
    ) -> Counts:
        """Store how the run ended, and return its counts. A run that was joined gets what it does not have of them."""
        if self.is_joined:
            merge_counts(connection, self._id, subtract_counts(counts, self.stored_counts))
        else:
            runs.end(connection, self._id, outcome=outcome, exit_code=exit_code, counts=counts, now=now)
        return counts

    def forget_own_parts(self, connection: Connection) -> None:
        """Delete the rows that note which claimed sites an own run has crawled: it has ended."""
        forget_parts(connection, self._id)

    @property
    def has_own_parts(self) -> bool:
        """Whether rows note which claimed sites the crawl's own run crawls. Those of a shared run go with its end."""
        return self._sites is not None and not self.is_joined

    def _load_begun(self, connection: Connection) -> set[tuple[str, int, int]]:
        """Return what changes when another crawl begins with what this one has claimed."""
        begun = load_begun(connection, self._sites)
        return begun if self._sites is not None else begun | {(NO_SITE, load_last_run_id(connection) or 0, 1)}

"""Claims on a PostgreSQL database: of all of it, or of some sites, so that crawls of different sites run side by side.

A claim is made of advisory locks that one connection holds: of the database (shared by those who claim sites) and of
each site. The server releases them when that connection ends, in whatever way.

Three things keep a crawl that has lost its claim from doing harm:

- Every transaction that may write takes the *fences* of its claim, shared, and then checks that the claim is held. Who
  acquires a claim waits for the fences, exclusively: so long as a transaction of the former holder is under way.
- The claim is confirmed every CLAIM_BEAT seconds by a thread. A crawl sends no request unless it was confirmed within
  the last CLAIM_FRESH seconds (`is_fresh`).
- A claim that its holder has not confirmed for CLAIM_STALE seconds may be ended by others (`end_stale_claims`).
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import blake2b
from secrets import token_hex
from threading import Event, Lock, Thread
from typing import NamedTuple, Self

from sqlalchemy import Connection, Engine, Row, bindparam, event, func, select, text
from sqlalchemy.exc import DBAPIError

from cleaning.errors import StorageLost
from storage.database.faults import Fault, classify_fault

logger = logging.getLogger(__name__)

CLAIM_BEAT = 5.0  # seconds from one confirmation of a claim to the next
CLAIM_FRESH = 20.0  # seconds after the last confirmation in which requests are sent
CLAIM_STALE = 60.0  # seconds after which others may end a claim that was not confirmed
PREFIX = "broadsheet "  # of the name under which the server lists the connection of a claim
TAKEN = "another crawl has claimed this database while its server was unreachable"

DATABASE_KEY = 0x42524F4144  # of the advisory lock of a database
_WHOLE_FENCE, _SITES_FENCE = DATABASE_KEY + 1, DATABASE_KEY + 2  # of who claims all of it, and of who claims sites

# pg_locks lists a lock on one 64-bit number as its two halves, with objsubid 1.
_OURS = (
    "locktype = 'advisory' AND granted AND objsubid = 1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_KEY = "((CAST(CAST(classid AS bigint) AS bit(64)) << 32) | CAST(CAST(objid AS bigint) AS bit(64)))"
# One statement, in this order: the lock of the database names the connection, and all locks of that end with it. It
# refers to what the fences gave, so that it is looked for after they are taken.
_TAKE_FENCES = text(f"""
    SELECT EXISTS (
        SELECT FROM pg_locks WHERE {_OURS} AND pid = :server + 0 * fences.taken
        AND classid = {DATABASE_KEY >> 32} AND objid = {DATABASE_KEY & 0xFFFFFFFF}
    ) FROM (
        SELECT count(taken.fence) AS taken FROM (
            SELECT CAST(pg_advisory_xact_lock_shared(key) AS text) AS fence
            FROM unnest(CAST(:fences AS bigint[])) AS key OFFSET 0
        ) AS taken
    ) AS fences
""")  # noqa: S608 (constants)
_LOCK_KEYS = text("SELECT key, pg_try_advisory_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
_WAIT_FOR_FENCES = text("SELECT CAST(pg_advisory_xact_lock(key) AS text) FROM unnest(CAST(:keys AS bigint[])) AS key")
_END_FORMER = text(
    "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
    " WHERE application_name = :name AND datname = current_database() AND pid <> pg_backend_pid()"
)
_SILENT = text(
    "SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = current_database()"
    " AND starts_with(application_name, :prefix) AND clock_timestamp() - state_change > make_interval(secs => :stale)"
)
_END_WRITERS = text(f"""
    SELECT pg_terminate_backend(pid, 1000) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE {_OURS} AND CAST({_KEY} AS bigint) = ANY(CAST(:fences AS bigint[])) AND state LIKE 'idle in transaction%'
        AND clock_timestamp() - state_change > make_interval(secs => :stale)
""")  # noqa: S608 (constants)
_HOLDERS = text(f"""
    SELECT CAST({_KEY} AS bigint) AS key, pid, substr(application_name, {len(PREFIX) + 1}) AS holder,
        state_change AS seen_at, extract(epoch FROM clock_timestamp() - state_change) AS silent
    FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE {_OURS} AND mode = 'ExclusiveLock' AND application_name LIKE '{PREFIX}%'
        AND CAST({_KEY} AS bigint) = ANY(CAST(:keys AS bigint[]))
""")  # noqa: S608 (constants)


class ClaimHolder(NamedTuple):
    """Who holds the claim on a site: "host:process:number", when it was confirmed last, and how many seconds ago."""

    name: str
    seen_at: datetime  # by the clock of the server
    silent: float


class ServerClaim:
    """A claim on a PostgreSQL database, or on sites in it, held until it is closed or the process ends.

    The locks are held by a connection that does nothing else. `sites`: None claims all of the database. `places` are
    the hosts that these sites ask. They need no fence: what is written is of a site.
    """

    def __init__(self, engine: Engine, sites: Collection[str] | None = None, places: Collection[str] = ()) -> None:
        self._engine = engine
        self._sites = None if sites is None else {make_site_key(site): site for site in sorted(set(sites))}
        self._places = {_make_place_key(place): place for place in places}
        keys = sorted(self._sites or ())
        self._keys = sorted({*keys, *self._places})
        self._fences = [_WHOLE_FENCE] if self._sites is None else [_SITES_FENCE, *map(_make_fence, keys)]
        self._awaited = sorted([_WHOLE_FENCE, *([_SITES_FENCE] if self._sites is None else map(_make_fence, keys))])
        self._name = f"{PREFIX}{socket.gethostname()[:30]}:{os.getpid()}:{token_hex(4)}"
        self._holder: Connection | None = None
        self._server = 0  # the id of the server process that holds the locks
        self._renewing = Lock()
        self._confirmed_at = -CLAIM_FRESH
        self._is_closed = Event()
        self._is_lost = False  # whether it is of no use to acquire it again
        self._thread: Thread | None = None
        self.is_taken = False  # whether another crawl was seen to hold it
        # Whether no other crawl had the claim, and has ended, while ours was lost: what it did must not be undone.
        self.was_held_since: Callable[[Connection], bool] = lambda _: True
        event.listen(engine, "begin", self._check)

    @property
    def is_fresh(self) -> bool:
        """Whether the claim was confirmed within the last CLAIM_FRESH seconds."""
        return _read_clock() - self._confirmed_at < CLAIM_FRESH

    def acquire(self) -> str | None:
        """Try to take the locks, without waiting for another crawl; return what another one holds, None if none does.

        "" stands for the database, else it is the name of a site, or a host.
        """
        began = _read_clock()
        connection = self._engine.connect().execution_options(claims=True)
        try:
            connection.execute(select(func.set_config("application_name", self._name, False)))
            # The server may not have noticed yet that our former connection has ended.
            connection.execute(_END_FORMER, {"name": self._name})
            taken = self._try_locks(connection)
            if taken is None:
                taken = self._wait_for_fences(connection)
            if taken is None and not self.was_held_since(connection):
                taken = self._fail_for_good()
            self._server = connection.execute(select(func.pg_backend_pid())).scalar_one()
            connection.commit()  # the locks belong to the connection: no transaction has to stay open for them
        except BaseException:
            _discard(connection)
            raise
        if taken is not None:
            _give_back(connection)  # those that were free
            return taken
        self._holder = connection
        self._confirmed_at = began
        self.is_taken = False
        return None

    def end_silent_claims(self) -> bool:
        """End the claims of all that have not confirmed theirs for CLAIM_STALE seconds; return whether there were any.

        What such a process has begun to write is rolled back, where this claim would wait for it.
        """
        with self._engine.connect().execution_options(claims=True) as connection:
            names = connection.execute(_SILENT, {"prefix": PREFIX, "stale": CLAIM_STALE}).scalars().all()
            for name in names:
                connection.execute(_END_FORMER, {"name": name})
                logger.warning("the claims of %s are ended: it gave no sign of life", name.removeprefix(PREFIX))
            if names:
                connection.execute(_END_WRITERS, {"fences": self._awaited, "stale": CLAIM_STALE})
        return bool(names)

    def keep(self) -> None:
        """Confirm the claim from now on, in a thread."""
        self._thread = Thread(target=self._beat, name="claim", daemon=True)
        self._thread.start()

    def close(self) -> None:
        if event.contains(self._engine, "begin", self._check):
            event.remove(self._engine, "begin", self._check)
        self._is_closed.set()
        with self._renewing:
            holder, self._holder = self._holder, None
            if holder is not None:
                _give_back(holder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _try_locks(self, connection: Connection) -> str | None:
        lock = func.pg_try_advisory_lock if self._sites is None else func.pg_try_advisory_lock_shared
        if not connection.execute(select(lock(DATABASE_KEY))).scalar_one():
            return ""
        if self._sites:
            rows = connection.execute(_LOCK_KEYS, {"keys": self._keys}).all()
            missing = {key for key, is_ours in rows if not is_ours}
            names = (sorted(name for key, name in of.items() if key in missing) for of in (self._sites, self._places))
            return next((found[0] for found in names if found), None)
        return None

    def _wait_for_fences(self, connection: Connection) -> str | None:
        """Wait for the transactions of former holders."""
        try:
            connection.execute(_WAIT_FOR_FENCES, {"keys": self._awaited})
        except DBAPIError as error:
            if classify_fault(error) is not Fault.LOCKED:
                raise
            connection.rollback()
            return self._name_first()
        return None

    def _fail_for_good(self) -> str:
        self._is_lost = True
        return self._name_first()

    def _name_first(self) -> str:
        """Return what is told to be held by another where it is not known what exactly: the first site, or ""."""
        return min(self._sites.values(), default="") if self._sites else ""

    def _check(self, connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("claims") or options.get("reading"):
            return
        while True:
            began = _read_clock()
            is_held = connection.execute(_TAKE_FENCES, {"server": self._server, "fences": self._fences}).scalar_one()
            if is_held:
                self._confirmed_at = max(self._confirmed_at, began)
                return
            # Who takes the claim again waits for the fences: this transaction must not hold them meanwhile. The driver
            # begins the next one by itself.
            connection.connection.rollback()
            self._renew()

    def _renew(self) -> None:
        """Take the locks again, whose connection has ended. Raise `StorageLost` if another crawl was faster."""
        with self._renewing:
            if self._is_closed.is_set() or self._is_held():
                return
            if self._is_lost:
                raise StorageLost(TAKEN, Fault.TAKEN)
            self._release()
            if self.acquire() is not None:
                self.is_taken = True
                raise StorageLost(TAKEN, Fault.TAKEN)
            logger.warning("the claim on the database was lost with its connection, and has been acquired again")

    def _is_held(self) -> bool:
        """Confirm the claim by its own connection; return whether that still lasts."""
        if self._holder is None:
            return False
        began = _read_clock()
        try:
            self._holder.execute(select(1))
            self._holder.commit()
        except DBAPIError:
            return False
        self._confirmed_at = max(self._confirmed_at, began)
        return True

    def _beat(self) -> None:
        while not self._is_closed.wait(CLAIM_BEAT):
            # If the server does not answer, the next beat tries again.
            with suppress(DBAPIError, OSError, StorageLost):
                self._renew()

    def _release(self) -> None:
        holder, self._holder = self._holder, None
        if holder is not None:
            _discard(holder)


def find_claims(engine: Engine, sites: Iterable[str]) -> dict[str, ClaimHolder]:
    """Return who holds the claims on these sites, by site. Sites that nobody has claimed are left out.

    Of connections of other users of the server nothing is known: they are left out, too.
    """
    keys = {make_site_key(site): site for site in sites}
    rows = _load_holders(engine, list(keys))
    return {keys[row.key]: ClaimHolder(row.holder, row.seen_at, float(row.silent)) for row in rows}


def is_claimed_as_a_whole(engine: Engine) -> bool:
    """Return whether somebody has claimed all of a database on a server now."""
    return bool(_load_holders(engine, [DATABASE_KEY]))


def end_stale_claims(engine: Engine, sites: Iterable[str]) -> list[str]:
    """End the claims on these sites that were not confirmed for CLAIM_STALE seconds; return the names of the sites.

    Their holder sends no request any more, and is refused when it wants to write. For who takes over its work. What it
    has begun to write is rolled back: a process that is stopped would hold the fences of its claim for ever.
    """
    keys = {make_site_key(site): site for site in sites}
    stale = [row for row in _load_holders(engine, list(keys)) if row.silent > CLAIM_STALE]
    with engine.connect().execution_options(claims=True) as connection:
        connection.execute(_END_WRITERS, {"fences": [_make_fence(key) for key in keys], "stale": CLAIM_STALE})
    for name in sorted({row.holder for row in stale}):
        with engine.connect().execution_options(claims=True) as connection:
            connection.execute(_END_FORMER, {"name": f"{PREFIX}{name}"})
        logger.warning("the claims of %s are ended: it gave no sign of life", name)
    return sorted(keys[row.key] for row in stale)


def make_site_key(site: str) -> int:
    """Return the number of the lock of a site."""
    return int.from_bytes(blake2b(f"site {site}".encode(), digest_size=8).digest(), signed=True)


def _make_place_key(place: str) -> int:
    """Return the number of the lock of a host."""
    return int.from_bytes(blake2b(f"host {place}".encode(), digest_size=8).digest(), signed=True)


def _make_fence(key: int) -> int:
    """Return the number of the fence that belongs to the lock of a site."""
    return int.from_bytes(blake2b(b"fence %d" % key, digest_size=8).digest(), signed=True)


def _load_holders(engine: Engine, keys: Sequence[int]) -> list[Row[tuple[int, int, str, datetime, float]]]:
    if not keys:
        return []
    with engine.connect().execution_options(reading=True) as connection:
        return list(connection.execute(_HOLDERS.bindparams(bindparam("keys", list(keys)))))


def _give_back(connection: Connection) -> None:
    """Release the locks of a connection, and close it."""
    with suppress(DBAPIError):  # the server is gone, and the locks with it
        # The server notices only later that a connection has ended; the next claim may come before that.
        connection.execute(select(func.pg_advisory_unlock_all()))
    _discard(connection)


def _discard(connection: Connection) -> None:
    """Close a connection itself: in the pool it would go on holding its locks."""
    with suppress(DBAPIError):  # the server is gone, and the locks with it
        connection.invalidate()
        connection.close()


def _read_clock() -> float:
    """Return seconds that go on while the machine sleeps, where its system can tell."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()

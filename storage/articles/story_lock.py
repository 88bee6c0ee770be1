"""Lets one transaction at a time change stories, where several programs write one store.

Two articles that are stored in the same moment do not see each other: each transaction sees only what is committed, and
both would be representatives. So whoever judges an article takes this lock before it looks for candidates, and keeps it
until the COMMIT: the next one sees all that was stored before. Whoever changes a *stored* article takes it before, too:
the verdicts on it are changed by other writers, under the lock, and two that waited for each other would both fail.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

_KEY = 0x73746F7279  # of the advisory lock in PostgreSQL
WAIT = 30_000  # milliseconds; many writers wait in a line, each for the COMMITs of those before it
# A process that is stopped meanwhile, or a machine that is gone, holds the others up for no longer than this.
HOLD = 60_000
_TAKE = text(f"""
    SELECT set_config('lock_timeout', '{WAIT}', true),
        set_config('idle_in_transaction_session_timeout', '{HOLD}', true),
        CAST(pg_advisory_xact_lock({_KEY}) AS text)
""")
_TAKEN_BY = "story_lock"  # in the info of a connection: the transaction, or savepoint, that has taken it


def lock_stories(connection: Connection) -> None:
    """Return when no other transaction changes stories, until this one ends. Writers to SQLite wait for each other."""
    if connection.dialect.name != "postgresql":
        return
    current = connection.get_nested_transaction() or connection.get_transaction()  # the lock goes with its savepoint
    if connection.info.get(_TAKEN_BY) is not current:
        connection.execute(_TAKE)
        connection.info[_TAKEN_BY] = current

"""The runs: one row a crawl, written when it begins and completed when it ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from storage.models import Run


def begin(connection: Connection, *, spider: str, now: datetime) -> int:
    """The id of a new run."""
    statement = insert(Run).values(spider=spider, started_at=now, counts={}).returning(Run.id)
    return connection.execute(statement).scalar_one()


def end(
    connection: Connection, run: int, *, outcome: str | None, exit_code: int, counts: dict[str, Any], now: datetime
) -> None:
    """Says how a run ended. A run that was killed keeps no end."""
    connection.execute(
        update(Run).where(Run.id == run).values(ended_at=now, outcome=outcome, exit_code=exit_code, counts=counts)
    )

"""Count how many articles of a site had changed or were gone when they were looked at again, and load the rates."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import NamedTuple

from sqlalchemy import Connection, Insert, func, select

from storage.articles.revisions import load_histories
from storage.models import RecheckCount, Run

_NUMBERS = ("checked", "changed", "gone")


class ChangeRate(NamedTuple):
    """The articles of one site that were looked at again so long after their first fetch."""

    site: str
    after: timedelta  # one of RECHECK_AFTER
    checked: int  # that were there, or are gone: no answer, a wall and a refusal say nothing
    changed: int  # of those, the ones that the site has edited since the first fetch
    gone: int  # of those, the ones that answered with 404 or 410 twice

    @property
    def edit_rate(self) -> float:
        """The share that was edited by then, 0 to 1."""
        return self.changed / self.checked

    @property
    def deletion_rate(self) -> float:
        """The share that was gone by then, 0 to 1."""
        return self.gone / self.checked


def load_change_rates(connection: Connection, *, since: datetime) -> list[ChangeRate]:
    """Return the rates of the runs that began at `since` or later, by site and time; none of what was never checked."""
    row = RecheckCount
    sums = [func.sum(getattr(row, name)).label(name) for name in _NUMBERS]
    question = (
        select(row.site, row.minutes, *sums)
        .join(Run, Run.id == row.run_id)
        .where(Run.started_at >= since)
        .group_by(row.site, row.minutes)
        .order_by(row.site, row.minutes)
    )
    return [
        ChangeRate(found.site, timedelta(minutes=found.minutes), *(int(getattr(found, name)) for name in _NUMBERS))
        for found in connection.execute(question)
    ]


def is_edited(connection: Connection, name: str) -> bool:
    """Return whether the site has edited the article with this id since its first fetch."""
    return len(load_histories(connection, [name]).get(name, ())) > 1


def count_recheck(
    connection: Connection, site: str, run: int, after: timedelta, *, is_changed: bool, is_gone: bool
) -> None:
    """Count that an article was looked at again, in the transaction that stores the result."""
    values = {"checked": 1, "changed": int(is_changed), "gone": int(is_gone)}
    place = {"site": site, "run_id": run, "minutes": int(after / timedelta(minutes=1))}
    connection.execute(_make_upsert(connection.dialect.name), place | values)


@cache
def _make_upsert(dialect: str) -> Insert:
    """Return the statement that adds to the counts of a site, in the words of a database."""
    new = import_module(f"sqlalchemy.dialects.{dialect}").insert(RecheckCount)
    added: Insert = new.on_conflict_do_update(
        index_elements=["site", "run_id", "minutes"],
        set_={name: getattr(RecheckCount, name) + new.excluded[name] for name in _NUMBERS},
    )
    return added

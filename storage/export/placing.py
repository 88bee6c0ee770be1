"""Puts the articles of a release into its splits, as they come from the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from storage.export.batch import Batch
from storage.export.reading import streamed, values
from storage.export.schema import Kind
from storage.export.selection import CHOSEN
from storage.export.splits import Splits, by_date, by_site, by_story


@dataclass(frozen=True, slots=True)
class Placing:
    """`split_of(batch, columns)` is the split of each article; `columns` are those `beside` it as they were read."""

    beside: tuple[ColumnElement[Any], ...]
    split_of: Callable[[Batch, Sequence[Sequence[Any]]], Sequence[str]]


def placing(connection: Connection, splits: Splits) -> Placing:
    """How the articles of CHOSEN are split. CHOSEN must know the stories' firsts, but where they are split by story."""
    match splits.way:
        case "site":
            question = select(CHOSEN.c.first_site, func.count()).group_by(CHOSEN.c.first_site)
            sites = by_site(splits, dict(map(tuple, connection.execute(question))))
            return Placing((CHOSEN.c.first_site,), lambda _batch, columns: [sites[site] for site in columns[0]])
        case "date":
            dialect = connection.dialect.name
            counts: Counter[str] = Counter()
            for rows in streamed(connection, select(CHOSEN.c.first_day)):
                counts.update(_days([day for (day,) in rows], dialect))
            days = by_date(splits, counts)
            return Placing(
                (CHOSEN.c.first_day,), lambda _batch, columns: [days[day] for day in _days(columns[0], dialect)]
            )
        case _:
            return Placing((), lambda batch, _columns: [by_story(splits, story) for story in batch.column("story")])


def _days(moments: Sequence[Any], dialect: str) -> list[str]:
    return [moment.date().isoformat() for moment in values(Kind.MOMENT, moments, dialect)]

"""Assigns each article of a batch to its split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from storage.export.batch import Batch
from storage.export.rows.read import convert_values, stream_rows
from storage.export.rows.splits import Splits, assign_days, assign_sites, assign_story
from storage.export.schema import FieldKind
from storage.export.selection.choose import CHOSEN


@dataclass(frozen=True, slots=True)
class SplitAssigner:
    """Assigns articles to splits.

    `assign(batch, columns)` returns the split of each article of a batch; `columns` are the values of `extra_columns`,
    as `read_articles` returns them.
    """

    extra_columns: tuple[ColumnElement[Any], ...]
    assign: Callable[[Batch, Sequence[Sequence[Any]]], Sequence[str]]


def make_split_assigner(connection: Connection, splits: Splits) -> SplitAssigner:
    """Return the assigner for the articles of CHOSEN.

    Unless the splits are by story, CHOSEN must have been filled with the beginnings of the stories.
    """
    match splits.method:
        case "site":
            question = select(CHOSEN.c.first_site, func.count()).group_by(CHOSEN.c.first_site)
            sites = assign_sites(splits, dict(map(tuple, connection.execute(question))))
            return SplitAssigner((CHOSEN.c.first_site,), lambda _batch, columns: [sites[site] for site in columns[0]])
        case "date":
            dialect = connection.dialect.name
            counts: Counter[str] = Counter()
            for rows in stream_rows(connection, select(CHOSEN.c.first_day)):
                counts.update(_to_days([day for (day,) in rows], dialect))
            days = assign_days(splits, counts)
            return SplitAssigner(
                (CHOSEN.c.first_day,), lambda _batch, columns: [days[day] for day in _to_days(columns[0], dialect)]
            )
        case _:
            return SplitAssigner(
                (), lambda batch, _columns: [assign_story(splits, story) for story in batch.column("story")]
            )


def _to_days(moments: Sequence[Any], dialect: str) -> list[str]:
    return [moment.date().isoformat() for moment in convert_values(FieldKind.TIME, moments, dialect)]

"""Estimates what each site takes of the store and of the archive.

An article's id is a hash of its address: the first articles of a site by id are as good as a random sample of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Row, bindparam, func, select, text

from storage.archive.location import ArchiveLocation
from storage.archive.members import measure_member
from storage.archive.place import ArchivePlace
from storage.models import StoredArticle

_STORED, _ARCHIVED = 10, 3  # pages of a site that are looked at: their rows, and their records in the archive
_ROW = StoredArticle.__table__
_COUNTS = select(_ROW.c.site, func.count()).group_by(_ROW.c.site).order_by(_ROW.c.site)


class SiteSize(NamedTuple):
    """What a site takes, in bytes: `store` of the articles with their blocks, `archive` of the raw pages."""

    site: str
    pages: int
    store: int
    archive: int


class ArticleSizes(NamedTuple):
    """Bytes of all articles in the store: `blocks` those of the column `blocks`, `rows` all others."""

    rows: int
    blocks: int
    sites: tuple[SiteSize, ...]


def estimate_sizes(connection: Connection, archive: ArchivePlace, archive_bytes: int) -> ArticleSizes:
    """Estimate the bytes of the articles by site; `archive_bytes` are all of the archive, which the sites share."""
    counts = [(site, pages) for site, pages in connection.execute(_COUNTS)]
    sample = text(_build_sample(connection.dialect.name)).bindparams(bindparam("most", _STORED))
    rows = blocks = 0.0
    stored: dict[str, float] = {}
    weights: dict[str, float] = {}
    for site, pages in counts:
        found = connection.execute(sample, {"site": site}).all()
        own = _mean(row.whole - row.packed for row in found)
        packed = _mean(row.packed for row in found)
        rows, blocks = rows + pages * own, blocks + pages * packed
        stored[site] = pages * (own + packed)
        archived = [row for row in found if None not in (row.archive_file, row.archive_offset)]
        weights[site] = pages * len(archived) / max(1, len(found)) * _measure_records(archive, archived[:_ARCHIVED])
    share = archive_bytes / (sum(weights.values()) or 1)
    sites = tuple(SiteSize(site, pages, round(stored[site]), round(weights[site] * share)) for site, pages in counts)
    return ArticleSizes(round(rows), round(blocks), sites)


def _build_sample(dialect: str) -> str:
    measure = "length(CAST({0} AS BLOB))" if dialect == "sqlite" else "pg_column_size({0})"
    whole = " + ".join(f"coalesce({measure.format(column.name)}, 0)" for column in _ROW.columns)
    packed = f"coalesce({measure.format('blocks')}, 0)"
    # The names of columns are ours.
    return f"""
        SELECT {whole} AS whole, {packed} AS packed, archive_file, archive_offset
        FROM article WHERE site = :site ORDER BY id LIMIT :most
    """  # noqa: S608


def _measure_records(archive: ArchivePlace, rows: Sequence[Row[tuple[str, int]]]) -> float:
    """Return the mean bytes of the records of these pages; 0 if none can be read."""
    lengths = (measure_member(archive, ArchiveLocation(row.archive_file, row.archive_offset)) for row in rows)
    return _mean(length for length in lengths if length is not None)


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else 0.0

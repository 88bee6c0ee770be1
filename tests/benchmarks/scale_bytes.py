"""Count the bytes of a store by table and by index."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Engine, text

SEARCH, FRONTIER = "search", "frontier"
OF_FRONTIER = ("address", "twin", "validator", "twin_evidence", "host")
# What is stored of an article itself: neither the frontier, nor what finds duplicates or words.
OF_ARTICLE = ("article", "entry", "part", "revision", "trace", "observation")

_SQLITE = text("""
    SELECT coalesce(master.tbl_name, pages.name) AS owner,
        sum(CASE WHEN master.type = 'index' THEN 0 ELSE pages.pgsize END) AS size,
        sum(CASE WHEN master.type = 'index' THEN pages.pgsize ELSE 0 END) AS indexes
    FROM dbstat AS pages LEFT JOIN sqlite_master AS master ON master.name = pages.name
    WHERE aggregate = TRUE GROUP BY 1
""")
_SERVER = text("""
    SELECT relname AS owner, pg_table_size(oid) AS size, pg_indexes_size(oid) AS indexes
    FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
""")


class StoreBytes(NamedTuple):
    """Bytes an article: of each part its table and its indexes."""

    parts: dict[str, tuple[float, float]]
    of_article: float
    of_text: float


def measure_bytes(engine: Engine) -> StoreBytes:
    """Count the bytes of each part. On SQLite this reads the whole file."""
    is_file = engine.dialect.name == "sqlite"
    length = "length(CAST(text AS BLOB))" if is_file else "octet_length(text)"
    with engine.connect().execution_options(reading=True) as connection:
        articles, characters = connection.execute(text(f"SELECT count(*), sum({length}) FROM article")).one()
        sizes = list(connection.execute(_SQLITE if is_file else _SERVER))
    parts: dict[str, tuple[float, float]] = {}
    for owner, table, indexes in sizes:
        name = SEARCH if owner.startswith(SEARCH) else FRONTIER if owner in OF_FRONTIER else owner
        before = parts.get(name, (0.0, 0.0))
        parts[name] = (before[0] + table / articles, before[1] + indexes / articles)
    own = sum(parts[name][0] for name in OF_ARTICLE if name in parts)
    return StoreBytes(dict(sorted(parts.items(), key=lambda part: -sum(part[1]))), own, characters / articles)

"""The index: filled on PostgreSQL by the writer of an article, on both databases with what an older store holds.

The migration 0012_search.py tells which tables and triggers there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, text

from storage.database.words import fold_words

BATCH = 500  # articles of one transaction, so that a crawl beside it does not wait for long
MAX_POSITION = 16_383  # of a word in a text: PostgreSQL counts no further
MAX_POSITIONS = 255  # of one word that PostgreSQL keeps

Report = Callable[[int, int], None]  # how many are done, of how many

_COUNT_BACKLOG = text("SELECT count(*) FROM search_backlog")
_BATCH_END = text(
    "SELECT max(position) FROM (SELECT position FROM search_backlog ORDER BY position LIMIT :size) AS batch"
)
_LEAVE_BACKLOG = text("DELETE FROM search_backlog WHERE position <= :last")
# The triggers of the entries write the index.
_INDEX_BATCH = text("""
    INSERT INTO search_entry (article_id, at, state)
    SELECT source.article_id, source.at, source.state
    FROM search_backlog AS backlog JOIN search_source AS source ON source.article_id = backlog.article_id
    WHERE backlog.position <= :last
      AND NOT EXISTS (SELECT 1 FROM search_entry AS entry WHERE entry.article_id = backlog.article_id)
    ORDER BY backlog.position
""")
_READ_SOURCES = """
    SELECT article_id, at, state, title, text, site, language
    FROM search_source JOIN search_backlog USING (article_id)
"""
_READ_BATCH = text(f"{_READ_SOURCES} WHERE position <= :last FOR UPDATE OF search_backlog")
_READ_ONE = text(f"{_READ_SOURCES} WHERE article_id = :id")
_ADD_ENTRY = text("""
    INSERT INTO search_entry (article_id, at, state, words)
    VALUES (:article_id, :at, :state, CAST(:words AS tsvector))
    ON CONFLICT (article_id) DO UPDATE SET at = excluded.at, state = excluded.state, words = excluded.words
""")
_FORGET = text("DELETE FROM search_backlog WHERE article_id IN :ids").bindparams(bindparam("ids", expanding=True))


def update_search_index(connection: Connection, article_id: str) -> None:
    """Index an article that was just stored, if its words have changed. On SQLite the triggers have done so."""
    if connection.dialect.name != "sqlite":
        _index_sources(connection, connection.execute(_READ_ONE, {"id": article_id}))


def count_backlog(connection: Connection) -> int:
    """Return how many stored articles are not in the index yet."""
    return int(connection.execute(_COUNT_BACKLOG).scalar_one())


def index_backlog(engine: Engine, report: Report | None = None) -> int:
    """Index all stored articles that are not in the index yet, the oldest first, and return how many.

    Each batch is a transaction of its own: what was indexed before an interruption stays, and memory is constant.
    """
    with engine.connect().execution_options(reading=True) as connection:
        total = count_backlog(connection)
    done = 0
    while done < total:
        with engine.begin() as connection:
            count = _index_next(connection)
        if not count:
            break
        done += count
        if report is not None:
            report(min(done, total), total)
    return done


def purge_index(connection: Connection) -> None:
    """Rewrite SQLite's index without the words of what was deleted or changed: FTS5 forgets them only when it merges.

    Takes about a minute for 1,000,000 articles. PostgreSQL leaves such rows to its vacuum.
    """
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO search_index (search_index) VALUES ('optimize')"))


def to_label(kind: str, value: str) -> str:
    """Return the word under which a site (kind "s") or a language ("l") is indexed; no word of a text equals it."""
    return f"{kind}{value.encode().hex()}"


def _index_next(connection: Connection) -> int:
    last = connection.execute(_BATCH_END, {"size": BATCH}).scalar_one()
    if last is None:
        return 0
    if connection.dialect.name == "sqlite":
        connection.execute(_INDEX_BATCH, {"last": last})
        return connection.execute(_LEAVE_BACKLOG, {"last": last}).rowcount
    return _index_sources(connection, connection.execute(_READ_BATCH, {"last": last}))


def _index_sources(connection: Connection, sources: Iterable[Row[Any]]) -> int:
    rows = [
        {
            "article_id": row.article_id,
            "at": row.at,
            "state": row.state,
            "words": _make_vector(row.title, row.text, row.site, row.language),
        }
        for row in sources
    ]
    if rows:
        connection.execute(_ADD_ENTRY, rows)
        connection.execute(_FORGET, {"ids": [row["article_id"] for row in rows]})
    return len(rows)


def _make_vector(title: str, body: str, site: str, language: str) -> str:
    """Return the words with their positions as PostgreSQL reads a tsvector; those of the headline have the weight A.

    Its own parser would split texts by rules that depend on the locale of the database. No phrase reaches from the
    headline into the text.
    """
    positions: defaultdict[str, list[str]] = defaultdict(list)
    heading, words = fold_words(title).split(), fold_words(body).split()
    for place, word in enumerate(heading, 1):
        positions[word].append(f"{place}A")
    for place, word in enumerate(words, len(heading) + 2):
        if len(positions[word]) < MAX_POSITIONS:
            positions[word].append(str(min(place, MAX_POSITION)))
    labels = (f"':{to_label('s', site)}'", f"':{to_label('l', language)}'")
    return " ".join((*labels, *(f"'{word}':{','.join(places)}" for word, places in positions.items())))

"""The index of the full-text search

Revision: 0012, after 0011. Made 2026-12-01.

Its tables are not among the models, since each database has its own: FTS5 on SQLite, tsvector on PostgreSQL. An article
that was stored before waits in search_backlog, from the oldest to the newest, until storage.search.index indexes it.

search_backlog  articles that are not in the index yet
search_entry    one row for each article in the index: what hits are filtered and ordered by
search_index    SQLite alone: the words of each entry
search_block    SQLite alone: the oldest and newest time among 4,096 entries, so that the newest hits are found first

Triggers keep the index, so that no writer can forget it. On SQLite they index; the function search_words is
storage.database.words.fold_words, which storage.database.engine registers. On PostgreSQL, where a trigger cannot call
Python, they put a changed article into the backlog, and its writer indexes it in the same transaction.
"""

from __future__ import annotations

from alembic import op

from storage.migrations.search_tables import POSTGRESQL, SQLITE

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in SQLITE if _is_sqlite() else POSTGRESQL:
        op.execute(statement)
    op.execute(
        "INSERT INTO search_backlog (article_id) SELECT id FROM article ORDER BY coalesce(published_at, fetched_at), id"
    )


def downgrade() -> None:
    names = ("added", "changed", "judged", *(("changes", "deleted") if _is_sqlite() else ()))
    for name in names:
        op.execute(f"DROP TRIGGER search_article_{name}" + ("" if _is_sqlite() else " ON article"))
    op.execute("DROP VIEW search_source")
    if _is_sqlite():
        op.execute("DROP TABLE search_index")
        op.execute("DROP TABLE search_block")
    else:
        op.execute("DROP FUNCTION search_put_into_backlog")
        op.execute("DROP FUNCTION search_update_entry")
    op.execute("DROP TABLE search_entry")
    op.execute("DROP TABLE search_backlog")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"

"""What the schema of a database consists of, to compare two."""

from __future__ import annotations

from sqlalchemy import Connection, text

SQLITE = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND type <> 'table'"
SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
SQLITE_COLUMNS = 'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(:table)'
SQLITE_KEYS = 'SELECT "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(:table)'
SQLITE_INDEXES = """
    SELECT "unique", origin, (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(list.name)))
    FROM pragma_index_list(:table) AS list
"""
POSTGRESQL = (
    """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
       FROM information_schema.columns WHERE table_schema = 'public'""",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace""",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'",
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "SELECT sequencename, data_type FROM pg_sequences WHERE schemaname = 'public'",
    "SELECT version_num FROM alembic_version",
)


def describe(connection: Connection) -> dict[str, list[str]]:
    """Return what the schema consists of, but not the order of columns: no statement depends on it."""
    if connection.dialect.name == "postgresql":
        return {question: sorted(map(repr, connection.execute(text(question)))) for question in POSTGRESQL}
    found = {"others": sorted(" ".join(str(row).split()) for row in connection.execute(text(SQLITE)))}
    for (table,) in connection.execute(text(SQLITE_TABLES)):
        for question in (SQLITE_COLUMNS, SQLITE_KEYS, SQLITE_INDEXES):
            rows = connection.execute(text(question), {"table": table})
            found[f"{table}: {question}"] = sorted(map(repr, rows))
    found["version"] = list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
    return found

"""A new database is made at once: with the schema that all migrations make in turn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory
from migrations import compare_with_models, migrate
from schemas import describe
from sqlalchemy import Connection, create_engine, text

from storage.database.engine import make_database_url, open_database
from storage.database.schema import find_newest_version, make_config


def find_differences(made: Connection, migrated: Connection) -> dict[str, tuple[object, object]]:
    one, other = describe(made), describe(migrated)
    return {name: (one.get(name), other.get(name)) for name in one | other if one.get(name) != other.get(name)}


def test_a_new_sqlite_database_is_what_the_migrations_make(tmp_path: Path) -> None:
    made = open_database(make_database_url(tmp_path, None))
    migrated = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    with migrated.begin() as connection:
        migrate(connection, "head")
    with made.connect() as one, migrated.connect() as other:
        assert len(describe(one)) > 60
        assert find_differences(one, other) == {}
        assert compare_with_models(one) == []


def test_a_new_postgresql_database_is_what_the_migrations_make(postgres_database: str) -> None:
    engine = open_database(make_database_url(Path(), postgres_database))
    with engine.begin() as connection:
        made = describe(connection)
        assert compare_with_models(connection) == []
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    with engine.begin() as connection:
        migrate(connection, "head")
    with engine.connect() as connection:
        migrated = describe(connection)
    engine.dispose()
    assert all(made.values())
    assert made == migrated


def test_the_newest_version_is_the_head_of_the_migrations() -> None:
    assert find_newest_version() == ScriptDirectory.from_config(make_config()).get_current_head()


def test_alembic_is_loaded_for_an_older_schema_only(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom storage.database.engine import make_database_url, open_database\n"
        "open_database(make_database_url(Path(sys.argv[1]), None)).dispose()\nprint('alembic' in sys.modules)"
    )
    for _ in ("new", "known"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=100, check=True
        )
        assert done.stdout == "False\n"

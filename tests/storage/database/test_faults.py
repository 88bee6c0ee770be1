"""Classification of the errors that SQLite, PostgreSQL and the operating system really raise."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, InvalidRequestError

from storage.database.faults import Fault, classify_fault, describe_error


def catch_error(engine: Engine, *statements: str) -> Exception:
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
    except DBAPIError as error:
        return error
    finally:
        engine.dispose()
    raise AssertionError("it worked")


def raise_locked(path: Path) -> Exception:
    create_engine(f"sqlite:///{path}").connect().close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (x)")
        other.execute("BEGIN EXCLUSIVE")
        return catch_error(create_engine(f"sqlite:///{path}", connect_args={"timeout": 0}), "SELECT * FROM t")


def raise_full(path: Path) -> Exception:
    engine = create_engine(f"sqlite:///{path}")
    return catch_error(
        engine, "PRAGMA max_page_count = 4", "CREATE TABLE t (x)", "INSERT INTO t VALUES (zeroblob(100000))"
    )


def raise_read_only(path: Path) -> Exception:
    sqlite3.connect(path).close()
    return catch_error(create_engine(f"sqlite:///file:{path}?mode=ro&uri=true"), "CREATE TABLE t (x)")


def raise_not_openable(path: Path) -> Exception:
    return catch_error(create_engine(f"sqlite:///{path}/no/such/folder"), "SELECT 1")


def raise_no_database(path: Path) -> Exception:
    path.write_bytes(b"this is no database, but it is long enough to be read as one" * 20)
    return catch_error(create_engine(f"sqlite:///{path}"), "SELECT * FROM t")


def raise_no_table(path: Path) -> Exception:
    return catch_error(create_engine(f"sqlite:///{path}"), "SELECT * FROM t")


def raise_constraint(path: Path) -> Exception:
    return catch_error(create_engine(f"sqlite:///{path}"), "CREATE TABLE t (x NOT NULL)", "INSERT INTO t VALUES (NULL)")


@pytest.mark.parametrize(
    ("provoke", "fault"),
    [
        (raise_locked, Fault.LOCKED),
        (raise_full, Fault.FULL),
        (raise_read_only, Fault.UNWRITABLE),
        (raise_not_openable, Fault.UNWRITABLE),
        (raise_no_database, Fault.DAMAGED),
        (raise_no_table, None),
        (raise_constraint, None),
    ],
)
def test_errors_of_sqlite_are_classified(
    provoke: Callable[[Path], Exception], fault: Fault | None, tmp_path: Path
) -> None:
    error = provoke(tmp_path / "some.db")
    assert classify_fault(error) == fault
    assert "\n" not in describe_error(error)
    assert "SELECT" not in describe_error(error)


@pytest.fixture
def server(postgres_database: str) -> Iterator[Engine]:
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x int PRIMARY KEY)"))
        connection.execute(text("INSERT INTO t VALUES (1)"))
    yield engine
    engine.dispose()


def raise_code(code: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$"


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["SELECT pg_terminate_backend(pg_backend_pid())"], Fault.UNREACHABLE),
        (["SET TRANSACTION READ ONLY", "INSERT INTO t VALUES (2)"], Fault.UNWRITABLE),
        ([raise_code("53100")], Fault.FULL),
        ([raise_code("53200")], Fault.UNWRITABLE),
        ([raise_code("53300")], Fault.UNREACHABLE),
        ([raise_code("57P03")], Fault.UNREACHABLE),
        ([raise_code("08006")], Fault.UNREACHABLE),
        ([raise_code("58030")], Fault.UNWRITABLE),
        ([raise_code("40P01")], Fault.CONFLICT),
        ([raise_code("XX001")], Fault.DAMAGED),
        (["INSERT INTO t VALUES (1)"], None),
        (["SELECT 1/0"], None),
        (["SELECT * FROM nothing"], None),
    ],
)
def test_errors_of_postgresql_are_classified(server: Engine, statements: list[str], fault: Fault | None) -> None:
    error = catch_error(server, *statements)
    assert classify_fault(error) == fault
    assert "\n" not in describe_error(error)


def test_a_row_that_another_transaction_holds_is_locked_and_a_lost_race_is_a_conflict(server: Engine) -> None:
    with server.begin() as other:
        other.execute(text("UPDATE t SET x = 2"))
        assert (
            classify_fault(catch_error(create_engine(server.url), "SET lock_timeout = 50", "UPDATE t SET x = 3"))
            is Fault.LOCKED
        )
    with (
        server.connect().execution_options(isolation_level="REPEATABLE READ") as late,
        late.begin(),
        server.connect() as other,
    ):
        late.execute(text("SELECT * FROM t"))
        other.execute(text("UPDATE t SET x = 4"))
        other.commit()
        with pytest.raises(DBAPIError) as caught:
            late.execute(text("UPDATE t SET x = 5"))
    assert classify_fault(caught.value) is Fault.CONFLICT


def test_a_server_that_does_not_answer_is_unreachable() -> None:
    error = catch_error(create_engine("postgresql+psycopg://me@127.0.0.1:9/news"), "SELECT 1")
    assert classify_fault(error) is Fault.UNREACHABLE


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (errno.ENOSPC, Fault.FULL),
        (errno.EFBIG, Fault.FULL),
        (errno.EIO, Fault.UNWRITABLE),
        (errno.EROFS, Fault.UNWRITABLE),
        (errno.ECONNRESET, Fault.UNREACHABLE),
        (errno.ENOENT, None),
    ],
)
def test_errors_of_the_disk_are_classified(number: int, fault: Fault | None) -> None:
    assert classify_fault(OSError(number, os.strerror(number))) == fault


def test_a_defect_of_the_program_is_no_fault(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/some.db")
    with engine.connect() as connection:
        connection.begin()
        with pytest.raises(InvalidRequestError) as caught:
            connection.begin()
    engine.dispose()
    assert classify_fault(caught.value) is None
    assert classify_fault(ZeroDivisionError("a defect")) is None

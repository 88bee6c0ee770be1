"""What an error of a database is: what it really raises, named."""

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

from storage.faults import Fault, fault, told

Broken = Callable[[Path], Engine]


def error_of(engine: Engine, *statements: str) -> Exception:
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
    except DBAPIError as error:
        return error
    finally:
        engine.dispose()
    raise AssertionError("it worked")


def locked(path: Path) -> Exception:
    create_engine(f"sqlite:///{path}").connect().close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (x)")
        other.execute("BEGIN EXCLUSIVE")
        return error_of(create_engine(f"sqlite:///{path}", connect_args={"timeout": 0}), "SELECT * FROM t")


def full(path: Path) -> Exception:
    engine = create_engine(f"sqlite:///{path}")
    return error_of(
        engine, "PRAGMA max_page_count = 4", "CREATE TABLE t (x)", "INSERT INTO t VALUES (zeroblob(100000))"
    )


def read_only(path: Path) -> Exception:
    sqlite3.connect(path).close()
    return error_of(create_engine(f"sqlite:///file:{path}?mode=ro&uri=true"), "CREATE TABLE t (x)")


def not_openable(path: Path) -> Exception:
    return error_of(create_engine(f"sqlite:///{path}/no/such/folder"), "SELECT 1")


def no_database(path: Path) -> Exception:
    path.write_bytes(b"this is no database, but it is long enough to be read as one" * 20)
    return error_of(create_engine(f"sqlite:///{path}"), "SELECT * FROM t")


def no_table(path: Path) -> Exception:
    return error_of(create_engine(f"sqlite:///{path}"), "SELECT * FROM t")


def constraint(path: Path) -> Exception:
    return error_of(create_engine(f"sqlite:///{path}"), "CREATE TABLE t (x NOT NULL)", "INSERT INTO t VALUES (NULL)")


@pytest.mark.parametrize(
    ("happens", "word"),
    [
        (locked, Fault.LOCKED),
        (full, Fault.FULL),
        (read_only, Fault.UNWRITABLE),
        (not_openable, Fault.UNWRITABLE),
        (no_database, Fault.DAMAGED),
        (no_table, None),
        (constraint, None),
    ],
)
def test_sqlites_errors_have_their_names(
    happens: Callable[[Path], Exception], word: Fault | None, tmp_path: Path
) -> None:
    error = happens(tmp_path / "some.db")
    assert fault(error) == word
    assert "\n" not in told(error)
    assert "SELECT" not in told(error)


@pytest.fixture
def server(postgres_database: str) -> Iterator[Engine]:
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x int PRIMARY KEY)"))
        connection.execute(text("INSERT INTO t VALUES (1)"))
    yield engine
    engine.dispose()


def fails(code: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$"


@pytest.mark.parametrize(
    ("statements", "word"),
    [
        (["SELECT pg_terminate_backend(pg_backend_pid())"], Fault.UNREACHABLE),
        (["SET TRANSACTION READ ONLY", "INSERT INTO t VALUES (2)"], Fault.UNWRITABLE),
        ([fails("53100")], Fault.FULL),
        ([fails("53200")], Fault.UNWRITABLE),
        ([fails("53300")], Fault.UNREACHABLE),
        ([fails("57P03")], Fault.UNREACHABLE),
        ([fails("08006")], Fault.UNREACHABLE),
        ([fails("58030")], Fault.UNWRITABLE),
        ([fails("40P01")], Fault.CONFLICT),
        ([fails("XX001")], Fault.DAMAGED),
        (["INSERT INTO t VALUES (1)"], None),
        (["SELECT 1/0"], None),
        (["SELECT * FROM nothing"], None),
    ],
)
def test_the_errors_of_postgresql_have_their_names(server: Engine, statements: list[str], word: Fault | None) -> None:
    error = error_of(server, *statements)
    assert fault(error) == word
    assert "\n" not in told(error)


def test_what_another_transaction_holds_is_locked_and_a_lost_race_is_a_conflict(server: Engine) -> None:
    with server.begin() as other:
        other.execute(text("UPDATE t SET x = 2"))
        assert fault(error_of(create_engine(server.url), "SET lock_timeout = 50", "UPDATE t SET x = 3")) is Fault.LOCKED
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
    assert fault(caught.value) is Fault.CONFLICT


def test_a_server_that_nobody_reaches_is_unreachable() -> None:
    error = error_of(create_engine("postgresql+psycopg://me@127.0.0.1:9/news"), "SELECT 1")
    assert fault(error) is Fault.UNREACHABLE


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (errno.ENOSPC, Fault.FULL),
        (errno.EFBIG, Fault.FULL),
        (errno.EIO, Fault.UNWRITABLE),
        (errno.EROFS, Fault.UNWRITABLE),
        (errno.ECONNRESET, Fault.UNREACHABLE),
        (errno.ENOENT, None),
    ],
)
def test_the_disks_errors_have_their_names(number: int, word: Fault | None) -> None:
    assert fault(OSError(number, os.strerror(number))) == word


def test_what_is_our_own_mistake_is_no_fault(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/some.db")
    with engine.connect() as connection:
        connection.begin()
        with pytest.raises(InvalidRequestError) as caught:
            connection.begin()
    engine.dispose()
    assert fault(caught.value) is None
    assert fault(ZeroDivisionError("a defect")) is None

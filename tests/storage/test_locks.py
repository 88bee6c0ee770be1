"""One crawl at a time, also when the server that keeps the claim goes away and comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from cleaning.errors import DatabaseMissing, StorageLost
from storage.database import open_database, reading
from storage.locks import ServerClaim, claim_database


@pytest.fixture
def engines(postgres_database: str) -> Iterator[tuple[Engine, Engine]]:
    """Two crawls' ways to one server."""
    both = open_database(make_url(postgres_database)), open_database(make_url(postgres_database))
    yield both
    for engine in both:
        engine.dispose()


def cut_all(engine: Engine) -> None:
    """Ends every connection to the database, as a restart of its server does."""
    other = create_engine(engine.url)
    with other.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.dispose()


def test_a_claim_that_was_lost_with_its_connection_is_taken_again_before_anything_is_written(
    engines: tuple[Engine, Engine], caplog: pytest.LogCaptureFixture
) -> None:
    ours, others = engines
    claim = claim_database(ours)
    cut_all(ours)
    with ours.begin() as connection:
        connection.execute(text("SELECT 1"))
    assert "is taken again" in caplog.text
    with pytest.raises(DatabaseMissing):
        claim_database(others)
    claim.close()
    claim_database(others).close()


def test_who_lost_the_claim_to_another_crawl_writes_no_more(engines: tuple[Engine, Engine]) -> None:  # 4 of the forty
    ours, others = engines
    claim = claim_database(ours)
    cut_all(ours)
    theirs = claim_database(others)
    assert isinstance(theirs, ServerClaim)
    for _ in range(2):
        with pytest.raises(StorageLost) as caught, ours.begin():
            pass
        assert (caught.value.fault, caught.value.exit_status) == ("taken", 4)
    with reading(ours) as connection:  # who only reads needs no claim
        connection.execute(text("SELECT 1"))
    with others.begin() as connection:
        connection.execute(text("SELECT 1"))
    theirs.close()
    with ours.begin() as connection:  # the other crawl has ended
        connection.execute(text("SELECT 1"))
    claim.close()

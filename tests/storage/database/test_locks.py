"""Claims: one crawl at a time, even if the server that holds the claim goes away and comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from cleaning.errors import DatabaseMissing, StorageLost
from storage.database.engine import open_database, open_for_reading
from storage.database.locks import _LOCK_NUMBER, ServerClaim, claim_database


@pytest.fixture
def engines(postgres_database: str) -> Iterator[tuple[Engine, Engine]]:
    """Return the engines of two crawls on one server."""
    both = open_database(make_url(postgres_database)), open_database(make_url(postgres_database))
    yield both
    for engine in both:
        engine.dispose()


def cut_connections(engine: Engine) -> None:
    """End every connection to the database, as a restart of its server does."""
    other = create_engine(engine.url)
    with other.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.dispose()


def test_a_claim_that_was_lost_with_its_connection_is_acquired_again_before_anything_is_written(
    engines: tuple[Engine, Engine], caplog: pytest.LogCaptureFixture
) -> None:
    ours, others = engines
    claim = claim_database(ours)
    cut_connections(ours)
    with ours.begin() as connection:
        connection.execute(text("SELECT 1"))
    assert "has been acquired again" in caplog.text
    with pytest.raises(DatabaseMissing):
        claim_database(others)
    claim.close()
    claim_database(others).close()


def test_a_claim_that_is_given_back_is_free_at_once(engines: tuple[Engine, Engine]) -> None:
    ours, others = engines
    with others.connect() as waiting:  # is there already: it asks sooner than the server notices an ended connection
        for _ in range(60):
            claim_database(ours).close()
            assert waiting.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": _LOCK_NUMBER}).scalar_one()
            assert waiting.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": _LOCK_NUMBER}).scalar_one()


# Case 4 of SECURITY.md.
def test_a_crawl_that_lost_its_claim_to_another_writes_no_more(engines: tuple[Engine, Engine]) -> None:
    ours, others = engines
    claim = claim_database(ours)
    cut_connections(ours)
    theirs = claim_database(others)
    assert isinstance(theirs, ServerClaim)
    for _ in range(2):
        with pytest.raises(StorageLost) as caught, ours.begin():
            pass
        assert (caught.value.fault, caught.value.exit_status) == ("taken", 4)
    with open_for_reading(ours) as connection:  # reading needs no claim
        connection.execute(text("SELECT 1"))
    with others.begin() as connection:
        connection.execute(text("SELECT 1"))
    theirs.close()
    with ours.begin() as connection:  # the other crawl has ended
        connection.execute(text("SELECT 1"))
    claim.close()

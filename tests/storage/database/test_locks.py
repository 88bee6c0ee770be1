"""Claims: one crawl at a time, even if the server that holds the claim goes away and comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from cleaning.errors import DatabaseMissing, StorageLost
from storage.database.engine import open_database, open_for_reading
from storage.database.locks import claim_database
from storage.database.server_claim import DATABASE_KEY, ServerClaim, end_stale_claims, find_claims

LOCK_TIMEOUT = 1.5  # seconds that who takes over a site waits for the former crawl


@pytest.fixture
def engines(postgres_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Engine, Engine]]:
    """Return the engines of two crawls on one server, whose claims are confirmed by their transactions alone."""
    monkeypatch.setattr("storage.database.server_claim.CLAIM_BEAT", 3600.0)
    url = make_url(postgres_database)
    both = open_database(url, lock_timeout=LOCK_TIMEOUT), open_database(url, lock_timeout=LOCK_TIMEOUT)
    yield both
    for engine in both:
        engine.dispose()


def end_connections(engine: Engine, names: str) -> None:
    """End the connections whose names are like this."""
    other = create_engine(engine.url)
    with other.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE :names"
            ),
            {"names": names},
        )
    other.dispose()


def cut_connections(engine: Engine) -> None:
    """End every connection to the database, as a restart of its server does."""
    end_connections(engine, "%")


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
            assert waiting.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": DATABASE_KEY}).scalar_one()
            assert waiting.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": DATABASE_KEY}).scalar_one()


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


def test_crawls_of_different_sites_run_side_by_side_and_two_of_one_never(engines: tuple[Engine, Engine]) -> None:
    ours, others = engines
    with claim_database(ours, ["courier", "herald"]), claim_database(others, ["gazette"]):
        for sites, message in (
            (["herald", "gazette"], "another crawl is crawling gazette; wait for it"),
            (["herald"], "another crawl is crawling herald; wait for it"),
            (None, "another crawl is using this database"),
        ):
            with pytest.raises(DatabaseMissing, match=message):
                claim_database(others, sites)
        claim_database(others, ["ledger"]).close()
    with claim_database(ours), pytest.raises(DatabaseMissing, match="another crawl is using this database"):
        claim_database(others, ["ledger"])


def test_a_host_that_two_lists_call_by_different_names_is_crawled_once_at_a_time(
    engines: tuple[Engine, Engine],
) -> None:
    ours, others = engines
    with claim_database(ours, ["courier"], ["courier.example", "feeds.example"]):
        with pytest.raises(DatabaseMissing, match=r"another crawl is crawling feeds\.example; wait for it"):
            claim_database(others, ["herald"], ["feeds.example", "herald.example"])
        with pytest.raises(DatabaseMissing, match="another crawl is crawling courier; wait for it"):
            claim_database(others, ["courier"], ["courier.example"])
        claim_database(others, ["gazette"], ["gazette.example"]).close()
    claim_database(others, ["herald"], ["feeds.example", "herald.example"]).close()


def test_who_takes_over_a_site_waits_for_the_transaction_of_the_former_crawl(engines: tuple[Engine, Engine]) -> None:
    ours, others = engines
    claim = claim_database(ours, ["courier"])
    with ours.connect() as writing, writing.begin():
        end_connections(others, "broadsheet %")  # that of the claim alone
        with pytest.raises(DatabaseMissing, match="another crawl is crawling courier"):
            claim_database(others, ["courier"])
        with claim_database(others, ["herald"]):  # other sites have nothing to wait for
            pass
    theirs = claim_database(others, ["courier"])
    with pytest.raises(StorageLost), ours.begin():
        pass
    theirs.close()
    claim.close()


def test_a_stale_claim_is_ended_and_one_that_is_confirmed_is_not(
    engines: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, others = engines
    claim = claim_database(ours, ["courier"])
    assert claim.is_fresh
    (holder,) = find_claims(others, ["courier", "herald"]).values()
    assert holder.silent < 60
    assert end_stale_claims(others, ["courier"]) == []
    monkeypatch.setattr("storage.database.server_claim.CLAIM_STALE", -1.0)
    assert end_stale_claims(others, ["courier", "herald"]) == ["courier"]
    with claim_database(others, ["courier"]):
        with pytest.raises(StorageLost), ours.begin():
            pass
        assert claim.is_taken
    claim.close()


def test_what_a_stopped_crawl_has_begun_to_write_does_not_keep_others_from_its_site(
    engines: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, others = engines
    monkeypatch.setattr("storage.database.server_claim.CLAIM_STALE", -1.0)
    claim = claim_database(ours, ["courier"])
    writing = ours.connect()
    writing.begin()
    with ours.connect() as elsewhere, elsewhere.begin():
        pass
    assert end_stale_claims(others, ["courier"]) == ["courier"]
    claim_database(others, ["courier"]).close()
    with pytest.raises(DBAPIError):
        writing.execute(text("SELECT 1"))
    writing.invalidate()
    writing.close()
    claim.close()


@pytest.mark.parametrize(("theirs", "sites"), [(None, None), (["courier"], None), (None, ["courier"])])
def test_a_stopped_process_keeps_nobody_from_the_database_for_long(
    engines: tuple[Engine, Engine],
    monkeypatch: pytest.MonkeyPatch,
    theirs: list[str] | None,
    sites: list[str] | None,
) -> None:
    ours, others = engines
    stopped = claim_database(others, theirs)
    writing = others.connect()
    writing.begin()
    with pytest.raises(DatabaseMissing, match="another crawl is"):
        claim_database(ours, sites)
    monkeypatch.setattr("storage.database.server_claim.CLAIM_STALE", -1.0)
    with claim_database(ours, sites):
        with pytest.raises(DBAPIError):
            writing.execute(text("SELECT 1"))
        writing.invalidate()
        writing.close()
        with pytest.raises(StorageLost), others.begin():
            pass
    stopped.close()

"""A run is compared with the nights before it, on both databases: what is new, what lasts, what has healed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, make_url, select, update

from crawler.health.check_health import Health, check_health, load_health
from crawler.health.describe import describe_health
from storage import runs
from storage.database.engine import open_database
from storage.models import StoredFinding
from storage.nights.findings import close_findings_of_left_sites, load_findings, mute_finding
from storage.nights.series import record_night

START = datetime(2026, 11, 2, 2, tzinfo=UTC)
USUAL = {
    "page/fetched": 20,
    "article/stored": 19,
    "article/rejected/section": 1,
    "response/received": 26,
    "discovery/read": 6,
    "listed/night": 1,
    "listed/articles": 20,
    "listed/stored": 19,
}
SHELL = USUAL | {"article/stored": 0, "article/rejected/no-text": 19, "listed/stored": 0}
COPIES = USUAL | {"article/stored": 3, "article/duplicate": 16}
EMPTY = {"response/received": 6, "discovery/read": 6, "listed/night": 1, "notice/no-address": 1}
NOTICE = ("herald", "no-address", "no article was found; check its url")


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    if request.param == "sqlite":
        url = URL.create("sqlite", database=str(tmp_path / "store.db"))
    else:
        url = make_url(request.getfixturevalue("postgres_database"))
    engine = open_database(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


class Nights:
    """Runs that are recorded, one a day."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._number = 0

    def run(self, stats: dict[str, int], *notices: tuple[str, str, str], outcome: str = "finished") -> Health:
        """Record a night of `herald` with these stats, and one of `courier` as it always is; return its health."""
        connection, moment = self._connection, START + timedelta(days=self._number)
        self._number += 1
        self.id = runs.begin(connection, spider="articles", now=moment)
        counts = {"courier": USUAL, "herald": stats}
        runs.end(connection, self.id, outcome=outcome, exit_code=0, counts=counts, now=moment)
        runs.record_night_facts(connection, self.id, is_night=True, notices=notices)
        record_night(connection, self.id)
        return check_health(connection, self.id)

    def run_usual(self, number: int) -> None:
        for _ in range(number):
            assert self.run(USUAL) == Health()


@pytest.fixture
def nights(connection: Connection) -> Nights:
    return Nights(connection)


def _names(health: Health) -> tuple[list[str], list[str], list[str]]:
    return tuple([f"{one.site} {one.name}" for one in part] for part in (health.new, health.persisting, health.healed))  # type: ignore[return-value]


def test_what_is_odd_is_told_once_lasts_and_heals(nights: Nights) -> None:
    nights.run_usual(9)
    first = nights.run(SHELL)
    assert _names(first) == (["herald javascript"], [], [])
    (finding,) = first.new
    assert finding.sentence.startswith("19 of 20 pages had no text (usually 0 %)")
    assert describe_health(first)[0].startswith("herald: javascript: 19 of 20 pages")
    assert _names(nights.run(SHELL)) == ([], ["herald javascript"], [])
    healed = nights.run(USUAL)
    assert _names(healed) == ([], [], ["herald javascript"])
    assert "as usual again" in describe_health(healed)[0]
    nights.run_usual(1)
    assert _names(nights.run(SHELL)) == (["herald javascript"], [], [])  # after it healed it is new


def test_judging_a_run_again_gives_the_same(connection: Connection, nights: Nights) -> None:
    nights.run_usual(9)
    for stats in (SHELL, SHELL, USUAL):
        health = nights.run(stats)
        rows = load_findings(connection, open_only=False)
        assert check_health(connection, nights.id) == health
        assert load_findings(connection, open_only=False) == rows


def test_a_muted_finding_is_not_told_also_if_it_comes_again(connection: Connection, nights: Nights) -> None:
    nights.run_usual(9)
    nights.run(SHELL)
    assert mute_finding(connection, "herald", "javascript", (START + timedelta(days=14)).date())
    muted = nights.run(SHELL)
    assert _names(muted) == ([], [], [])
    assert [finding.name for finding in muted.muted] == ["javascript"]
    assert nights.run(USUAL) == Health()
    assert _names(nights.run(SHELL)) == ([], [], [])
    assert _names(nights.run(SHELL)) == ([], [], [])
    assert _names(nights.run(SHELL)) == (["herald javascript"], [], [])  # the day has come: nobody was told yet
    assert check_health(connection, nights.id).new
    assert _names(nights.run(SHELL)) == ([], ["herald javascript"], [])


def test_a_finding_that_was_told_before_it_was_muted_is_not_told_again(connection: Connection, nights: Nights) -> None:
    nights.run_usual(9)
    nights.run(SHELL)
    assert mute_finding(connection, "herald", "javascript", (START + timedelta(days=11)).date())
    assert _names(nights.run(SHELL)) == ([], [], [])
    assert _names(nights.run(SHELL)) == ([], ["herald javascript"], [])


@pytest.mark.parametrize("stat", ["host/held/robots-connection-refused", "discovery/failed/dns"])
def test_a_site_that_gives_no_answer_is_told_in_its_first_night(nights: Nights, stat: str) -> None:
    health = nights.run({stat: 1})
    assert _names(health) == (["herald unreachable"], [], [])
    assert f"no answer at all ({stat.rpartition('/')[2].removeprefix('robots-')})" in health.new[0].sentence
    assert _names(nights.run({stat: 1})) == ([], ["herald unreachable"], [])
    assert _names(nights.run(USUAL)) == ([], [], ["herald unreachable"])


def test_a_site_that_refuses_all_that_is_asked_is_told_as_refused_and_not_as_one_without_addresses(
    nights: Nights,
) -> None:
    refused = {"response/received": 9, "discovery/failed/http-403": 4, "address/refused/http-403": 9}
    refused |= {"discovery/failed/http-404": 1, "address/gone/http-404": 1, "notice/no-address": 1}
    first = nights.run(refused, NOTICE)
    assert _names(first) == (["herald refused"], [], [])
    assert "its server refuses us: 9 of 10 addresses answered with http-403" in first.new[0].sentence
    assert "write to the publisher" in first.new[0].advice
    assert _names(nights.run(USUAL)) == ([], [], ["herald refused"])
    nights.run_usual(8)
    assert _names(nights.run(refused, NOTICE)) == (["herald refused"], [], [])


def test_a_site_that_refuses_its_articles_alone_is_told_as_refused(nights: Nights) -> None:
    nights.run_usual(9)
    closed = {"response/received": 26, "discovery/read": 6, "address/refused/http-403": 20, "listed/night": 1}
    health = nights.run(closed | {"listed/articles": 20})
    assert "herald refused" in _names(health)[0]
    assert "herald failing" not in _names(health)[0]


def test_a_host_that_asked_for_time_is_not_down(nights: Nights) -> None:
    assert nights.run({"host/held/retry-after": 1}) == Health()


def test_what_is_open_of_a_site_that_left_the_list_is_closed(connection: Connection, nights: Nights) -> None:
    nights.run_usual(9)
    nights.run(SHELL)
    nights.run(USUAL)
    nights.run(SHELL)
    listed = runs.begin(connection, spider="articles", now=START + timedelta(days=20))
    close_findings_of_left_sites(connection, listed, START + timedelta(days=20), ["courier", "herald"])
    assert load_findings(connection)
    close_findings_of_left_sites(connection, listed, START + timedelta(days=20), ["courier"])
    assert not load_findings(connection)
    health = check_health(connection, listed)
    assert check_health(connection, listed) == health
    assert describe_health(health) == ["herald: javascript: closed, the site is listed no longer"]


def test_a_failure_notice_is_a_finding_that_heals_at_once(nights: Nights) -> None:
    assert _names(nights.run(EMPTY, NOTICE)) == (["herald no-address"], [], [])  # in the first night, too
    assert _names(nights.run(EMPTY, NOTICE)) == ([], ["herald no-address"], [])
    assert _names(nights.run(EMPTY | {"address/waiting/due": 3}, outcome="shutdown"))[1] == ["herald no-address"]
    assert _names(nights.run(USUAL)) == ([], [], ["herald no-address"])


def test_what_an_interrupted_run_found_is_new_in_its_night(connection: Connection, nights: Nights) -> None:
    nights.run_usual(9)
    nights.run(EMPTY | {"address/waiting/due": 3}, NOTICE, outcome="shutdown")
    first = nights.id
    assert _names(nights.run(EMPTY, NOTICE)) == ([], ["herald no-address"], [])
    assert _names(load_health(connection, nights.id, since=first)) == (["herald no-address"], [], [])
    nights.run(USUAL, outcome="shutdown")  # this site had all its turns
    first = nights.id
    assert nights.run(USUAL) == Health()
    assert _names(load_health(connection, nights.id, since=first)) == ([], [], ["herald no-address"])


def test_a_run_killed_before_it_told_its_notices_heals_none(connection: Connection, nights: Nights) -> None:
    nights.run_usual(9)
    nights.run(EMPTY, NOTICE)
    moment = START + timedelta(days=10)
    run = runs.begin(connection, spider="articles", now=moment)
    runs.end(connection, run, outcome="finished", exit_code=0, counts={"courier": USUAL, "herald": EMPTY}, now=moment)
    record_night(connection, run)
    assert _names(check_health(connection, run)) == ([], ["herald no-address"], [])


def test_a_notice_that_explains_the_silence_is_told_alone(nights: Nights) -> None:
    nights.run_usual(9)
    assert _names(nights.run(EMPTY, NOTICE))[0] == ["herald no-address"]
    assert _names(nights.run(EMPTY, NOTICE)) == ([], ["herald no-address"], [])


def test_what_lasts_for_thirty_nights_is_taken_for_usual(connection: Connection, nights: Nights) -> None:
    nights.run_usual(9)
    nights.run(COPIES)
    for _ in range(29):
        assert _names(nights.run(COPIES)) == ([], ["herald duplicates"], [])
    accepted = nights.run(COPIES)
    assert _names(accepted) == ([], [], ["herald duplicates"])
    assert "taken for its usual" in describe_health(accepted)[0]
    assert check_health(connection, nights.id) == accepted
    assert nights.run(COPIES) == Health()


def test_a_site_that_gives_nothing_is_never_taken_for_usual(nights: Nights) -> None:
    nights.run_usual(9)
    nights.run(SHELL)
    for _ in range(31):
        assert _names(nights.run(SHELL)) == ([], ["herald javascript"], [])


def test_findings_do_not_depend_on_other_runs_or_sites(connection: Connection, nights: Nights) -> None:
    nights.run_usual(9)
    health = nights.run(SHELL)
    connection.execute(update(StoredFinding).values(site="another"))
    assert [one.name for one in check_health(connection, nights.id).new] == [one.name for one in health.new]
    assert connection.scalars(select(StoredFinding.site)).all() == ["herald"]


def test_a_run_that_is_no_night_has_no_findings(connection: Connection) -> None:
    run = runs.begin(connection, spider="articles", now=START)
    assert check_health(connection, run) == Health()
    assert check_health(connection, 99) == Health()

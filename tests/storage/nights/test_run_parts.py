"""Runs that several crawls share: their counts add up, whoever ends first, and none is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy import Engine

from storage import runs
from storage.run_parts import forget_parts, join_run, load_begun, merge_counts

NIGHT = datetime(2026, 11, 30, 2, tzinfo=UTC)
CRAWLS = 8


def test_counts_of_several_crawls_add_up_and_those_of_the_store_are_the_newest(engine: Engine) -> None:
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NIGHT)
        first = {
            "courier": {"page/fetched": 5, "address/waiting/due": 7, "listed/night": 1},
            "": {"archive/repaired": 1},
        }
        again = {"courier": {"page/fetched": 2, "address/waiting/due": 0}, "herald": {"article/stored": -1}}
        for counts in (first, again, {"": {"archive/repaired": 2}}):
            merge_counts(connection, run, counts)
        expected = {
            "": {"archive/repaired": 3},
            "courier": {"page/fetched": 7, "address/waiting/due": 0, "listed/night": 1},
            "herald": {"article/stored": -1},
        }
        going_on = runs.load_run(connection, run)
        assert going_on is not None
        assert (going_on.counts, going_on.ended_at) == (expected, None)
        for code in (1, 0):
            runs.end_shared(connection, run, outcome="finished", exit_code=code, now=NIGHT)
        ended = runs.load_run(connection, run)
        assert ended is not None
        assert (ended.counts, ended.ended_at, ended.exit_code) == (expected, NIGHT, 0)


def test_crawls_that_end_at_the_same_time_lose_no_count_of_each_others_sites(engine: Engine) -> None:
    sites = [f"site{number}" for number in range(20)]
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NIGHT)

    def end_crawl(number: int) -> None:
        order = sites if number % 2 else sites[::-1]
        for _ in range(5):
            with engine.begin() as connection:
                merge_counts(connection, run, {site: {"page/fetched": 1, f"from/{number}": 1} for site in order})

    with ThreadPoolExecutor(CRAWLS) as crawls:
        for ended in [crawls.submit(end_crawl, number) for number in range(CRAWLS)]:
            ended.result()
    with engine.begin() as connection:
        stored = runs.load_run(connection, run)
    assert stored is not None
    assert stored.counts == {
        site: {"page/fetched": 5 * CRAWLS} | {f"from/{number}": 5 for number in range(CRAWLS)} for site in sites
    }


def test_who_has_begun_since_is_seen_by_site(engine: Engine) -> None:
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NIGHT)
        join_run(connection, run, ["courier", "herald"])
        ours = load_begun(connection, ["courier", "herald"])
        join_run(connection, run, ["gazette"])
        assert load_begun(connection, ["courier", "herald"]) == ours
        join_run(connection, run, ["herald"])
        assert load_begun(connection, ["courier"]) <= ours
        assert load_begun(connection, ["courier", "herald"]) != ours
        stored = runs.load_run(connection, run)
        assert stored is not None
        assert stored.counts == {}  # nothing is counted yet


def test_a_crawl_of_another_run_that_has_ended_is_seen_too(engine: Engine) -> None:
    with engine.begin() as connection:
        night, alone, after = (runs.begin(connection, spider="articles", now=NIGHT) for _ in range(3))
        join_run(connection, night, ["courier", "herald"])
        merge_counts(connection, night, {"courier": {"page/fetched": 5}, "gazette": {"article/stored": -1}})
        join_run(connection, alone, ["herald"])  # is killed before it counts anything
        ours, all_of_it = load_begun(connection, ["courier"]), load_begun(connection, None)
        join_run(connection, after, ["courier", "gazette", "herald"])
        runs.end_shared(connection, after, outcome="finished", exit_code=0, now=NIGHT)
        forget_parts(connection, after)
        assert load_begun(connection, ["courier"]) != ours
        assert load_begun(connection, None) != all_of_it
        assert {run for _, run, _ in load_begun(connection, None)} == {night}  # nothing is left of who was killed
        assert ("gazette", night, 0) in load_begun(connection, None)  # no crawl of it has begun in the night
        stored = runs.load_run(connection, night)
        assert stored is not None
        assert stored.counts["courier"] == {"page/fetched": 5}

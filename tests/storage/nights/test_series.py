"""The numbers of a night: what the counts of a run and its pages give, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, update

from cleaning.records.block import Block, BlockKind
from storage import runs
from storage.database.engine import open_for_reading
from storage.models import Run, StoredArticle, StoredSiteNight
from storage.models.packed_blocks import pack_blocks
from storage.nights.from_articles import find_place
from storage.nights.series import iter_sites_nights, load_nights, record_earlier_nights, record_night

NIGHT = datetime(2026, 11, 23, 2, tzinfo=UTC)
COUNTS = {
    "": {"archive/repaired": 1},
    "herald": {
        "page/fetched": 9,
        "article/stored": 5,
        "article/duplicate": 1,
        "article/unchanged": 1,
        "article/rejected/no-text": 2,
        "article/updated": 1,
        "address/failed/timeout": 3,
        "discovery/failed/timeout": 1,
        "address/waiting/due": 4,
        "host/held/breaker": 1,
        "listed/night": 1,
        "listed/articles": 8,
        "listed/stored": 6,
        "listed/by/feed": 7,
        "response/bytes": 5000,
        "time/seconds": 70,
    },
    "courier": {"page/fetched": 1, "article/stored": 1},
}


def _make_blocks(text: str, cut: str) -> str | None:
    path = "main > article#a12.story.s-77 > p"
    blocks = [
        Block(text=text, kind=BlockKind.PARAGRAPH, path=path),
        Block(text=cut, kind=BlockKind.PARAGRAPH, path="aside.ad > p", rule="teaser"),
    ]
    return pack_blocks(blocks, text)


def _run_crawl(connection: Connection, counts: dict[str, Any], *, outcome: str = "finished", day: int = 0) -> int:
    moment = NIGHT + timedelta(days=day)
    run = runs.begin(connection, spider="articles", now=moment)
    runs.end(connection, run, outcome=outcome, exit_code=0, counts=counts, now=moment + timedelta(hours=1))
    runs.record_night_facts(connection, run, is_night=True, notices=[("herald", "moved", "it has moved")])
    return run


def _store_page(connection: Connection, run: int, name: str, **more: Any) -> None:
    values = {
        "id": name,
        "url": f"https://news.example/{name}",
        "site": "herald",
        "title": name,
        "headline_key": name,
        "authors": ["Mara Lind"],
        "published_at": NIGHT - timedelta(hours=5),
        "fetched_at": NIGHT,
        "language": "en",
        "language_probability": 0.9,
        "tags": [],
        "text": "",
        "words": 1,
        "cleaner_version": "1",
        "run_id": run,
    }
    connection.execute(insert(StoredArticle).values(**values | more))


def test_a_night_has_the_numbers_of_its_counts_and_of_its_pages(engine: Engine) -> None:
    with engine.begin() as connection:
        run = _run_crawl(connection, COUNTS)
        for number, letters in enumerate((100, 200, 300, 800)):
            text = "a" * letters
            _store_page(connection, run, f"page{number}", text=text, blocks=_make_blocks(text, "b" * 100))
        _store_page(connection, run, "other", authors=[], published_at=None, language="de", text="c" * 300)
        _store_page(connection, run, "shell", rejected="no-text", blocks=_make_blocks("", "d" * 30))
        record_night(connection, run)
        record_night(connection, run)  # again: the same
    with open_for_reading(engine) as connection:
        courier, herald = load_nights(connection, last=5)
    assert (courier.site, courier.numbers["stored"], courier.numbers["found"]) == ("courier", 1, 1)
    assert herald[:3] == (run, "herald", NIGHT)
    expected = {
        "found": 15,  # 9 pages, 2 of the 3 failures (one is a list), 4 that wait
        "stored": 5,
        "duplicates": 1,
        "unchanged": 1,
        "updated": 1,
        "rejected": 2,
        "rejected/no-text": 2,
        "failed": 2,
        "failed/timeout": 2,
        "lists_failed/timeout": 1,
        "held/breaker": 1,
        "listed": 8,
        "listed_by/feed": 7,
        "completeness": 0.75,
        "bytes": 5000,
        "seconds": 70,
        "articles": 5,
        "median_length": 300,
        "no_author": 0.2,
        "no_date": 0.2,
        "language/en": 0.8,
        "language/de": 0.2,
        "place/article.story.s-0": 0.8,
        "characters": 1800,
        "share_cut": round(400 / 1800, 4),
        "share_cut/teaser": round(400 / 1800, 4),
        "bare": 1,
        "bare_length": 30,
    }
    assert {name: herald.numbers[name] for name in expected} == pytest.approx(expected)
    assert "cut_off" not in herald.numbers


def test_a_night_that_was_stopped_is_marked_only_where_addresses_were_due(engine: Engine) -> None:
    with engine.begin() as connection:
        run = _run_crawl(connection, COUNTS, outcome="shutdown")
        record_night(connection, run)
        nights = {night.site: night.numbers for night in load_nights(connection, last=1)}
    assert nights["herald"]["cut_off"] == 1
    assert "cut_off" not in nights["courier"]


def test_runs_that_are_no_nights_are_not_recorded(engine: Engine) -> None:
    with engine.begin() as connection:
        narrowed = _run_crawl(connection, COUNTS)
        runs.record_night_facts(connection, narrowed, is_night=False, notices=[])
        killed = runs.begin(connection, spider="articles", now=NIGHT)
        other = runs.begin(connection, spider="archive", now=NIGHT)
        runs.end(connection, other, outcome="finished", exit_code=0, counts=COUNTS, now=NIGHT)
        for run in (narrowed, killed, other, 999):
            record_night(connection, run)
        assert load_nights(connection, last=9) == []


def test_the_nights_of_the_last_runs_are_loaded_the_oldest_first(engine: Engine) -> None:
    with engine.begin() as connection:
        counts = {"herald": {"page/fetched": 1}}
        for day in range(4):
            record_night(connection, _run_crawl(connection, counts | ({"courier": {}} if day < 2 else {}), day=day))
        days = [(night.started_at.day, night.site) for night in load_nights(connection, last=3)]
        assert days == [(24, "courier"), (24, "herald"), (25, "herald"), (26, "herald")]
        of_courier = load_nights(connection, last=1, site="courier")
        assert [(night.started_at.day, night.site) for night in of_courier] == [(24, "courier")]


def test_earlier_runs_are_recorded_once_and_without_those_that_were_narrowed(engine: Engine) -> None:
    narrowed = {"herald": COUNTS["herald"] | {"address/waiting/over-limit": 2}}
    with engine.begin() as connection:
        old = [_run_crawl(connection, counts, day=day) for day, counts in enumerate((COUNTS, narrowed, COUNTS))]
        connection.execute(update(Run).values(is_night=None))
        assert record_earlier_nights(connection) == 2
        assert [night.run for night in load_nights(connection, last=9, site="herald")] == [old[0], old[2]]
        assert record_earlier_nights(connection) == 0
        connection.execute(StoredSiteNight.__table__.delete())  # type: ignore[attr-defined]
        assert record_earlier_nights(connection) == 2


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("main > article.story > div.story-text > p", "div.story-text"),
        ("div#wrap > div#content > div.art_body", "div.art_body"),
        ("main > article#post-12.post-12.hentry > ul > li > p.lead", "article.post-0.hentry"),
        ("div#main7 > p", "div#main0"),
        ("p", ""),
    ],
)
def test_the_place_of_a_text_is_the_innermost_element_with_a_name(path: str, place: str) -> None:
    assert find_place(path) == place


def test_what_a_killed_run_stored_counts_for_the_next_night(engine: Engine) -> None:
    counts = {"herald": {"page/fetched": 1}, "courier": {"page/fetched": 1}}
    with engine.begin() as connection:
        record_night(connection, _run_crawl(connection, counts))
        killed = runs.begin(connection, spider="articles", now=NIGHT)
        _store_page(connection, killed, "one")
        _store_page(connection, killed, "two")
        _store_page(connection, killed, "none", rejected="no-text")
        record_night(connection, _run_crawl(connection, counts, day=1))
        shared = {night.site: night.numbers.get("shared") for night in load_nights(connection, last=1)}
    assert shared == {"herald": 2, "courier": None}


def test_the_nights_of_each_site_are_read_one_site_after_the_other(engine: Engine) -> None:
    with engine.begin() as connection:
        for day in range(4):
            record_night(connection, _run_crawl(connection, {"herald": {}, "courier": {}}, day=day))
        last = load_nights(connection, last=1)[0].run
        found = [
            [(night.site, night.run) for night in rows]
            for rows in iter_sites_nights(connection, last=2, until=last - 1)
        ]
    assert found == [[(site, last - 2), (site, last - 1)] for site in ("courier", "herald")]

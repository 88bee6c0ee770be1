"""A reading is given back for the very fetch of a page that it was made of, and for nothing else."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cleaning.records.given import Page, SiteRules
from crawler.storing.readings import KeptReadings, describe_conditions, make_reading_key
from storage.archive.location import ArchiveLocation
from storage.articles.saving import make_article_id

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
PAGE = Page("https://paper.example/story", "<p>words</p>", fetched_at=NOON, language="en")
PLACE = ArchiveLocation("night.warc.gz", 7)


def get(readings: KeptReadings, page: Page = PAGE, place: ArchiveLocation = PLACE) -> bytes | None:
    assert page.fetched_at is not None
    conditions = describe_conditions(page)
    return readings.get(make_reading_key(make_article_id(page.url), page.fetched_at, place, conditions))


def test_a_reading_belongs_to_one_fetch_of_a_page_and_to_what_sites_toml_says_of_it(tmp_path: Path) -> None:
    with closing(KeptReadings(tmp_path, 1_000)) as readings:
        readings.keep(PAGE, PLACE, b"seen")
        assert get(readings) == b"seen"
        assert get(readings, replace(PAGE, html="not compared, since the place names the response")) == b"seen"
        for other in (
            replace(PAGE, url="https://paper.example/other"),
            replace(PAGE, fetched_at=NOON + timedelta(microseconds=1)),
            replace(PAGE, language="de"),
            replace(PAGE, rules=SiteRules(remove=("aside",))),
            replace(PAGE, obeyed_tags=("noindex",)),
        ):
            assert get(readings, other) is None
        for place in (ArchiveLocation("other.warc.gz", 7), ArchiveLocation("night.warc.gz", 8)):
            assert get(readings, place=place) is None


def test_each_reading_is_given_back_as_it_was(tmp_path: Path) -> None:
    pages = {replace(PAGE, url=f"https://paper.example/{at}"): os.urandom(at) for at in range(1, 200)}
    with closing(KeptReadings(tmp_path, 1_000_000)) as readings:
        for page, data in pages.items():
            readings.keep(page, PLACE, data)
            readings.keep(page, PLACE, b"of a transaction that is tried again")
        assert (len(readings), readings.size) == (199, sum(range(200)))
        assert all(get(readings, page) == data for page, data in pages.items())


def test_nothing_is_kept_beyond_the_limit_or_without_a_place_in_the_archive(tmp_path: Path) -> None:
    with closing(KeptReadings(tmp_path, 8)) as readings:
        readings.keep(PAGE, None, b"seen")
        readings.keep(PAGE, PLACE, b"")
        readings.keep(replace(PAGE, fetched_at=None), PLACE, b"seen")
        readings.keep(PAGE, PLACE, b"more than eight")
        assert len(readings) == 0
        readings.keep(PAGE, PLACE, b"seen")
        readings.keep(replace(PAGE, url="https://paper.example/2"), PLACE, b"12345")
        assert (len(readings), get(readings)) == (1, b"seen")


def test_no_file_has_a_name_so_that_nothing_is_left_by_a_kill(tmp_path: Path) -> None:
    with closing(KeptReadings(tmp_path, 1_000)) as readings:
        readings.keep(PAGE, PLACE, b"seen")
        assert list(tmp_path.iterdir()) == []
    assert get(readings) is None


def test_a_disk_that_takes_no_file_costs_only_the_readings(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(KeptReadings(tmp_path / "absent", 1_000)) as readings:
        for _ in range(2):
            readings.keep(PAGE, PLACE, b"seen")
        assert get(readings) is None
    assert len(caplog.records) == 1
    assert "read from the archive" in caplog.text


def test_a_torn_file_gives_nothing(tmp_path: Path) -> None:
    with closing(KeptReadings(tmp_path, 1_000)) as readings:
        readings.keep(PAGE, PLACE, b"seen")
        assert readings._file is not None
        readings._file.truncate(3)
        assert get(readings) is None


def test_nothing_is_kept_once_it_is_closed_because_the_disk_has_little_space(tmp_path: Path) -> None:
    with closing(KeptReadings(tmp_path, 1_000)) as readings:
        assert readings.keep(PAGE, PLACE, b"seen") == len(b"seen")
        readings.close()
        assert get(readings) is None
        assert readings.keep(PAGE, PLACE, b"seen") == 0
        assert (len(readings), readings.size) == (0, 0)

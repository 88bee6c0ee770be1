"""A night that did not end, or that failed, is told before the numbers of another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from night_store import NightStore
from sqlalchemy import Engine, delete, update

from cleaning.errors import BadArgument
from crawler.night_report.gather import gather_report
from crawler.night_report.json_document import report_to_document
from crawler.night_report.plain_text import render_text
from crawler.night_report.web_page import render_report
from storage import runs
from storage.database.engine import make_database_url, open_database
from storage.models import Run, StoredFinding, StoredSiteNight

STORE = NightStore(sites=2, nights=2, articles=20)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return STORE.fill(tmp_path / "data")


@pytest.fixture
def store(data: Path) -> Iterator[Engine]:
    engine = open_database(make_database_url(data, None))
    with engine.begin() as connection:
        connection.execute(delete(StoredFinding))
    yield engine
    engine.dispose()


def _assert_told_first(store: Engine, data: Path, words: str) -> None:
    report = gather_report(store, data)
    (warning,) = report.warnings
    assert words in warning
    lines = render_text(report).splitlines()
    assert " ".join(lines[1:3]).startswith(warning) or lines[1] == warning
    assert "Nothing needs a hand" not in "\n".join(lines)
    page = render_report(report)
    assert f'<p class="warning">{warning}</p>' in page
    assert "Nothing needs a hand" not in page
    assert '<dd class="value good">' not in page
    assert report_to_document(report)["warnings"] == [warning]


def test_a_calm_night_has_no_warning(store: Engine, data: Path) -> None:
    report = gather_report(store, data)
    assert report.warnings == ()
    assert "Nothing needs a hand." in render_text(report)
    assert '<dd class="value good">' in render_report(report)


def test_a_killed_night_stands_before_the_night_before(store: Engine, data: Path) -> None:
    killed = STORE.begin(1) + timedelta(days=1)
    with store.begin() as connection:
        runs.begin(connection, spider="articles", now=killed)
    _assert_told_first(store, data, "and did not end (scrapy runs); this is the night before.")
    assert gather_report(store, data).warnings[0].startswith(f"Run 3 began {killed.day} ")
    assert gather_report(store, data, until=2).warnings == ()
    with pytest.raises(BadArgument, match="run 3 did not end"):
        gather_report(store, data, until=3)


def test_a_killed_run_behind_one_of_the_same_night_is_told(store: Engine, data: Path) -> None:
    with store.begin() as connection:
        runs.begin(connection, spider="articles", now=STORE.begin(1) + timedelta(minutes=2))
    _assert_told_first(store, data, "Run 3 began")
    assert "night before" not in gather_report(store, data).warnings[0]


def test_a_killed_run_that_was_made_good_is_no_warning(store: Engine, data: Path) -> None:
    with store.begin() as connection:
        connection.execute(update(Run).where(Run.id == 1).values(ended_at=None, outcome=None, exit_code=None))
    assert gather_report(store, data).warnings == ()


def test_a_run_that_failed_says_its_exit_status(store: Engine, data: Path) -> None:
    with store.begin() as connection:
        connection.execute(update(Run).where(Run.id == 2).values(exit_code=1, outcome="store_failed"))
    _assert_told_first(store, data, "Run 2 ended with exit status 1: store failed (scrapy runs).")


def test_a_first_night_that_was_killed_is_told(store: Engine, data: Path) -> None:
    with store.begin() as connection:
        connection.execute(delete(StoredSiteNight))
        connection.execute(update(Run).values(ended_at=None, outcome=None, exit_code=None, is_night=None))
    text = render_text(gather_report(store, data))
    assert "Run 2 began" in text
    assert "did not end" in text

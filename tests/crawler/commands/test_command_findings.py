"""`scrapy sites findings` and `scrapy sites mute`: what is open, and what is not told before a day."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from crawling import ROOT
from night_store import make_article
from scrapy.cmdline import execute
from sqlalchemy import insert

from storage import runs
from storage.archive.location import ArchiveLocation
from storage.articles import saving
from storage.database.engine import make_database_url, open_database
from storage.models import StoredFinding
from storage.nights.findings import Finding

NIGHT = datetime(2026, 11, 23, 2, tzinfo=UTC)
OPEN = Finding("herald", "silent", "no new article \x1b[2J", "look at it", {"usual": 12.5}, NIGHT, 4, NIGHT, 4)
HEALED = OPEN._replace(name="drop", first_run=2, healed_at=NIGHT + timedelta(days=1), healed_run=5)


class Said(NamedTuple):
    status: object
    out: str
    err: str


Sites = Callable[..., Said]


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Sites:
    """Runs `scrapy sites ARGUMENTS` on a store with two findings of herald, and none of post."""
    engine = open_database(make_database_url(tmp_path, None))
    with engine.begin() as connection:
        connection.execute(insert(StoredFinding), [finding._asdict() for finding in (OPEN, HEALED)])
        run = runs.begin(connection, spider="articles", now=NIGHT)
        article, place = make_article("https://post.example/a"), ArchiveLocation("none.warc.gz", 0)
        saving.save_article(connection, article, site="post", run=run, fetched_at=NIGHT, location=place)
    engine.dispose()
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    monkeypatch.chdir(ROOT)

    def run(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            execute(["scrapy", "sites", "-s", f"DATA_DIR={tmp_path}", *arguments])
        return Said(ended.value.code, *capfd.readouterr())

    return run


def test_what_is_open_is_shown_with_what_to_do(sites: Sites) -> None:
    said = sites("findings")
    assert (said.status, said.err) == (0, "")
    first, second = said.out.splitlines()
    assert first.startswith("herald: silent: no new article")
    assert first.endswith("(seen 2026-11-23 to 2026-11-23)")
    assert second == "    look at it"
    assert "\x1b" not in said.out


def test_what_has_healed_is_shown_on_request(sites: Sites) -> None:
    assert "herald: drop" in sites("findings", "herald", "--all").out
    told = json.loads(sites("findings", "--all", "--json").out)["findings"]
    assert [(one["name"], one["healed_at"] is None) for one in told] == [("drop", False), ("silent", True)]


def test_a_finding_is_muted_until_a_day_and_told_again(sites: Sites) -> None:
    assert sites("mute", "herald", "silent", "--until", "2999-01-01").out == (
        "herald: silent is not told before 2999-01-01\n"
    )
    assert "muted until 2999-01-01" in sites("findings").out
    assert sites("mute", "herald", "silent").out == "herald: silent is told again\n"
    assert "muted" not in sites("findings").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["mute", "herald", "drop"], "herald has no open finding 'drop'; open are: silent; scrapy sites"),
        (["mute", "post", "silent"], "post has no open finding 'silent'; none is open, so there is nothing to mute; "),
        (["mute", "nowhere", "drop"], 'no site "nowhere" in the store; choose from: herald, post'),
        (["mute", "herald", "silent", "--until", "tomorrow"], "--until must be a day as YYYY-MM-DD, got 'tomorrow'"),
        (["findings", "--until", "2999-01-01"], "--until belongs to: scrapy sites mute NAME"),
        (["nights", "--all"], "--all belongs to: scrapy sites findings"),
        (["mute", "herald"], "takes nothing, or one of"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_status_2(sites: Sites, words: list[str], message: str) -> None:
    said = sites(*words)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(f"scrapy sites: {message}")
    assert said.err.count("\n") == 1

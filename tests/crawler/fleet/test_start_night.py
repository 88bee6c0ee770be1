"""A night of the fleet begins beside no other: not while one process runs the night."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from scrapy.settings import Settings
from sqlalchemy import URL, Engine

from cleaning.errors import DatabaseMissing
from crawler.fleet.start_night import begin_fleet_night
from crawler.night.open_night import open_night
from crawler.night.options import load_default_options
from crawler.sites.site import Site
from storage.database.engine import open_database
from storage.database.locks import claim_database

NOW = datetime(2026, 12, 2, 2, tzinfo=UTC)
SITES = [Site("courier", "https://courier.example/"), Site("herald", "https://herald.example/")]


def test_a_night_that_one_process_runs_is_left_to_it_until_it_is_gone(fleet_url: URL, fleet_engine: Engine) -> None:
    settings = Settings()
    settings.setmodule("crawler.settings")
    desk = open_database(fleet_url)
    with claim_database(desk):
        night = open_night(desk, {}, load_default_options(settings), NOW).night
        with pytest.raises(DatabaseMissing, match=f"scrapy nightly runs night {night.id}"):
            begin_fleet_night(fleet_engine, settings, SITES, "digest", NOW)
    desk.dispose()
    begun = begin_fleet_night(fleet_engine, settings, SITES, "digest", NOW)
    assert (begun.night, begun.missing) == (night.id, [("courier",), ("herald",)])
    with claim_database(fleet_engine):  # the end of an earlier night: the fleet's own waits for nobody
        again = begin_fleet_night(fleet_engine, settings, SITES, "digest", NOW)
    assert (again.night, again.run) == (begun.night, begun.run)

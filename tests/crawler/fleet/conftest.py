"""A store with an empty queue, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import URL, Engine, make_url

from crawler.fleet.queue_schema import prepare_queue
from storage.database.engine import open_database


@pytest.fixture
def fleet_url(postgres_database: str) -> URL:
    return make_url(postgres_database)


@pytest.fixture
def fleet_engine(fleet_url: URL) -> Iterator[Engine]:
    engine = open_database(fleet_url)
    prepare_queue(engine)
    yield engine
    engine.dispose()

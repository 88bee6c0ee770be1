"""Stores with nights, for the tests of the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from night_store import NightStore
from sqlalchemy import Engine

from storage.database.engine import make_database_url, open_database


@pytest.fixture(scope="session")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of twelve sites and 31 nights. Tests only read it."""
    return NightStore().fill(tmp_path_factory.mktemp("nights") / "data")


@pytest.fixture
def engine(nights: Path) -> Iterator[Engine]:
    engine = open_database(make_database_url(nights, None))
    yield engine
    engine.dispose()

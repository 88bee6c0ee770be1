"""The store that pruning and checking look through."""

from __future__ import annotations

from pathlib import Path

import pytest
from archived_nights import NightlyStore
from sqlalchemy import Engine


@pytest.fixture
def nights(engine: Engine, tmp_path: Path) -> NightlyStore:
    """Return an empty store with an archive, on SQLite and on PostgreSQL."""
    return NightlyStore(engine, tmp_path)

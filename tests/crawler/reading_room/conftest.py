"""One reading room for all tests of its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from reading_room_store import Room, open_room


@pytest.fixture(scope="package")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with open_room(tmp_path_factory.mktemp("room") / "data") as room:
        yield room

"""A newspaper to crawl, a data folder to crawl into."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from crawling import Scrapy, Store, run_scrapy
from servers.paper import Paper


@pytest.fixture
def paper() -> Iterator[Paper]:
    with Paper() as paper:
        yield paper


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def scrapy(data: Path) -> Scrapy:
    """Runs `scrapy ARGUMENTS` on the test's data folder to its end."""
    return partial(run_scrapy, data=data)


@pytest.fixture
def store(data: Path) -> Store:
    return Store(data)

"""Fixtures: a newspaper to crawl, a data folder to crawl into, a finished crawl of two newspapers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from crawling import Scrapy, Store, run_scrapy
from servers.paper import Paper
from two_papers import STORIES, Tables, crawl_two_papers, make_outdated, read_tables, run_reclean


@pytest.fixture
def paper() -> Iterator[Paper]:
    with Paper() as paper:
        yield paper


@pytest.fixture(scope="session")
def two_papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a crawl of two newspapers, one of which repeats a line. Tests read it or copy it."""
    folder = tmp_path_factory.mktemp("two-papers") / "data"
    crawl_two_papers(folder)
    return folder


@pytest.fixture(scope="session")
def settled(two_papers: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The tables of the store after an outdated copy was recleaned without interruption."""
    data = Path(shutil.copytree(two_papers, tmp_path_factory.mktemp("settled") / "data"))
    make_outdated(data)
    done = run_reclean(data)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{2 * STORIES} pages cleaned again" in done.stdout
    assert f"{2 * STORIES} articles have another text" in done.stdout
    return read_tables(data)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def scrapy(data: Path) -> Scrapy:
    """Run `scrapy ARGUMENTS` on the test's data folder to its end."""
    return partial(run_scrapy, data=data)


@pytest.fixture
def store(data: Path) -> Store:
    return Store(data)

"""How much the store takes: measured by part, estimated by site, without reading all of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from cleaning.records.article import Article
from cleaning.records.block import Block
from storage import runs
from storage.archive.write import Archive, Exchange
from storage.articles.saving import save_article
from storage.search.index import index_backlog
from storage.upkeep.search_size import measure_search
from storage.upkeep.size import measure_size

FIRST = datetime(2026, 11, 1, 2, tzinfo=UTC)
LINE = "The harbour master {0} counts the boats of day {1}, and number {0} is missing from the quay again."


def crawl(engine: Engine, data: Path, nights: int, pages: dict[str, int]) -> None:
    """Store so many pages of each site in each night, with their records in the archive."""
    for night in range(nights):
        now = FIRST + timedelta(days=night)
        with engine.begin() as connection:
            run = runs.begin(connection, spider="articles", now=now)
        archive = Archive(data / "archive", run=run, software="test")
        with engine.begin() as connection:
            for site, count in pages.items():
                for number in range(count):
                    url = f"https://{site}.example/{night}/{number}"
                    body = f"<p>{url}</p>".encode() * 100
                    exchange = Exchange(url, "GET", [], 200, [("Content-Type", "text/html")], body, now, site)
                    lines = tuple(Block(LINE.format(f"{site}{number}{line}", night)) for line in range(20))
                    article = Article(url, f"Boat {number}", blocks=lines, canonical_url=url)
                    location = archive.write(exchange)
                    save_article(connection, article, site=site, run=run, fetched_at=now, location=location)
            archive.sync()
            runs.end(connection, run, outcome="finished", exit_code=0, counts={}, now=now)
        archive.close()


def test_parts_and_sites_add_up(engine: Engine, tmp_path: Path) -> None:
    data = tmp_path / "data"
    crawl(engine, data, nights=3, pages={"large": 60, "small": 20})
    (data / "readings").mkdir()
    (data / "readings" / "one").write_bytes(b"x" * 5_000)
    index_backlog(engine)
    size = measure_size(engine, data)
    assert size.articles == 240
    assert size.parts["readings"] == 5_000
    assert size.parts["archive"] == sum(path.stat().st_size for path in (data / "archive").iterdir())
    with engine.connect() as connection:
        texts = connection.execute(text("SELECT sum(length(text)) FROM article")).scalar_one()
        blocks = connection.execute(text("SELECT sum(length(blocks)) FROM article")).scalar_one()
    if engine.dialect.name == "sqlite":  # PostgreSQL compresses them
        assert texts < size.parts["articles"] < 2 * texts
        assert size.parts["blocks"] == pytest.approx(blocks, rel=0.05)
    large, small = size.sites
    assert (large.site, large.pages, small.site, small.pages) == ("large", 180, "small", 60)
    assert large.store / small.store == pytest.approx(3, rel=0.1)
    assert large.archive / small.archive == pytest.approx(3, rel=0.1)
    assert large.archive + small.archive == pytest.approx(size.parts["archive"], rel=0.01)
    json.dumps(size.to_document())


def test_growth_is_known_after_the_second_night(engine: Engine, tmp_path: Path) -> None:
    data = tmp_path / "data"
    crawl(engine, data, nights=1, pages={"herald": 20})
    assert measure_size(engine, data).growth is None
    crawl(engine, data, nights=3, pages={"herald": 20})
    size = measure_size(engine, data)
    assert size.growth is not None
    assert size.growth.nights == 4
    assert size.growth.a_night >= size.parts["archive"] // 4
    assert size.days_left is not None
    assert size.days_left > 0


def test_the_size_of_the_search_index_is_that_of_its_pages(sqlite_engine: Engine, tmp_path: Path) -> None:
    crawl(sqlite_engine, tmp_path, nights=4, pages={"herald": 100})
    index_backlog(sqlite_engine)
    with sqlite_engine.connect() as connection:
        real = connection.execute(text("SELECT sum(pgsize) FROM dbstat WHERE name = 'search_index_data'")).scalar_one()
        assert measure_search(connection) == pytest.approx(real, rel=0.1)


def test_an_empty_store_has_a_size(engine: Engine, tmp_path: Path) -> None:
    size = measure_size(engine, tmp_path)
    assert (size.articles, size.sites, size.growth, size.days_left) == (0, (), None, None)
    assert size.total > 0


def test_a_store_of_which_nothing_else_is_here_is_measured(engine: Engine, tmp_path: Path) -> None:
    data = tmp_path / "elsewhere"
    crawl(engine, data, nights=2, pages={"large": 3})
    with engine.begin() as connection:  # as no crawl writes it
        connection.execute(text("UPDATE article SET archive_offset = NULL"))
    size = measure_size(engine, tmp_path / "missing" / "data")
    assert size.disk_free > 0
    assert [size.parts[name] for name in ("archive", "readings", "reports")] == [0, 0, 0]
    assert not (tmp_path / "missing").exists()
    assert [site.archive for site in measure_size(engine, data).sites] == [0]

"""One reading room for all tests of its pages, and a small store on each database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from night_store import make_article
from reading_room_store import NOON, URLS, Room, export_room, open_release_room, open_room
from sqlalchemy import Engine, insert, make_url, update

from storage.articles.saving import make_article_id, save_article
from storage.database.engine import make_database_url, open_database
from storage.models import Run, StoredArticle


@pytest.fixture(scope="package")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with open_room(tmp_path_factory.mktemp("room") / "data") as room:
        yield room


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Six articles of two sites; one of each is a copy of the first."""
    server = request.param == "postgresql" and request.getfixturevalue("postgres_database")
    engine = open_database(make_url(server) if server else make_database_url(tmp_path, None))
    with engine.begin() as connection:
        connection.execute(insert(Run).values(id=1, spider="articles", started_at=NOON, counts={}))
        for place, url in enumerate(URLS):
            more = {"published_at": NOON + timedelta(hours=20 * place), "section": "Sport"} if place % 2 else {}
            article = make_article(url, title=f"Ferry number {place}", **more)
            site = url.partition("//")[2].partition(".")[0]
            save_article(connection, article, site=site, run=1, fetched_at=NOON + timedelta(days=40), location=None)
        row = StoredArticle
        first = make_article_id(URLS[0])
        for url in (URLS[1], URLS[3]):
            copy = {"duplicate_of": first, "duplicate_rule": "near-duplicate", "duplicate_kind": "copy"}
            connection.execute(update(row).where(row.id == make_article_id(url)).values(copy))
    yield engine
    engine.dispose()


@pytest.fixture(scope="package")
def newer(room: Room, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """The release of one site against that of the whole store."""
    folder = tmp_path_factory.mktemp("newer")
    older = export_room(room.data, folder / "v1", "csv")
    v2 = export_room(room.data, folder / "v2", "sqlite", sites=("courier",))
    with open_release_room(v2, folder / "kept", older) as one:
        yield one

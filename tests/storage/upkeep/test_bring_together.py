"""Small objects become large ones; wherever that is killed, each row names its page, and nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from cleaning.records.article import Article
from cleaning.records.block import Block
from storage import runs
from storage.archive.elsewhere import AddressPlace
from storage.archive.location import ArchiveLocation
from storage.archive.members import iter_heads_by_file
from storage.archive.own_files import make_mark, make_writer
from storage.archive.pack import Pack
from storage.archive.part_locations import ArchivedPart, save_parts
from storage.archive.read_back import ArchiveReader
from storage.archive.write import Exchange, build_records
from storage.articles.saving import make_article_id, save_article
from storage.models import Revision, StoredArticle, StoredPart
from storage.upkeep import bring_together as room
from storage.upkeep.prune import Pruned, prune

BEGUN = datetime(2026, 6, 1, 2, tzinfo=UTC)
OBJECTS = 6


class Killed(BaseException):
    """In the place of kill -9."""


@pytest.fixture
def place(tmp_path: Path) -> AddressPlace:
    return AddressPlace(f"memory://{tmp_path.name}/{id(tmp_path)}", {}, data_dir=tmp_path)


@pytest.fixture
def crawl(engine: Engine, place: AddressPlace) -> Callable[..., None]:
    """Crawl a night into small objects: two pages each, one page again and changed, and one with a further part."""

    def crawl(night: int, *, mark: str | None = None, begun: datetime = BEGUN) -> None:
        now = begun + timedelta(days=night)
        with engine.begin() as connection:
            run = runs.begin(connection, spider="articles", now=now)
            for number in range(OBJECTS):
                writer = make_writer(make_mark(now) if mark is None else mark)
                pack = Pack(
                    run=run, writer=writer, number=number, software="tests", now=now + timedelta(minutes=number)
                )
                urls = [f"https://a.example/{night}/{number}", f"https://a.example/{night}/{number}/more"]
                places = [pack.add(build_records(make_exchange(url, now))) for url in (*urls, f"{urls[0]}/part")]
                changed = urls[0] if number else urls[1]
                places.append(pack.add(build_records(make_exchange(changed, now + timedelta(hours=1)))))
                place.put(pack.name, pack.to_bytes())
                for url, location in zip(urls, places, strict=False):
                    save(connection, url, "first", run, now, location)
                save(connection, changed, "changed", run, now + timedelta(hours=1), places[3])
                save_parts(connection, make_article_id(urls[1]), [ArchivedPart(f"{urls[0]}/part", places[2])])

    return crawl


def make_exchange(url: str, now: datetime) -> Exchange:
    return Exchange(url, "GET", [], 200, [("Content-Type", "text/html")], b"<p>page</p>" * 99, now, "a")


def save(connection: Any, url: str, text: str, run: int, now: datetime, location: ArchiveLocation) -> None:
    article = Article(url, "Page", (Block(f"{text} of {url}."),), canonical_url=url)
    save_article(connection, article, site="a", run=run, fetched_at=now, location=location)


def bring(engine: Engine, data: Path, place: AddressPlace, *, dry_run: bool = False) -> Pruned:
    return prune(engine, data, raw_before=None, rejected_before=None, dry_run=dry_run, archive=place)


def count_readable(engine: Engine, place: AddressPlace) -> int:
    """Return how many rows name a record, after each was read and was the page of the row."""
    one, row, part = Revision, StoredArticle, StoredPart
    with ArchiveReader(place) as reader, engine.connect() as connection:
        versions = select(row.url, one.archive_file, one.archive_offset).join(row, row.id == one.article_id)
        found = [
            *connection.execute(select(row.url, row.archive_file, row.archive_offset)),
            *connection.execute(select(part.url, part.archive_file, part.archive_offset)),
            *connection.execute(versions),
        ]
        assert [reader.read(ArchiveLocation(file, offset)).url for _, file, offset in found] == [
            url for url, *_ in found
        ]
    return len(found)


def list_records(place: AddressPlace) -> list[str]:
    found = iter_heads_by_file(place.list_files(), lambda _: None)
    return sorted(head.id for _, heads in found for head in heads)


def test_the_small_objects_of_a_night_become_one(
    crawl: Callable[..., None], engine: Engine, place: AddressPlace, tmp_path: Path
) -> None:
    crawl(0)
    crawl(9, mark="00c0ffee")  # of another store, as far as their names tell
    before, rows = list_records(place), count_readable(engine, place)
    assert rows == 8 * OBJECTS
    for is_dry in (True, False):
        told = bring(engine, tmp_path, place, dry_run=is_dry).brought
        assert (told.objects, told.into) == (OBJECTS, 1)
    assert len(place.list_files()) == OBJECTS + 1
    assert list_records(place) == before
    assert count_readable(engine, place) == rows
    assert bring(engine, tmp_path, place) == Pruned()


@pytest.mark.parametrize(
    ("owner", "name", "orphans"), [(AddressPlace, "put_back", 0), (room, "move_places", 1), (AddressPlace, "delete", 6)]
)
def test_it_is_finished_wherever_it_was_killed(
    crawl: Callable[..., None],
    engine: Engine,
    place: AddressPlace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    name: str,
    orphans: int,
) -> None:
    crawl(0)
    before, rows = list_records(place), count_readable(engine, place)

    def kill(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, kill)
        with pytest.raises(Killed):
            bring(engine, tmp_path, place)
    assert count_readable(engine, place) == rows
    assert bring(engine, tmp_path, place).orphans == orphans
    assert list_records(place) == before
    assert len(place.list_files()) == 1
    assert count_readable(engine, place) == rows
    assert [path for path in tmp_path.rglob("*.gz") if path.is_file()] == []


def test_a_run_that_may_go_on_keeps_its_objects(
    crawl: Callable[..., None], engine: Engine, place: AddressPlace, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    crawl(0, begun=now - timedelta(hours=2))
    assert bring(engine, tmp_path, place) == Pruned()
    with engine.begin() as connection:
        runs.end(connection, 1, outcome="finished", exit_code=0, counts={}, now=now)
    assert bring(engine, tmp_path, place).brought.objects == OBJECTS


def test_what_is_damaged_stays_as_it_is(
    crawl: Callable[..., None], engine: Engine, place: AddressPlace, tmp_path: Path
) -> None:
    crawl(0)
    first = place.list_files()[0]
    with first.open() as file:
        data = file.read()
    place.put(first.name, data[:-200])
    told = bring(engine, tmp_path, place).brought
    assert (told.objects, told.into) == (OBJECTS - 1, 1)
    assert first.name in [file.name for file in place.list_files()]


def test_a_group_is_neither_too_large_nor_too_long(
    crawl: Callable[..., None],
    engine: Engine,
    place: AddressPlace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crawl(0)
    monkeypatch.setattr(room, "LARGE", 2 * place.list_files()[0].size + 100)
    told = bring(engine, tmp_path, place).brought
    assert (told.objects, told.into) == (OBJECTS, OBJECTS // 2)
    assert count_readable(engine, place) == 4 * OBJECTS

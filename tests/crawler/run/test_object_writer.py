"""Records are collected into objects; what names one waits until it is written, and whatever fails, never longer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scrapy.settings import Settings
from servers.s3 import FaultyS3

from cleaning.errors import StorageLost
from crawler.run import object_writer
from crawler.run.archive_writer import WriterUser
from crawler.run.object_writer import ObjectWriter
from crawler.run.shared_writer import SharedWriter, is_writing_to
from storage.archive.elsewhere import AddressPlace
from storage.archive.location import ArchiveLocation
from storage.archive.members import iter_heads
from storage.archive.open_place import open_place
from storage.archive.own_files import parse_own_name
from storage.archive.read_back import ArchiveReader, read_archive
from storage.archive.write import Conversion, Exchange

NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)


@pytest.fixture
def place(s3: FaultyS3, tmp_path: Path) -> AddressPlace:
    place = open_place(tmp_path, s3.settings["ARCHIVE_URI"], s3.settings["ARCHIVE_OPTIONS"])
    assert isinstance(place, AddressPlace)
    return place


@pytest.fixture
def told() -> Counter[str]:
    return Counter()


@pytest.fixture
def make_writer(place: AddressPlace, told: Counter[str]) -> Iterator[Callable[..., ObjectWriter]]:
    made = []
    user = WriterUser(
        lambda fault: told.update([f"waited/{fault}"]), lambda: False, lambda stat, _: told.update([stat])
    )

    def make(*, linger: float = 0.2, patience: float = 30.0) -> ObjectWriter:
        writer = ObjectWriter(place, run=7, writer="00c0ffee", software="tests", patience=patience, linger=linger)
        writer.add_user(user)
        made.append(writer)
        return writer

    yield make
    for writer in made:
        writer.remove_user(user)


def make_exchange(number: int, size: int = 3_000) -> Exchange:
    body = f"<p>page {number}</p>".encode().ljust(size, b".")
    return Exchange(f"https://a.example/{number}", "GET", [], 200, [("Content-Type", "text/html")], body, NOW, "a")


async def wait_until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 (what is waited for sets no event)
        await asyncio.sleep(0.01)


def read_urls(place: AddressPlace, locations: list[ArchiveLocation]) -> list[str]:
    with ArchiveReader(place) as reader:
        return [reader.read(location).url for location in locations]


def test_pages_of_a_moment_are_one_object(
    make_writer: Callable[..., ObjectWriter], place: AddressPlace, told: Counter[str]
) -> None:
    async def write() -> list[ArchiveLocation]:
        writer = make_writer()
        locations = [await writer.write(make_exchange(number)) for number in range(10)]
        assert place.list_files() == []
        await writer.make_durable(locations[:1])
        return locations

    locations = asyncio.run(write())
    assert len({location.file for location in locations}) == len(place.list_files()) == 1
    assert read_urls(place, locations) == [f"https://a.example/{number}" for number in range(10)]
    skipped = Counter[str]()
    assert len(list(read_archive(place.list_files()[0], skipped))) == 10
    assert skipped == {"warcinfo": 1, "request": 10}
    assert told == {"archive/objects": 1}


def test_a_large_object_is_written_before_its_time(
    make_writer: Callable[..., ObjectWriter], place: AddressPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_writer, "MAX_OBJECT", 1_000)

    async def write() -> list[ArchiveLocation]:
        writer = make_writer(linger=1_000)
        locations = [await writer.write(make_exchange(number)) for number in range(6)]
        await writer.drain()
        await writer.make_durable(locations)
        return locations

    locations = asyncio.run(write())
    assert len({location.file for location in locations}) == len(place.list_files()) > 1
    assert len(read_urls(place, locations)) == 6


def test_a_page_that_a_spider_made_is_in_one_object_with_its_response(
    make_writer: Callable[..., ObjectWriter], place: AddressPlace
) -> None:
    source = replace(make_exchange(1), is_source=True, id="<urn:uuid:of-the-source>")

    async def write() -> list[ArchiveLocation]:
        writer = make_writer(linger=1_000)
        await writer.write(source)
        pages = [await writer.write(Conversion(source, "<p>first</p>", [], "a"))]
        await writer.drain()  # the time of the object is over
        for page in ("second", "third"):
            pages.append(await writer.write(Conversion(source, f"<p>{page}</p>", [], "a")))  # noqa: PERF401
        await writer.drain()
        await writer.make_durable(pages)
        return pages

    pages = asyncio.run(write())
    with ArchiveReader(place) as reader:
        assert [reader.read(page).body for page in pages] == [b"<p>first</p>", b"<p>second</p>", b"<p>third</p>"]
    kinds = [[head.kind for head in iter_heads(file, lambda _: None)] for file in place.list_files()]
    beginning = ["warcinfo", "response", "request", "conversion"]
    assert kinds == [beginning, [*beginning, "conversion"]]


@pytest.mark.parametrize("fault", ["away", "cut", "error", "slow-down", "lost", "denied"])
def test_it_waits_for_a_server_that_comes_back(
    make_writer: Callable[..., ObjectWriter], place: AddressPlace, s3: FaultyS3, told: Counter[str], fault: str
) -> None:
    async def write() -> list[ArchiveLocation]:
        writer = make_writer(linger=0.05)
        s3.fail(fault, "PUT", times=3)
        locations = [await writer.write(make_exchange(number)) for number in range(3)]
        durable = asyncio.create_task(writer.make_durable(locations))
        await wait_until(lambda: writer.problem)
        assert str(writer.problem).startswith("the archive is un")
        await durable
        assert writer.problem is None
        return locations

    locations = asyncio.run(write())
    assert read_urls(place, locations) == [f"https://a.example/{number}" for number in range(3)]
    assert told["archive/objects"] == 1
    assert told["waited/unwritable" if fault == "denied" else "waited/unreachable"] == 1


def test_what_is_lost_is_never_called_durable(
    make_writer: Callable[..., ObjectWriter], place: AddressPlace, s3: FaultyS3
) -> None:
    async def write() -> None:
        writer = make_writer(linger=0.05, patience=0.3)
        kept = await writer.write(make_exchange(1))
        await writer.make_durable([kept])
        s3.fail("away", "PUT")
        lost = await writer.write(make_exchange(2))
        for _ in range(2):
            with pytest.raises(StorageLost, match="the archive is unreachable"):
                await writer.make_durable([kept, lost])
        with pytest.raises(StorageLost):
            await writer.write(make_exchange(3))
        await writer.make_durable([kept])
        await writer.drain()

    asyncio.run(write())
    assert len(place.list_files()) == 1


def test_what_waits_is_bounded(
    make_writer: Callable[..., ObjectWriter], place: AddressPlace, s3: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_writer, "MAX_OBJECT", 1)
    monkeypatch.setattr(object_writer, "MAX_PENDING", 2_000)

    async def write() -> None:
        writer = make_writer()
        s3.fail("away", "PUT")
        written: list[ArchiveLocation] = []

        async def write_all() -> None:
            for number in range(20):
                written.append(await writer.write(make_exchange(number)))  # noqa: PERF401

        writing = asyncio.create_task(write_all())
        await wait_until(lambda: writer.problem)
        await asyncio.sleep(0.2)
        assert 1 <= len(written) < 10
        s3.recover()
        await writing
        await writer.make_durable(written)

    asyncio.run(write())
    assert len(place.list_files()) == 20


def test_crawls_of_one_run_share_objects_and_the_last_ends_the_writer(place: AddressPlace, told: Counter[str]) -> None:
    settings = Settings({"USER_AGENT": "tests", "STORAGE_PATIENCE": 30.0, "ARCHIVE_LINGER": 1_000.0})
    user = WriterUser(lambda _: None, lambda: False, lambda stat, _: told.update([stat]))

    async def write() -> list[ArchiveLocation]:
        first, second, other = (
            SharedWriter(place, user, run=run, mark="00c0ffee", settings=settings) for run in (7, 7, 8)
        )
        locations = [await writer.write(make_exchange(number)) for number, writer in enumerate((first, second, other))]
        assert is_writing_to(place)
        await other.drain()
        other.close()
        await first.drain()
        first.close()
        first.close()
        locations.append(await second.write(make_exchange(3)))
        await second.drain()
        await second.make_durable(locations)
        second.close()
        return locations

    locations = asyncio.run(write())
    assert not is_writing_to(place)
    assert [location.file == locations[0].file for location in locations] == [True, True, False, False]
    assert read_urls(place, locations) == [f"https://a.example/{number}" for number in range(4)]
    names = [name for file in place.list_files() if (name := parse_own_name(file.name))]
    assert {name.run for name in names} == {7, 8}
    assert {name.mark for name in names} == {"00c0ffee"}

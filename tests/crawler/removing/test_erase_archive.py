"""What is erased from the archive: pages by address and place, and the responses that spiders made them of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url

from cleaning.errors import RecordUnreadable
from crawler.removing.erase_archive import erase_archive
from storage.archive.erase import erase_records
from storage.archive.location import ArchiveLocation
from storage.archive.own_files import list_own_files
from storage.archive.read_back import read_archive
from storage.archive.spider_note import SpiderNote
from storage.archive.write import Archive, Conversion, Exchange
from storage.articles.tombstones import add_removed_site, add_tombstones, list_removed_sites, list_tombstones
from storage.database.engine import open_database, open_for_reading

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
API = "https://courier.example/api?page=1"
ONE, TWO = "https://courier.example/2026/one", "https://courier.example/2026/two"


@pytest.fixture
def store(tmp_path: Path) -> Engine:
    return open_database(make_url(f"sqlite:///{tmp_path}/store.db"))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., list[ArchiveLocation]]:
    """Return a function that archives pages: an address, of another site, or two made of the answer of an API."""

    def archive_pages(*, max_bytes: int = 1 << 30) -> list[ArchiveLocation]:
        archive = Archive(tmp_path / "archive", run=1, software="Broadsheet test", max_bytes=max_bytes)
        answer = _make_exchange(API, b'["one", "two"]', is_source=True, id="<urn:uuid:0000>")
        made = [Conversion(answer, f"<p>{url}</p>", [], "courier", SpiderNote(url=url)) for url in (ONE, TWO)]
        pages = [_make_exchange("https://gazette.example/a", b"a", site="gazette"), answer, *made]
        places = [archive.write(one) for one in pages]
        archive.close()
        return places

    return archive_pages


def _make_exchange(url: str, body: bytes, *, site: str = "courier", **more: object) -> Exchange:
    return Exchange(url, "GET", [], 200, [("Content-Type", "text/html")], body, NOON, site, **more)  # type: ignore[arg-type]


def erase(store: Engine, tmp_path: Path) -> int:
    return erase_archive(store, tmp_path / "archive", lambda _done, _of: None)


def read_left(tmp_path: Path) -> tuple[list[str], Counter[str]]:
    """Return the addresses of the pages that can still be read, and how many other records there are of each kind."""
    skipped = Counter[str]()
    files = list_own_files(tmp_path / "archive")
    return [one.url for path in files for one in read_archive(path, skipped)], skipped


@pytest.mark.parametrize("max_bytes", [1 << 30, 1], ids=["one file", "a file for each"])
def test_a_page_made_of_a_response_goes_with_it_and_leaves_the_others(
    store: Engine, write: Callable[..., list[ArchiveLocation]], tmp_path: Path, max_bytes: int
) -> None:
    write(max_bytes=max_bytes)
    assert read_left(tmp_path)[0] == ["https://gazette.example/a", ONE, TWO]
    with store.begin() as connection:
        add_tombstones(connection, [(ONE, "courier", ())], removed_at=NOON)
    assert erase(store, tmp_path) == 2
    left, skipped = read_left(tmp_path)
    assert left == ["https://gazette.example/a", TWO]
    assert (skipped["source"], skipped["metadata"], skipped["request"]) == (0, 2, 2)
    with open_for_reading(store) as connection:
        assert [row.records for row in list_tombstones(connection)] == [None]
    assert erase(store, tmp_path) == 0


@pytest.mark.parametrize("gone", [ONE, TWO])
def test_records_of_the_same_response_go_together(store: Engine, tmp_path: Path, gone: str) -> None:
    """A page that is a whole response, another that is a copy of it, and a third with HTML of its own."""
    three = "https://courier.example/2026/three"
    archive = Archive(tmp_path / "archive", run=1, software="Broadsheet test")
    whole = _make_exchange(ONE, b"<p>one<p>two<p>three", id="<urn:uuid:0000>")
    archive.write(whole)
    archive.write(Conversion(whole, "<p>one<p>two<p>three", [], "courier", SpiderNote(url=TWO), is_copy=True))
    archive.write(Conversion(whole, "<p>three", [], "courier", SpiderNote(url=three)))
    archive.close()
    with store.begin() as connection:
        add_tombstones(connection, [(gone, "courier", ())], removed_at=NOON)
    assert erase(store, tmp_path) == 2
    assert read_left(tmp_path)[0] == [three]


def test_what_was_killed_between_a_page_and_its_response_is_finished(
    store: Engine, write: Callable[..., list[ArchiveLocation]], tmp_path: Path
) -> None:
    write(max_bytes=1)
    with store.begin() as connection:
        add_tombstones(connection, [(ONE, "courier", ())], removed_at=NOON)
    page = list_own_files(tmp_path / "archive")[2]
    assert erase_records(page, lambda heads: [head for head in heads if head.url == ONE], lambda _: None) == 1
    assert erase(store, tmp_path) == 1
    assert read_left(tmp_path)[1]["source"] == 0


def test_a_place_is_erased_whatever_its_address(
    store: Engine, write: Callable[..., list[ArchiveLocation]], tmp_path: Path
) -> None:
    place = write()[0]
    with store.begin() as connection:
        add_tombstones(connection, [("https://gazette.example/moved", "gazette", [place])], removed_at=NOON)
    assert erase(store, tmp_path) == 1
    assert read_left(tmp_path)[0] == [ONE, TWO]


def test_what_stands_behind_damage_stays_due(
    store: Engine, write: Callable[..., list[ArchiveLocation]], tmp_path: Path
) -> None:
    place = write()[2]
    (path,) = list_own_files(tmp_path / "archive")
    with path.open("rb+") as file:
        file.seek(100)
        file.write(b"damage")
    with store.begin() as connection:
        add_tombstones(connection, [(ONE, "courier", [place])], removed_at=NOON)
    with pytest.raises(RecordUnreadable, match="damaged"):
        erase(store, tmp_path)
    path.unlink()  # then nothing holds it
    assert erase(store, tmp_path) == 0
    with open_for_reading(store) as connection:
        assert [row.records for row in list_tombstones(connection)] == [None]


def test_a_site_goes_with_all_its_records(
    store: Engine, write: Callable[..., list[ArchiveLocation]], tmp_path: Path
) -> None:
    write()
    with store.begin() as connection:
        add_removed_site(connection, "courier", removed_at=NOON, reason=None)
    assert erase(store, tmp_path) == 3
    assert read_left(tmp_path)[0] == ["https://gazette.example/a"]
    with open_for_reading(store) as connection:
        assert [row.is_erased for row in list_removed_sites(connection)] == [True]

"""An archive in S3: its files are read, replaced and deleted as those of a folder are, through all its faults."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from servers.s3 import BUCKET, FaultyS3

from cleaning.errors import BadArgument, StorageLost
from storage.archive import elsewhere
from storage.archive.elsewhere import AddressPlace
from storage.archive.members import iter_heads_by_file
from storage.archive.object_cache import ObjectCache
from storage.archive.open_place import open_place
from storage.archive.pack import Pack
from storage.archive.write import Exchange, build_records

NAME, OTHER = "broadsheet-20261201T020000Z-run000001-001.warc.gz", "broadsheet-20261202T020000Z-run000002-001.warc.gz"
NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)
MakePlace = Callable[..., AddressPlace]


@pytest.fixture
def make_place(s3: FaultyS3, tmp_path: Path) -> MakePlace:
    def make(*, cache_bytes: int = 0, patience: float = 30.0, uri: str = "", **more: object) -> AddressPlace:
        env = s3.settings
        address, options = uri or env["ARCHIVE_URI"], json.loads(env["ARCHIVE_OPTIONS"]) | more
        place = open_place(tmp_path, address, options, cache_bytes=cache_bytes, patience=patience)
        assert isinstance(place, AddressPlace)
        return place

    return make


def read(place: AddressPlace, name: str = NAME) -> bytes:
    with place.open(name) as file:
        return file.read()


def test_files_are_listed_read_replaced_and_deleted(make_place: MakePlace, tmp_path: Path) -> None:
    place = make_place()
    assert place.list_files() == []
    place.put(OTHER, b"second")
    place.put(NAME, b"first")
    place.put("notes.txt", b"of somebody else")
    assert [(file.name, file.size) for file in place.list_files()] == [(NAME, 5), (OTHER, 6)]
    with place.open(NAME) as file:
        file.seek(2)
        assert file.read() == b"rst"
    with place.check_out(NAME) as path:
        assert path.read_bytes() == b"first"
        path.write_bytes(b"changed")
        path.with_name("broadsheet-20261201T020000Z-run000001-002.warc.gz").write_bytes(b"new")
        place.put_back(path)
        place.put_back(path.with_name("broadsheet-20261201T020000Z-run000001-002.warc.gz"))
    place.delete(OTHER)
    assert [read(place, file.name) for file in make_place().list_files()] == [b"changed", b"new"]
    assert list(tmp_path.rglob("*.gz")) == []  # nothing is left of what was checked out


def test_a_copy_in_the_cache_is_asked_for_once_and_never_outlives_its_object(
    make_place: MakePlace, s3: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = make_place(cache_bytes=1 << 20), make_place()
    theirs.put(NAME, b"first")
    assert [read(ours) for _ in range(3)] == [b"first"] * 3
    assert s3.asked["GET"] == 1
    asked = s3.asked["HEAD"]
    read(ours)
    assert s3.asked["HEAD"] == asked  # nor is it asked for again and again whether it has changed
    monkeypatch.setattr(elsewhere, "FRESH", -1.0)
    theirs.put(NAME, b"other")  # of the same length: another machine has erased a record
    assert read(ours) == b"other"
    theirs.delete(NAME)
    with pytest.raises(FileNotFoundError):
        ours.open(NAME)


def test_a_large_object_is_read_where_it_is_needed(
    make_place: MakePlace, s3: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "_MAX_WHOLE", 1_000)
    place, data = make_place(cache_bytes=1 << 20), bytes(range(256)) * 8_000
    place.put(NAME, data)
    s3.asked.clear()
    with place.open(NAME) as file:
        file.seek(1_000_000)
        assert file.read(1_000) == data[1_000_000:1_001_000]
        assert file.tell() == 1_001_000
        assert s3.asked["GET"] == 1
        file.seek(-5, 2)
        assert file.read() == data[-5:]
    s3.asked.clear()
    with place.open(NAME) as file:
        assert file.read(300_000) + file.read() == data
    assert s3.asked["GET"] == 5  # of 128, 256, 512 kB and so on


def test_the_records_of_a_large_object_are_looked_through_once(
    make_place: MakePlace, s3: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "_MAX_WHOLE", 1_000)
    place, pack = make_place(), Pack(run=1, writer="", number=1, software="tests", now=NOW)
    for number in range(300):
        body = random.Random(number).randbytes(8_000)
        pack.add(build_records(Exchange(f"https://a.example/{number}", "GET", [], 200, [], body, NOW, "a")))
    place.put(pack.name, pack.to_bytes())
    s3.asked.clear()
    ((_, heads),) = iter_heads_by_file(place.list_files(), lambda _done: None)
    assert sum(head.length for head in heads) == pack.size
    assert len(heads) == 1 + 2 * 300
    assert s3.asked["GET"] <= 7  # one of them for the list


@pytest.mark.parametrize("fault", ["away", "cut", "error", "slow-down", "lost"])
def test_reading_and_replacing_wait_for_a_server_that_comes_back(
    make_place: MakePlace, s3: FaultyS3, fault: str
) -> None:
    place = make_place()
    place.put(NAME, b"first")
    s3.fail(fault, times=2)
    assert read(place) == b"first"
    s3.fail(fault, times=2)
    assert len(place.list_files()) == 1
    with place.check_out(NAME) as path:
        path.write_bytes(b"changed")
        s3.fail(fault, "PUT", times=2)
        place.put_back(path)
    assert read(place) == b"changed"


@pytest.mark.parametrize("fault", ["away", "cut", "error", "lost"])
def test_a_record_is_not_missing_because_the_server_is_away(make_place: MakePlace, s3: FaultyS3, fault: str) -> None:
    place = make_place(patience=0.5)
    place.put(NAME, b"first")
    s3.fail(fault)
    with pytest.raises(StorageLost, match="the archive is unreachable"):
        place.open(NAME)


@pytest.mark.parametrize("fault", ["away", "cut", "error", "slow-down", "lost"])
def test_a_write_that_fails_may_be_tried_again(make_place: MakePlace, s3: FaultyS3, fault: str) -> None:
    place, data = make_place(), b"x" * 300_000
    s3.fail(fault, "PUT")
    with pytest.raises(ConnectionError):
        place.put(NAME, data)
    s3.recover()
    assert len(place.list_files()) == (fault == "lost")  # of a half nothing is there
    place.put(NAME, data)
    assert read(place) == data


def test_the_check_at_the_start_leaves_nothing_behind(make_place: MakePlace, s3: FaultyS3) -> None:
    place = make_place()
    place.check_access()
    assert (s3.asked["PUT"], s3.asked["GET"], s3.asked["DELETE"]) == (1, 1, 1)
    s3.fail("away")
    with pytest.raises(ConnectionError):
        place.check_access()


@pytest.mark.parametrize(("method", "what"), [("PUT", "written"), ("GET", "read"), ("DELETE", "deleted")])
def test_what_the_server_denies_is_told_in_a_line(make_place: MakePlace, s3: FaultyS3, method: str, what: str) -> None:
    s3.fail("denied", method)
    with pytest.raises(BadArgument) as told:
        make_place().check_access()
    assert str(told.value) == (
        f"the archive s3://{BUCKET}/{s3.prefix} cannot be {what}: Access Denied; check ARCHIVE_URI, "
        "ARCHIVE_OPTIONS and the log-in"
    )


def test_a_bucket_that_is_not_there_is_told(make_place: MakePlace) -> None:
    with pytest.raises(BadArgument, match="cannot be written: The specified bucket does not exist"):
        make_place(uri="s3://no-such-bucket/news").check_access()


def test_who_has_no_log_in_is_told(make_place: MakePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(BadArgument, match="Unable to locate credentials"):
        make_place(use_ssl=False).check_access()  # by another option, that fsspec makes a new client


def test_the_cache_is_bounded_and_the_oldest_go_first(tmp_path: Path) -> None:
    cache, begun_at = ObjectCache(tmp_path, 1_000), time.time() - 100
    for number in range(20):
        cache.keep(f"{number}.gz", "v", b"x" * 100)
        os.utime(tmp_path / f"{number}.gz" / "v", times=(begun_at + number,) * 2)
        assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= 1_000
    assert cache.open("0.gz", "v") is None
    newest = cache.open("19.gz", "v")
    assert newest is not None
    newest.close()
    cache.keep("large.gz", "v", b"x" * 2_000)
    assert cache.open("large.gz", "v") is None


def test_copies_that_are_a_day_old_go(tmp_path: Path) -> None:
    ObjectCache(tmp_path, 1_000).keep("old.gz", "v", b"x")
    os.utime(tmp_path / "old.gz" / "v", times=(1e9, 1e9))
    assert ObjectCache(tmp_path, 1_000).open("old.gz", "v") is None  # though nothing new is kept
    assert list(tmp_path.iterdir()) == []


def test_a_new_version_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    cache = ObjectCache(tmp_path, 1_000)
    cache.keep("a.gz", "first", b"x")
    cache.keep("a.gz", "second", b"y")
    assert [path.read_bytes() for path in tmp_path.glob("*/*")] == [b"y"]

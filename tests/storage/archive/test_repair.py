"""Repair of the archive: a torn end is cut off, all of it and nothing else."""

from __future__ import annotations

import gzip
import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert

from storage.archive.location import ArchiveLocation
from storage.archive.read_back import read_archive
from storage.archive.repair import cut_torn_tail, repair_archive
from storage.archive.write import Archive, Exchange
from storage.database.engine import open_for_reading
from storage.models import Run, StoredArticle

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAGES = 6


def write_archive(folder: Path, run: int = 7, pages: int = PAGES) -> tuple[Path, list[ArchiveLocation]]:
    """Write an archive of one file; return its path and the locations of its pages."""
    archive = Archive(folder, run=run, software="Broadsheet test")
    chance = random.Random(run)
    locations = [
        archive.write(
            Exchange(
                url=f"https://courier.example/{number}",
                method="GET",
                request_headers=[],
                status=200,
                headers=[("Content-Type", "text/html")],
                body=chance.randbytes(3_000) + b"x" * 3_000,
                fetched_at=NOON,
                site="courier",
            )
        )
        for number in range(pages)
    ]
    archive.close()
    return folder / locations[0].file, locations


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[int]]:
    """Return the bytes of an archive, and the offsets at which its gzip members end."""
    path, _ = write_archive(tmp_path_factory.mktemp("whole"))
    content = path.read_bytes()
    ends = [0]
    while ends[-1] < len(content):
        later = (content.find(b"\x1f\x8b\x08", start) for start in range(ends[-1] + 1, len(content)))
        ends.append(next((at for at in later if at == -1 or is_member(content[ends[-1] : at])), -1))
        if ends[-1] == -1:
            ends[-1] = len(content)
    assert len(ends) == 2 + 2 * PAGES  # the beginning, warcinfo, a response and a request for each page
    return content, ends


def is_member(content: bytes) -> bool:
    try:
        return bool(gzip.decompress(content))
    except (EOFError, OSError):
        return False


@settings(deadline=None, max_examples=150)
@given(
    cut=st.floats(0, 1), tail=st.sampled_from([b"", b"\0" * 4096, b"\x1f\x8b", b"\x1f\x8b\x08\x00" + b"\0" * 20, b"?"])
)
def test_wherever_it_is_cut_what_is_whole_stays_and_the_rest_goes(
    whole: tuple[bytes, list[int]], cut: float, tail: bytes
) -> None:
    content, ends = whole
    length = round(cut * len(content))
    torn = content[:length] + tail
    last = max(end for end in ends if torn[:end] == content[:end])  # zeros may complete a record that ends with them
    with TemporaryDirectory() as folder:
        path = Path(folder) / "some.warc.gz"
        path.write_bytes(torn)
        taken = cut_torn_tail(path)
        if last == 0:  # no record is whole: the file may be anything
            assert (taken, path.read_bytes()) == (0, torn)
            return
        assert path.read_bytes() == content[:last]
        assert taken == len(torn) - last
        assert cut_torn_tail(path) == 0
        skipped: Counter[str] = Counter()
        list(read_archive(path, skipped))
        assert "torn" not in skipped


def test_what_is_known_to_be_whole_is_not_read_again(tmp_path: Path) -> None:
    path, locations = write_archive(tmp_path)
    content = bytearray(path.read_bytes())
    content[locations[1].offset + 500] ^= 1  # damaged, but long before the last record that the store names
    path.write_bytes(bytes(content) + b"\x1f\x8b torn")
    assert cut_torn_tail(path, start=locations[-1].offset) == 7
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"WARC/1.0 not packed", b"\x1f", b"\x1f\x8b\x08 torn at once"])
def test_what_has_no_whole_record_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.warc.gz"
    path.write_bytes(content)
    assert cut_torn_tail(path) == 0
    assert path.read_bytes() == content


@pytest.fixture
def connection(sqlite_engine: Engine) -> Iterator[Any]:
    with open_for_reading(sqlite_engine) as connection:
        yield connection


def test_only_the_files_of_the_newest_run_are_looked_at(tmp_path: Path, connection: Any) -> None:
    paths = {run: write_archive(tmp_path, run, pages=1)[0] for run in (1, 2)}
    foreign = tmp_path / "CC-NEWS-20261122.warc.gz"
    foreign.write_bytes(gzip.compress(b"one") + b"\x1f\x8b torn")
    for path in paths.values():
        with path.open("ab") as file:
            file.write(b"\x1f\x8b torn")
    before = {path: path.read_bytes() for path in (paths[1], foreign)}
    assert repair_archive(connection, tmp_path) == [paths[2].name]
    assert {path: path.read_bytes() for path in before} == before
    assert repair_archive(connection, tmp_path) == []
    assert repair_archive(connection, tmp_path / "no folder yet") == []


def test_the_store_says_from_where_to_look(tmp_path: Path, sqlite_engine: Engine) -> None:
    path, locations = write_archive(tmp_path)
    with sqlite_engine.begin() as writing:
        writing.execute(insert(Run).values(id=1, spider="articles", started_at=NOON, counts={}))
        for number, location in enumerate(locations[:3]):
            row = {column.name: "x" for column in StoredArticle.__table__.c if not column.nullable}
            row |= {"id": str(number), "authors": [], "tags": [], "language_probability": 1, "words": 1, "run_id": 1}
            row |= {"fetched_at": NOON, "archive_file": location.file, "archive_offset": location.offset}
            writing.execute(insert(StoredArticle).values(row))
    os.truncate(path, locations[3].offset + 100)
    content = path.read_bytes()
    with open_for_reading(sqlite_engine) as connection:
        assert repair_archive(connection, tmp_path) == [path.name]
    assert path.read_bytes() == content[: locations[3].offset]

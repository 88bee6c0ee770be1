"""Erased records: gone for good, while all others keep their places and the file stays a whole WARC file."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from cleaning.errors import RecordUnreadable
from storage.archive.erase import erase_records
from storage.archive.location import ArchiveLocation
from storage.archive.members import RecordHead
from storage.archive.own_files import list_own_files
from storage.archive.read_back import ArchiveReader, read_archive
from storage.archive.write import Archive, Exchange

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WARCIO = Path(sys.executable).with_name("warcio")


def write(folder: Path, bodies: list[bytes]) -> tuple[Path, list[ArchiveLocation]]:
    archive = Archive(folder, run=1, software="Broadsheet test", max_bytes=1 << 40)
    places = [
        archive.write(
            Exchange(
                url=f"https://courier.example/{number}",
                method="GET",
                request_headers=[],
                status=200,
                headers=[("Content-Type", "text/html")],
                body=body,
                fetched_at=NOON,
                site="courier",
            )
        )
        for number, body in enumerate(bodies)
    ]
    archive.close()
    return folder / places[0].file, places


def check_with_warcio(path: Path) -> None:
    done = subprocess.run([WARCIO, "check", "-v", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def choose_page(number: int) -> Callable[[list[RecordHead]], list[RecordHead]]:
    url = f"https://courier.example/{number}"
    return lambda heads: [head for head in heads if head.kind == "response" and head.url == url]


@pytest.mark.parametrize("size", [0, 1, 300, 70_000, 1_000_000, 9_000_000])
def test_a_record_of_any_size_leaves_a_note_of_its_length(tmp_path: Path, size: int) -> None:
    secret = random.Random(size).randbytes(size)  # not to be compressed
    path, places = write(tmp_path, [b"first " * 50, b"SECRET" + secret, b"last " * 50])
    before = path.read_bytes()
    seen: list[int] = []

    assert erase_records(path, choose_page(1), seen.append) == 1

    after = path.read_bytes()
    assert len(after) == len(before)
    changed = [at for at, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    assert places[1].offset <= changed[0]
    assert changed[-1] < places[2].offset
    assert seen == sorted(seen)
    assert seen[-1] == len(after)
    check_with_warcio(path)
    with ArchiveReader(tmp_path) as reader:
        assert reader.read(places[0]).body == b"first " * 50
        assert reader.read(places[2]).body == b"last " * 50
        with pytest.raises(RecordUnreadable) as raised:
            reader.read(places[1])
        assert raised.value.reason == "metadata"
    skipped = Counter[str]()
    assert [response.location for response in read_archive(path, skipped)] == [places[0], places[2]]
    assert skipped == {"warcinfo": 1, "request": 3, "metadata": 1}


def test_the_note_says_when_and_keeps_the_id_of_the_record(tmp_path: Path) -> None:
    path, places = write(tmp_path, [b"SECRET"])
    with path.open("rb") as file:
        ids = [record.rec_headers.get_header("WARC-Record-ID") for record in ArchiveIterator(file)]
    erase_records(path, choose_page(0), lambda _: None)
    with path.open("rb") as file:
        notes = [
            (record.rec_headers.get_header("WARC-Record-ID"), record.content_stream().read().decode())
            for record in ArchiveIterator(file)
            if record.rec_type == "metadata"
        ]
    ((name, text),) = notes
    assert name in ids
    assert text.startswith(f"erased: {datetime.now(UTC):%Y-%m-%d}"[:16])
    assert b"SECRET" not in zlib.decompress(path.read_bytes()[places[0].offset :], wbits=31)


def test_nothing_is_written_where_nothing_is_wanted(tmp_path: Path) -> None:
    path, _ = write(tmp_path, [b"one"])
    before = path.stat().st_ino
    assert erase_records(path, lambda _: [], lambda _: None) == 0
    assert path.stat().st_ino == before


def test_the_draft_of_a_killed_erasure_is_no_file_of_the_archive(tmp_path: Path) -> None:
    path, _ = write(tmp_path, [b"one", b"two"])
    (tmp_path / f".{path.name}.partial").write_bytes(b"torn")
    assert list_own_files(tmp_path) == [path]
    assert erase_records(path, choose_page(1), lambda _: None) == 1
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_choice_of_records_can_be_erased(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(0, 200_000), min_size=1, max_size=6))
    gone = data.draw(st.sets(st.sampled_from(range(len(sizes)))))
    bodies = [random.Random(number).randbytes(size // 2) + b"x" * (size // 2) for number, size in enumerate(sizes)]
    folder = tmp_path_factory.mktemp("archive")
    path, places = write(folder, bodies)
    size = path.stat().st_size

    def choose_gone(heads: list[RecordHead]) -> list[RecordHead]:
        return [head for head in heads if head.kind == "response" and head.location in {places[one] for one in gone}]

    assert erase_records(path, choose_gone, lambda _: None) == len(gone)
    assert path.stat().st_size == size
    left = [response.body for response in read_archive(path, Counter())]
    assert left == [body for number, body in enumerate(bodies) if number not in gone]
    with io.BytesIO(path.read_bytes()) as file:
        assert sum(record.rec_type == "metadata" for record in ArchiveIterator(file)) == len(gone)

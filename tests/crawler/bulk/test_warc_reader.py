"""fastwarc's reader gives the same responses as warcio's."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import fsspec
import pytest
from servers.s3 import BUCKET, FaultyS3
from warcio.warcwriter import WARCWriter
from written_warc import write_foreign, write_own

from cleaning.errors import ArchiveMissing, RecordUnreadable
from crawler.bulk.inputs import InputFiles
from crawler.bulk.warc_reader import read_warc
from storage.archive import elsewhere, ranged_file
from storage.archive.location import ArchiveLocation
from storage.archive.read_back import ArchiveReader, read_archive
from storage.archive.records import ArchivedResponse

LIMIT = 10_000  # bytes of a body


def read_both(path: Path) -> tuple[list[ArchivedResponse], list[ArchivedResponse], Counter[str], Counter[str]]:
    """Return what warcio's reader and fastwarc's give of a file, without the folder in their locations."""
    one, other = Counter[str](), Counter[str]()
    by_warcio = list(read_archive(path, one, max_body=LIMIT))
    by_fastwarc = [
        replace(response, location=replace(response.location, file=Path(response.location.file).name))
        for response in read_warc(str(path), other, max_body=LIMIT)
    ]
    return by_warcio, by_fastwarc, one, other


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_of_another_crawler_gives_the_same_responses(packed: bool, tmp_path: Path) -> None:
    path = tmp_path / ("foreign.warc.gz" if packed else "foreign.warc")
    write_foreign(path, LIMIT, packed=packed)
    by_warcio, by_fastwarc, one, other = read_both(path)
    assert by_fastwarc == by_warcio
    assert other == one
    assert len(by_fastwarc) == 6
    assert {"request", "revisit", "conversion", "warcinfo", "too-large", "unreadable", "not-http"} <= set(other)


def test_a_file_of_our_own_gives_the_same_responses(tmp_path: Path) -> None:
    by_warcio, by_fastwarc, one, other = read_both(write_own(tmp_path))
    assert by_fastwarc == by_warcio
    assert other == one
    assert [(response.site, response.part_of is None) for response in by_fastwarc] == [
        ("courier", True),
        ("courier", True),
        ("courier", False),
    ]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_file_that_breaks_off_gives_what_is_before(packed: bool, share: float, tmp_path: Path) -> None:
    path = tmp_path / ("foreign.warc.gz" if packed else "foreign.warc")
    write_foreign(path, LIMIT, packed=packed)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    by_warcio, by_fastwarc, one, other = read_both(path)
    assert by_fastwarc == by_warcio
    assert other["torn"] == one["torn"] == 1


def test_a_single_response_is_read_by_its_location(tmp_path: Path) -> None:
    path = tmp_path / "foreign.warc.gz"
    write_foreign(path, LIMIT)
    responses = list(read_warc(str(path), Counter(), max_body=LIMIT))
    with ArchiveReader(InputFiles(), max_body=LIMIT) as reader:
        for response in reversed(responses):
            assert reader.read(response.location) == response
        with pytest.raises(RecordUnreadable):
            reader.read(ArchiveLocation(str(path), path.stat().st_size))
        with pytest.raises(ArchiveMissing):
            reader.read(ArchiveLocation(str(tmp_path / "gone.warc.gz"), 0))


def test_a_long_record_of_another_kind_is_passed_by(tmp_path: Path) -> None:
    path = tmp_path / "film.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        film = bytes(3 << 20)
        writer.write_record(
            writer.create_warc_record("https://x.example/film", "resource", payload=BytesIO(film), length=len(film))
        )
    write_foreign(tmp_path / "foreign.warc.gz", LIMIT)
    path.write_bytes(path.read_bytes() + (tmp_path / "foreign.warc.gz").read_bytes())
    by_warcio, by_fastwarc, one, other = read_both(path)
    assert by_fastwarc == by_warcio
    assert other == one
    assert other["resource"] == 1
    assert not other["torn"]


def test_what_a_server_refuses_in_the_middle_of_a_file_is_no_damage(
    named_s3: FaultyS3, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(elsewhere, "_MAX_WHOLE", 1 << 10)
    monkeypatch.setattr(ranged_file, "_FIRST", 1 << 14)
    monkeypatch.setattr(ranged_file, "_MOST", 1 << 14)
    write_foreign(tmp_path / "foreign.warc.gz", LIMIT)
    data = (tmp_path / "foreign.warc.gz").read_bytes()
    address = f"s3://{BUCKET}/{named_s3.prefix}/foreign.warc.gz"
    fsspec.filesystem("s3", skip_instance_cache=True).pipe_file(address, data * 50)
    assert len(list(read_warc(address, Counter(), max_body=LIMIT))) == 300
    responses = read_warc(address, Counter(), max_body=LIMIT)
    next(responses)
    named_s3.fail("denied", "GET")
    with pytest.raises(PermissionError):  # to count the rest of the file as damaged would lose it
        list(responses)

"""Which WARC files a path names."""

from __future__ import annotations

from pathlib import Path

import fsspec
import pytest
from servers.s3 import FaultyS3

from cleaning.errors import ArchiveMissing, StorageLost
from crawler.bulk import inputs
from crawler.bulk.inputs import InputFiles, find_inputs

RECORD = b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    for name in ("b.warc", "a.warc", "below/c.warc"):
        (tmp_path / name).write_bytes(RECORD)
    (tmp_path / "notes.txt").write_text("no archive")
    return tmp_path


def test_files_folders_and_patterns_are_found_once_each(folder: Path) -> None:
    names = [str(folder / name) for name in ("a.warc", "b.warc", "below/c.warc")]
    assert find_inputs([str(folder)]) == tuple(names)
    assert find_inputs([names[1], str(folder / "*.warc")]) == (names[1], names[0])
    assert find_inputs([str(folder / "**" / "*.warc")]) == tuple(names)


def test_an_address_is_found_by_fsspec() -> None:
    system = fsspec.filesystem("memory")
    for name in ("x.warc", "y.warc.gz", "z.txt"):
        system.pipe(f"/news/{name}", RECORD)
    found = ("memory:///news/x.warc", "memory:///news/y.warc.gz")
    assert find_inputs(["memory://news"]) == found
    assert find_inputs(["memory://news/*.warc"]) == found[:1]
    assert find_inputs(["memory://news/y.warc.gz"]) == found[1:]
    with InputFiles().open(found[0]) as file:
        assert file.read() == RECORD


@pytest.mark.parametrize("path", ["missing.warc", "missing/*.warc", "notes.txt", "memory://nothing", "odd://x/y"])
def test_what_is_no_archive_is_refused_in_one_line(path: str, folder: Path) -> None:
    with pytest.raises(ArchiveMissing) as told:
        find_inputs([path if "://" in path else str(folder / path)])
    assert "\n" not in str(told.value)


def test_a_bucket_that_is_missing_or_closed_is_told_in_one_line(
    named_s3: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ArchiveMissing, match="there is no WARC file at s3://no-such-bucket"):
        find_inputs(["s3://no-such-bucket/x/"])
    named_s3.fail("denied")
    with pytest.raises(ArchiveMissing, match=r"s3://raw-pages/x/\* cannot be read: Access Denied"):
        find_inputs(["s3://raw-pages/x/*"])
    named_s3.recover()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(inputs, "_PATIENCE", 0.1)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    with pytest.raises(StorageLost, match="Could not connect to the endpoint URL"):
        find_inputs(["s3://raw-pages/x/*"])

"""The archive that the settings name: a folder, or an address; mistakes are told without what is secret."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cleaning.errors import BadArgument, LibraryMissing, UsageError
from storage.archive.open_place import open_place
from storage.archive.place import FolderPlace


def test_without_an_address_it_is_the_folder_in_the_data_folder(tmp_path: Path) -> None:
    place = open_place(tmp_path)
    assert isinstance(place, FolderPlace)
    assert place.folder == tmp_path / "archive"
    assert open_place(None) is None


def test_a_folder_may_have_an_address(tmp_path: Path) -> None:
    place = open_place(Path("data"), f"file://{tmp_path}/raw%20pages")
    assert place is not None
    assert place.folder == tmp_path / "raw pages"


@pytest.mark.parametrize(
    ("address", "options", "problem"),
    [
        ("bucket/prefix", "", "ARCHIVE_URI must be an address like s3://bucket/prefix or file:///folder"),
        ("file://host/folder", "", "a folder is named by three slashes"),
        ("nothing://bucket", "", "Protocol not known: nothing"),
        ("s3://bucket", "[1]", "ARCHIVE_OPTIONS must be a JSON object"),
        ("s3://bucket", '{"secret": "hunter2"', "ARCHIVE_OPTIONS must be a JSON object"),
        ("gs://bucket", "", r"needs more packages; run: \.venv/bin/python -m pip install"),
    ],
)
def test_a_mistake_is_told_in_a_line(tmp_path: Path, address: str, options: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem) as told:
        open_place(tmp_path, address, options)
    assert "hunter2" not in str(told.value)
    assert "\n" not in str(told.value)


def test_no_password_of_an_address_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadArgument) as told:
        open_place(tmp_path, "nothing://user:hunter2@bucket/news?token=hunter2")
    assert "nothing://bucket/news" in str(told.value)
    assert "hunter2" not in str(told.value)


def test_who_has_not_installed_fsspec_is_told_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(LibraryMissing, match=r"needs more packages; run: \.venv/bin/python -m pip install .*\[s3\]"):
        open_place(tmp_path, "s3://bucket/news")
    assert open_place(tmp_path) is not None  # the laptop's way needs none of it

"""Appended records come back, and a record that a kill interrupted is cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaning.errors import BroadsheetError
from crawler.recleaning.spool import RecordSpool


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A spool of three records of two kinds."""
    path = tmp_path / "spool"
    with RecordSpool(path) as spool:
        spool.append(0, {"asked": "for"})
        spool.append(1, "first")
        spool.append(1, "second")
    return path


def all_of(path: Path) -> list[object]:
    with RecordSpool(path) as spool:
        return list(spool.iter_records(0, 1))


def test_records_come_back_in_order_and_by_kind(path: Path) -> None:
    with RecordSpool(path) as spool:
        assert list(spool.iter_records(0, 1)) == [{"asked": "for"}, "first", "second"]
        assert list(spool.iter_records(1)) == ["first", "second"]
        assert spool.get_last(1) == "second"
        assert spool.get_last(7) is None


@pytest.mark.parametrize("lost", [1, 5, 20])
def test_an_incomplete_record_is_cut_off_and_replaced_by_the_next(path: Path, lost: int) -> None:
    path.write_bytes(path.read_bytes()[:-lost])
    with RecordSpool(path) as spool:
        spool.append(1, "third")
    assert all_of(path) == [{"asked": "for"}, "first", "third"]


def test_a_frame_header_without_its_record_is_cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\1" + (1 << 40).to_bytes(8) + b"abcd")
    assert all_of(path) == [{"asked": "for"}, "first", "second"]
    assert b"abcd" not in path.read_bytes()


def test_records_after_a_damaged_one_are_not_read(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data.replace(b"first", b"fir5t"))
    assert all_of(path) == [{"asked": "for"}]


def test_a_cleared_spool_is_empty_and_a_removed_one_is_deleted(path: Path) -> None:
    with RecordSpool(path) as spool:
        spool.clear()
        assert list(spool.iter_records(0, 1)) == []
        spool.append(1, "again")
    assert all_of(path) == ["again"]
    with RecordSpool(path) as spool:
        spool.remove()
    assert not path.exists()


def test_a_folder_in_its_place_gives_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(BroadsheetError, match=r"cannot write .*: Is a directory"):
        RecordSpool(tmp_path)

"""What was appended comes back, and what a kill tore is cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaning.errors import BroadsheetError
from crawler.spool import Spool


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A spool of three records of two kinds."""
    path = tmp_path / "spool"
    with Spool(path) as spool:
        spool.append(0, {"asked": "for"})
        spool.append(1, "first")
        spool.append(1, "second")
    return path


def all_of(path: Path) -> list[object]:
    with Spool(path) as spool:
        return list(spool.records(0, 1))


def test_records_come_back_in_order_and_by_kind(path: Path) -> None:
    with Spool(path) as spool:
        assert list(spool.records(0, 1)) == [{"asked": "for"}, "first", "second"]
        assert list(spool.records(1)) == ["first", "second"]
        assert spool.last(1) == "second"
        assert spool.last(7) is None


@pytest.mark.parametrize("lost", [1, 5, 20])
def test_a_torn_record_is_cut_off_and_the_next_takes_its_place(path: Path, lost: int) -> None:
    path.write_bytes(path.read_bytes()[:-lost])
    with Spool(path) as spool:
        spool.append(1, "third")
    assert all_of(path) == [{"asked": "for"}, "first", "third"]


def test_a_head_without_its_record_is_cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\1" + (1 << 40).to_bytes(8) + b"abcd")
    assert all_of(path) == [{"asked": "for"}, "first", "second"]
    assert b"abcd" not in path.read_bytes()


def test_what_stands_behind_a_damaged_record_is_not_believed(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data.replace(b"first", b"fir5t"))
    assert all_of(path) == [{"asked": "for"}]


def test_a_cleared_spool_is_empty_and_a_removed_one_gone(path: Path) -> None:
    with Spool(path) as spool:
        spool.clear()
        assert list(spool.records(0, 1)) == []
        spool.append(1, "anew")
    assert all_of(path) == ["anew"]
    with Spool(path) as spool:
        spool.remove()
    assert not path.exists()


def test_a_folder_in_its_place_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(BroadsheetError, match=r"cannot write .*: Is a directory"):
        Spool(tmp_path)

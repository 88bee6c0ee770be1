"""What is kept of a site from night to night is a cache: what is torn, foreign or too much is not given back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crawler.recleaning.site_readings import SiteReadings, discard_site_readings

DATA = {bytes([at]) * 16: os.urandom(90 + at) for at in range(20)}
KEYS = list(DATA)


def open_readings(folder: Path, most: int = 1 << 20, site: str = "courier") -> SiteReadings:
    return SiteReadings(folder, site, most)


def list_kept(folder: Path, most: int = 1 << 20) -> list[bytes]:
    readings = open_readings(folder, most)
    assert all(readings.get(key) in (None, DATA[key]) for key in KEYS)
    return [key for key in KEYS if readings.get(key) is not None]


def find_file(folder: Path) -> Path:
    (file,) = (folder / "readings").iterdir()
    return file


def test_readings_are_there_the_next_night_and_those_of_other_sites_are_not(tmp_path: Path) -> None:
    open_readings(tmp_path).update(KEYS[:5], DATA.get)
    assert list_kept(tmp_path) == KEYS[:5]
    assert open_readings(tmp_path, site="gazette").get(KEYS[0]) is None
    open_readings(tmp_path).update(KEYS[:9], DATA.get)
    assert list_kept(tmp_path) == KEYS[:9]


def test_what_is_kept_already_is_neither_asked_for_nor_written_again(tmp_path: Path) -> None:
    open_readings(tmp_path).update(KEYS[:5], DATA.get)
    before = find_file(tmp_path).stat()

    def refuse(_key: bytes) -> bytes | None:
        raise AssertionError("asked for a reading that is kept")

    open_readings(tmp_path).update(KEYS[:5], refuse)
    assert find_file(tmp_path).stat() == before


def test_a_file_with_much_that_is_no_longer_kept_is_written_anew(tmp_path: Path) -> None:
    open_readings(tmp_path).update(KEYS, DATA.get)
    size = find_file(tmp_path).stat().st_size
    open_readings(tmp_path).update(KEYS[5:], DATA.get)  # a quarter is left out: as it is
    assert find_file(tmp_path).stat().st_size == size
    open_readings(tmp_path).update(KEYS[15:], DATA.get)
    assert find_file(tmp_path).stat().st_size < size / 3
    assert list_kept(tmp_path) == KEYS[15:]


def test_what_is_kept_stays_when_the_same_readings_are_kept_again(tmp_path: Path) -> None:
    readings = open_readings(tmp_path)
    readings.update(KEYS[:3], DATA.get)
    readings.update(KEYS[:5], {key: DATA[key] for key in KEYS[3:]}.get)
    assert [readings.get(key) for key in KEYS[:5]] == [DATA[key] for key in KEYS[:5]]
    assert list_kept(tmp_path) == KEYS[:5]


def test_a_damaged_reading_is_made_anew(tmp_path: Path) -> None:
    open_readings(tmp_path).update(KEYS[:5], DATA.get)
    file = find_file(tmp_path)
    content = bytearray(file.read_bytes())
    content[content.index(DATA[KEYS[2]])] ^= 1
    file.write_bytes(content)
    readings = open_readings(tmp_path)
    assert readings.get(KEYS[2]) is None
    readings.update(KEYS[:5], DATA.get)
    assert list_kept(tmp_path) == KEYS[:5]


def test_the_first_ones_are_kept_where_there_are_too_many(tmp_path: Path) -> None:
    most = sum(len(data) for data in list(DATA.values())[:4])
    open_readings(tmp_path, most).update(KEYS, DATA.get)
    assert list_kept(tmp_path) == KEYS[:4]
    open_readings(tmp_path, 0).update(KEYS, DATA.get)
    assert list_kept(tmp_path, 0) == []


@pytest.mark.parametrize("lost", [1, 50, 100, 130, 1_000])
def test_a_torn_file_gives_what_is_whole_and_is_continued(tmp_path: Path, lost: int) -> None:
    open_readings(tmp_path).update(KEYS[:5], DATA.get)
    file = find_file(tmp_path)
    with file.open("r+b") as torn:
        torn.truncate(max(0, file.stat().st_size - lost))
    kept = list_kept(tmp_path)
    assert kept == KEYS[: len(kept)] != KEYS[:5]
    open_readings(tmp_path).update(KEYS[:7], DATA.get)
    assert list_kept(tmp_path) == KEYS[:7]


def test_a_damaged_reading_is_not_given_back(tmp_path: Path) -> None:
    open_readings(tmp_path).update(KEYS[:3], DATA.get)
    file = find_file(tmp_path)
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    assert list_kept(tmp_path) == KEYS[:2]


def test_a_folder_that_takes_no_file_costs_only_the_readings(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "readings").write_text("in the way")
    open_readings(tmp_path).update(KEYS, DATA.get)
    assert "read from the archive" in caplog.text


def test_all_are_discarded_before_articles_are_taken_down(tmp_path: Path) -> None:
    discard_site_readings(tmp_path)
    open_readings(tmp_path).update(KEYS, DATA.get)
    discard_site_readings(tmp_path)
    assert list_kept(tmp_path) == []
    assert list((tmp_path / "readings").iterdir()) == []

"""Pruning, checking and measuring an archive elsewhere: objects are written anew and deleted as files are."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archived_nights import FIRST, NightlyStore
from sqlalchemy import Engine, select

from storage import runs
from storage.archive.elsewhere import AddressPlace
from storage.archive.location import ArchiveLocation
from storage.archive.own_files import make_mark, make_own_name, make_writer
from storage.archive.read_back import ArchiveReader
from storage.models import StoredArticle
from storage.upkeep import prune as pruning
from storage.upkeep.check import check_archive
from storage.upkeep.orphans import find_orphans
from storage.upkeep.prune import prune
from storage.upkeep.size import measure_size


class Killed(BaseException):
    """In the place of kill -9."""


@pytest.fixture
def place(tmp_path: Path) -> AddressPlace:
    return AddressPlace(f"memory://{tmp_path.name}/{id(tmp_path)}", {}, data_dir=tmp_path)


@pytest.fixture
def nights(engine: Engine, tmp_path: Path, place: AddressPlace) -> NightlyStore:
    """Six nights, whose files were moved to the archive elsewhere."""
    nights = NightlyStore(engine, tmp_path)
    for night in range(6):
        nights.crawl(night, {"herald": 4, "courier": 2}, rejected=1)
    move_files(nights.archive, place)
    return nights


def move_files(folder: Path, place: AddressPlace) -> None:
    for path in folder.iterdir():
        place.put(path.name, path.read_bytes())
        path.unlink()


def read_pages(engine: Engine, place: AddressPlace) -> set[str]:
    """Return the addresses of all pages that have a raw page; assert that it is theirs."""
    row = StoredArticle
    with ArchiveReader(place) as reader, engine.connect() as connection:
        question = select(row.url, row.archive_file, row.archive_offset).where(row.archive_file.is_not(None))
        found = list(connection.execute(question))
        assert [reader.read(ArchiveLocation(file, offset)).url for _, file, offset in found] == [
            url for url, *_ in found
        ]
    return {url for url, *_ in found}


def test_old_pages_go_wherever_the_pruning_is_killed(
    nights: NightlyStore, place: AddressPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, options = FIRST + timedelta(days=3), {"rejected_before": None, "keep_newest": 18, "archive": place}
    wanted = prune(nights.engine, tmp_path, raw_before=before, dry_run=True, **options)  # type: ignore[arg-type]
    pages, size = read_pages(nights.engine, place), sum(file.size for file in place.list_files())
    assert wanted.raw_pages > 0
    assert wanted.files_rewritten > 0
    names = ("forget_places", "write_thinned", "move_places")
    with monkeypatch.context() as patch:

        def kill(*_: object) -> None:
            raise Killed

        for room, name in (
            (pruning, names[2]),
            (pruning, names[0]),
            (AddressPlace, "delete"),
            (AddressPlace, "put_back"),
        ):
            with patch.context() as one:
                one.setattr(room, name, kill)
                with pytest.raises(Killed):
                    prune(nights.engine, tmp_path, raw_before=before, dry_run=False, **options)  # type: ignore[arg-type]
            read_pages(nights.engine, place)
    prune(nights.engine, tmp_path, raw_before=before, dry_run=False, **options)  # type: ignore[arg-type]
    assert len(read_pages(nights.engine, place)) == len(pages) - wanted.raw_pages
    assert sum(file.size for file in place.list_files()) == size - wanted.bytes_freed
    with nights.engine.connect() as connection:
        assert list(check_archive(connection, place, most=None, report=lambda _done, _total: None)) == []


def test_what_is_missing_or_damaged_is_told(nights: NightlyStore, place: AddressPlace) -> None:
    first, second, *_ = place.list_files()
    place.delete(first.name)
    place.put(second.name, second.open().read()[:-400])
    with nights.engine.connect() as connection:
        problems = list(check_archive(connection, place, most=None, report=lambda _done, _total: None))
    assert problems[0].what.startswith(f"{first.name} is missing; ")
    assert problems[1].what.startswith(f"{second.name}: 1 of its records cannot be read")


def test_an_object_that_no_row_names_goes_when_it_is_a_day_old(
    nights: NightlyStore, place: AddressPlace, tmp_path: Path
) -> None:
    now, data = datetime.now(UTC), place.list_files()[0].open().read()
    with nights.engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=now - timedelta(hours=31))
    own, another = make_mark(now - timedelta(hours=31)), make_mark(now - timedelta(hours=31, seconds=1))
    old, young = (make_own_name(now - timedelta(hours=hours), run, 1, make_writer(own)) for hours in (30, 3))
    # Another store writes there, too, or has been copied from this one: its run of that number, and a later one.
    others = [make_own_name(now - timedelta(hours=30), number, 1, make_writer(another)) for number in (run, run + 1)]
    for name in (old, young, *others, "of-somebody-else.warc.gz"):
        place.put(name, data)
    with nights.engine.connect() as connection:
        assert [file.name for file in find_orphans(connection, place, now)] == [old]
    before = Counter(file.name for file in place.list_files())
    for is_dry in (True, False):
        told = prune(nights.engine, tmp_path, raw_before=None, rejected_before=None, dry_run=is_dry, archive=place)
        assert (told.orphans, told.bytes_freed) == (1, len(data))
    prune(nights.engine, tmp_path, raw_before=now, rejected_before=None, dry_run=False, archive=place, keep_newest=99)
    left = Counter(file.name for file in place.list_files())
    assert before - left == Counter([old, young])
    read_pages(nights.engine, place)


def test_it_is_measured_but_fills_no_disk_here(nights: NightlyStore, place: AddressPlace, tmp_path: Path) -> None:
    size = measure_size(nights.engine, tmp_path, place)
    assert size.parts["archive"] == sum(file.size for file in place.list_files())
    assert size.parts["archive cache"] == 0
    assert sum(site.archive for site in size.sites) == pytest.approx(size.parts["archive"], rel=0.01)
    assert size.growth is not None
    if nights.engine.dialect.name == "postgresql":
        assert size.growth.a_day == 0

"""Old raw pages and rejected pages go, wherever the pruning is killed; nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from archived_nights import FIRST, NightlyStore, make_page_url
from sqlalchemy import Engine, func, select, update

from cleaning.errors import ArchiveMissing, BadArgument, DataFolderError
from storage.archive.location import ArchiveLocation
from storage.archive.own_files import make_own_name
from storage.archive.read_back import ArchiveReader
from storage.articles.erasing import load_erasable_pages
from storage.articles.saving import make_article_id
from storage.articles.tombstones import add_tombstones
from storage.models import Address, Revision, StoredArticle, StoredPart
from storage.reading.find_page import get_page
from storage.reading.raw_page import load_raw_page
from storage.upkeep import prune as pruning
from storage.upkeep.prune import Pruned, prune
from storage.upkeep.prune_plan import NAME, PrunePlan
from storage.upkeep.vacuum import vacuum_store


def day(number: int) -> datetime:
    """Return the beginning of a day; the night of that number is two hours later."""
    return FIRST - timedelta(hours=2) + timedelta(days=number)


def cut(nights: NightlyStore, data: Path, raw: int | None, rejected: int | None = None, **more: Any) -> Pruned:
    before = [None if number is None else day(number) for number in (raw, rejected)]
    options = {"dry_run": False, "keep_newest": 5} | more
    return prune(nights.engine, data, raw_before=before[0], rejected_before=before[1], **options)


def read_places(engine: Engine) -> dict[str, tuple[str | None, int | None]]:
    row = StoredArticle
    with engine.connect() as connection:
        return {
            url: (file, offset)
            for url, file, offset in connection.execute(select(row.url, row.archive_file, row.archive_offset))
        }


def read_texts(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        rows = connection.execute(select(StoredArticle.url, StoredArticle.text).where(StoredArticle.rejected.is_(None)))
        return {row.url: row.text for row in rows}


def assert_readable(nights: NightlyStore) -> set[str]:
    """Assert that each row's place in the archive holds its page; return the addresses that have one."""
    found = set()
    with ArchiveReader(nights.archive) as reader, nights.engine.connect() as connection:
        for url, (file, offset) in read_places(nights.engine).items():
            if file is not None and offset is not None:
                assert reader.read(ArchiveLocation(file, offset)).url == url
                found.add(url)
        for part in connection.execute(select(StoredPart.__table__).where(StoredPart.archive_file != "")):
            assert reader.read(ArchiveLocation(part.archive_file, part.archive_offset)).url == part.url
        for row in connection.execute(select(Revision.__table__).where(Revision.archive_file.is_not(None))):
            assert reader.read(ArchiveLocation(row.archive_file, row.archive_offset)).status == 200
    return found


def fill(nights: NightlyStore) -> None:
    """Six nights: a large site, and a small one of which all pages are among the newest five."""
    for night in range(6):
        again = (make_page_url("herald", 1, 0),) if night == 5 else ()
        nights.crawl(night, {"herald": 6, "gazette": night % 2}, rejected=2, again=again)
    nights.add_part(make_page_url("herald", 0, 1), 0)
    nights.add_part(make_page_url("herald", 4, 1), 0)


def test_what_is_old_goes_and_what_the_memory_of_a_site_needs_stays(nights: NightlyStore, tmp_path: Path) -> None:
    fill(nights)
    before, texts = read_places(nights.engine), read_texts(nights.engine)
    size = sum(path.stat().st_size for path in nights.archive.iterdir())
    would = cut(nights, tmp_path, raw=4, dry_run=True)
    assert read_places(nights.engine) == before
    pruned = cut(nights, tmp_path, raw=4)
    assert pruned == would
    assert size - sum(path.stat().st_size for path in nights.archive.iterdir()) == pruned.bytes_freed > 0
    left = assert_readable(nights)
    young = {url for url in before if int(url.split("/")[3]) >= 4}
    assert young <= left
    assert make_page_url("herald", 0, 0) not in left
    assert make_page_url("herald", 1, 0) in left  # it was fetched again
    assert len([url for url in left if "gazette" in url]) >= 5
    assert read_texts(nights.engine) == texts
    assert not (tmp_path / NAME).exists()
    assert cut(nights, tmp_path, raw=4) == Pruned()
    with nights.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(Revision)).scalar_one() == 1
        name = make_article_id(make_page_url("herald", 0, 1))
        (page,) = load_erasable_pages(connection, [name])
        assert [place.file for place in page.locations] == [""]  # of its part: what `scrapy remove` need not look for


def test_a_pruned_page_says_so(nights: NightlyStore, tmp_path: Path) -> None:
    fill(nights)
    cut(nights, tmp_path, raw=4)
    with nights.engine.connect() as connection:
        page = get_page(connection, make_page_url("herald", 0, 1))
        with pytest.raises(ArchiveMissing, match=r"the raw page of https://herald\.example/0/1 was pruned on 20\d\d-"):
            load_raw_page(connection, page, nights.archive)


def test_a_page_that_is_fetched_again_has_a_raw_page_again(nights: NightlyStore, tmp_path: Path) -> None:
    fill(nights)
    cut(nights, tmp_path, raw=4)
    url = make_page_url("herald", 0, 1)
    nights.crawl(7, {}, again=(url,))
    with nights.engine.connect() as connection:
        assert load_raw_page(connection, get_page(connection, url), nights.archive).status == 200


def test_files_of_which_nothing_is_wanted_are_deleted(nights: NightlyStore, tmp_path: Path) -> None:
    for night in range(4):
        nights.crawl(night, {"herald": 6})
    pruned = cut(nights, tmp_path, raw=3)
    assert (pruned.raw_pages, pruned.files_deleted, pruned.files_rewritten) == (18, 3, 0)
    assert len(list(nights.archive.iterdir())) == 1


def test_rejected_pages_go_and_their_addresses_stay(nights: NightlyStore, tmp_path: Path) -> None:
    fill(nights)
    with nights.engine.connect() as connection:
        addresses = connection.execute(select(Address.__table__).order_by(Address.id)).all()
    would = cut(nights, tmp_path, raw=None, rejected=3, dry_run=True)
    pruned = cut(nights, tmp_path, raw=None, rejected=3)
    assert pruned.rejected == would.rejected > 6
    with nights.engine.connect() as connection:
        row = StoredArticle
        old = (
            select(row.site, func.count()).where(row.rejected.is_not(None), row.fetched_at < day(3)).group_by(row.site)
        )
        assert "herald" not in {site for site, _ in connection.execute(old)}
        assert connection.execute(select(Address.__table__).order_by(Address.id)).all() == addresses
    assert_readable(nights)


def test_a_data_folder_that_is_not_there_is_made_and_one_that_cannot_be_is_told(
    nights: NightlyStore, tmp_path: Path
) -> None:
    fill(nights)
    assert cut(nights, tmp_path / "new", raw=None, rejected=3).rejected > 6
    assert list((tmp_path / "new").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderError, match="cannot write to the data folder"):
        cut(nights, tmp_path / "file", raw=None, rejected=3)


class Killed(Exception):
    """Stands for a kill at this point."""


@pytest.mark.parametrize("keep_newest", [5, 9])  # with 9 files are rewritten
def test_wherever_it_is_killed_the_next_call_finishes_it(
    nights: NightlyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep_newest: int
) -> None:
    fill(nights)
    texts = read_texts(nights.engine)
    wanted = cut(nights, tmp_path, raw=4, rejected=3, keep_newest=keep_newest, dry_run=True)
    left = 0

    def count_down(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            nonlocal left
            if left == 0:
                raise Killed
            left -= 1
            return work(*arguments, **options)

        return run

    for name in ("forget_places", "write_thinned", "move_places", "erase_page"):
        monkeypatch.setattr(pruning, name, count_down(getattr(pruning, name)))
    monkeypatch.setattr(Path, "unlink", count_down(Path.unlink))
    monkeypatch.setattr(pruning, "_BATCH", 3)
    kills = 0
    for steps in range(1, 300, 3):
        left = steps
        try:
            cut(nights, tmp_path, raw=4, rejected=3, keep_newest=keep_newest)
        except Killed:
            kills += 1
            left = -1
            assert_readable(nights)
            assert read_texts(nights.engine) == texts
        else:
            break
    assert kills >= 4
    left = -1
    assert cut(nights, tmp_path, raw=4, rejected=3, keep_newest=keep_newest) == Pruned()
    found = assert_readable(nights)
    gone = [url for url in read_places(nights.engine) if url not in found]
    assert len(gone) == wanted.raw_pages
    assert len({path.name.split("-")[2] for path in nights.archive.iterdir()}) == len(list(nights.archive.iterdir()))


def test_what_an_earlier_call_set_out_to_do_is_finished_first(nights: NightlyStore, tmp_path: Path) -> None:
    fill(nights)
    PrunePlan(day(4), None).save(tmp_path)
    pruned = cut(nights, tmp_path, raw=1)
    assert make_page_url("herald", 3, 1) not in assert_readable(nights)
    assert pruned.raw_pages > 10


def test_a_file_that_is_damaged_stays(nights: NightlyStore, tmp_path: Path) -> None:
    fill(nights)
    first = min(nights.archive.iterdir())
    content = first.read_bytes()
    first.write_bytes(content[:-40])
    pruned = cut(nights, tmp_path, raw=4)
    assert list(pruned.left_alone) == [first.name]
    assert first.read_bytes() == content[:-40]


def test_a_torn_file_that_no_row_names_stays(nights: NightlyStore, tmp_path: Path) -> None:
    """Its crawl was killed before the rows of its pages were committed."""
    fill(nights)
    torn = nights.archive / make_own_name(day(1), 99, 1)
    torn.write_bytes(min(nights.archive.iterdir()).read_bytes()[:-40])
    content = torn.read_bytes()
    would = cut(nights, tmp_path, raw=4, dry_run=True)
    pruned = cut(nights, tmp_path, raw=4)
    assert would == pruned
    assert list(pruned.left_alone) == [torn.name]
    assert torn.read_bytes() == content


def test_a_file_that_cannot_be_read_stays(nights: NightlyStore, tmp_path: Path) -> None:
    fill(nights)
    unreadable = nights.archive / make_own_name(day(1), 99, 1)
    unreadable.symlink_to("/proc/self/mem")  # a file that can be opened, and whose first byte gives an OSError
    pruned = cut(nights, tmp_path, raw=4)
    assert list(pruned.left_alone) == [unreadable.name]
    assert unreadable.is_symlink()
    assert pruned.raw_pages > 10


@pytest.mark.parametrize("offset", [7, 1 << 30], ids=["within a record", "past the end"])
def test_a_file_in_which_a_row_names_no_record_stays(nights: NightlyStore, tmp_path: Path, offset: int) -> None:
    fill(nights)
    first = min(nights.archive.iterdir())
    content = first.read_bytes()
    row = StoredArticle
    with nights.engine.begin() as connection:
        kept = make_page_url("herald", 5, 0)
        old = update(row).where(row.url == kept).values(archive_file=first.name, archive_offset=offset)
        connection.execute(old)
    would = cut(nights, tmp_path, raw=4, dry_run=True)
    pruned = cut(nights, tmp_path, raw=4)
    assert would == pruned
    assert list(pruned.left_alone) == [first.name]
    assert "where no record begins" in pruned.left_alone[first.name]
    assert first.read_bytes() == content
    assert not (tmp_path / NAME).exists()


def test_nothing_is_moved_that_a_removal_has_still_to_erase(nights: NightlyStore, tmp_path: Path) -> None:
    fill(nights)
    with nights.engine.begin() as connection:
        rows = [("https://herald.example/x", "herald", [ArchiveLocation("a.warc.gz", 1)])]
        add_tombstones(connection, rows, removed_at=FIRST)
    with pytest.raises(BadArgument, match="scrapy remove finishes it"):
        cut(nights, tmp_path, raw=4)


def test_space_is_given_back(nights: NightlyStore, tmp_path: Path) -> None:
    for night in range(3):
        nights.crawl(night, {"herald": 5}, rejected=400)
    cut(nights, tmp_path, raw=None, rejected=9)
    file = Path(nights.engine.url.database or "")
    before = file.stat().st_size if nights.engine.dialect.name == "sqlite" else 0
    vacuum_store(nights.engine)
    if before:
        assert file.stat().st_size < 0.8 * before
    assert len(read_texts(nights.engine)) == 15


def test_a_new_file_that_no_row_named_yet_at_a_kill_is_kept(
    nights: NightlyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(nights)

    def kill(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(pruning, "move_places", kill)
        with pytest.raises(Killed):
            cut(nights, tmp_path, raw=4, keep_newest=9)
    named = [file for file, _ in read_places(nights.engine).values() if file is not None]
    going = cut(nights, tmp_path, raw=4, keep_newest=9, dry_run=True).raw_pages
    cut(nights, tmp_path, raw=4, keep_newest=9)
    assert len(assert_readable(nights)) == len(named) - going


def test_a_dry_run_tells_files_that_only_rejected_pages_name(nights: NightlyStore, tmp_path: Path) -> None:
    nights.crawl(0, {"herald": 0}, rejected=2)
    nights.crawl(5, {"herald": 6})
    would = cut(nights, tmp_path, raw=4, rejected=3, dry_run=True)
    assert cut(nights, tmp_path, raw=4, rejected=3) == would
    assert would.files_deleted == 1

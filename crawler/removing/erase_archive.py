"""Erases the records of what was taken down from the files of the archive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from cleaning.page.canonical import to_canonical_url
from storage.archive.erase import RecordHead, erase_records, list_own_files
from storage.archive.write import ArchiveLocation
from storage.articles.saving import make_article_id
from storage.articles.tombstones import list_removed_sites, list_tombstones, mark_erased
from storage.database.engine import open_for_reading

Report = Callable[[int, int], None]  # bytes read, of how many

_KEPT_KINDS = ("request", "warcinfo")  # what we sent, and which program wrote the file


@dataclass(slots=True)
class _Wanted:
    """What is still to be erased: pages of these articles (by id) and sites, and the records at these places."""

    articles: set[str] = field(default_factory=set)
    sites: set[str] = field(default_factory=set)
    places: set[ArchiveLocation] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)  # ids of records that are erased; what refers to one is erased, too

    def includes(self, head: RecordHead) -> bool:
        is_wanted = head.kind not in _KEPT_KINDS and (
            head.location in self.places
            or head.site in self.sites
            or (head.refers_to is not None and head.refers_to in self.erased)
            or any(self._is_article(url) for url in (head.url, head.part_of) if url is not None)
        )
        if is_wanted:
            self.erased.add(head.id)
        return is_wanted

    def _is_article(self, url: str) -> bool:
        canonical = to_canonical_url(url)
        return canonical is not None and make_article_id(canonical) in self.articles


def erase_archive(engine: Engine, folder: Path, report: Report) -> int:
    """Erase what was taken down from the archive, and return the number of records.

    Reads every file of the archive, and goes on after a kill when it is called again. Raise `OSError` if the disk
    refuses.
    """
    wanted = _load_wanted(engine)
    if not wanted.articles and not wanted.sites:
        return 0
    files = list_own_files(folder)
    total, before, erased = sum(path.stat().st_size for path in files), 0, 0
    for path in files:
        size = path.stat().st_size
        erased += erase_records(path, wanted.includes, partial(_report_from, report, before, total))
        before += size
    with engine.begin() as connection:
        mark_erased(connection, wanted.articles, wanted.sites)
    return erased


def _report_from(report: Report, before: int, total: int, done: int) -> None:
    report(before + done, total)


def _load_wanted(engine: Engine) -> _Wanted:
    with open_for_reading(engine) as connection:
        due = [row for row in list_tombstones(connection) if row.records is not None]
        sites = {row.site for row in list_removed_sites(connection) if not row.is_erased}
    return _Wanted(
        {row.article_id for row in due},
        sites,
        {ArchiveLocation(file, offset) for row in due for file, offset in row.records},
    )

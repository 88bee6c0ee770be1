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
    # Ids of responses that spiders made such pages of: they hold their texts, too. Pages that were made of them besides
    # have records of their own.
    sources: set[str] = field(default_factory=set)

    def choose(self, heads: list[RecordHead]) -> list[RecordHead]:
        pages = [head for head in heads if head.kind not in _KEPT_KINDS and self._includes(head)]
        self.sources.update(head.refers_to for head in pages if head.refers_to is not None)
        own = {head.location for head in pages}
        found = [head for head in heads if head.location in own or head.id in self.sources]
        self.sources.difference_update(head.id for head in found)
        return found

    def _includes(self, head: RecordHead) -> bool:
        return (
            head.location in self.places
            or head.site in self.sites
            or any(self._is_article(url) for url in (head.url, head.part_of) if url is not None)
        )

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
    erased = _erase_files(folder, wanted, report)
    if wanted.sources:  # a file was full between a response and the page that was made of it
        erased += _erase_files(folder, wanted, report)
    with engine.begin() as connection:
        mark_erased(connection, wanted.articles, wanted.sites)
    return erased


def _erase_files(folder: Path, wanted: _Wanted, report: Report) -> int:
    files = list_own_files(folder)
    total, before, erased = sum(path.stat().st_size for path in files), 0, 0
    for path in files:
        size = path.stat().st_size
        erased += erase_records(path, wanted.choose, partial(_report_from, report, before, total))
        before += size
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

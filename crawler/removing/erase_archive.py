"""Erases the records of what was taken down from the files of the archive."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from pathlib import Path

from sqlalchemy import Engine

from cleaning.page.canonical import to_canonical_url
from storage.archive.erase import erase_records
from storage.archive.location import ArchiveLocation
from storage.archive.members import RecordHead, iter_heads_by_file
from storage.archive.place import ArchivePlace, as_place
from storage.archive.records import build_torn_error
from storage.archive.write import COPY, ERASED
from storage.articles.saving import make_article_id
from storage.articles.tombstones import list_removed_sites, list_tombstones, mark_erased
from storage.database.engine import open_for_reading

Report = Callable[[int, int], None]  # bytes read, of how many

_KEPT_KINDS = ("request", "warcinfo")  # what we sent, and which program wrote the file


@dataclass(slots=True)
class _Wanted:
    """What is still to be erased: pages of these articles (by id) and sites, and the records at these places.

    A place that was met in the archive is left out from then on.
    """

    articles: set[str] = field(default_factory=set)
    sites: set[str] = field(default_factory=set)
    places: set[ArchiveLocation] = field(default_factory=set)
    # Ids of responses that spiders made such pages of: they hold their texts, too, and so does each copy of them. Pages
    # that were made of them besides, with HTML of their own, stay.
    sources: set[str] = field(default_factory=set)
    unmet: set[str] = field(default_factory=set)  # of these, the ones that were not met in the archive yet
    erased: set[str] = field(default_factory=set)  # ids of records of which only the note was met

    def choose(self, heads: list[RecordHead]) -> list[RecordHead]:
        notes = [head for head in heads if head.role == ERASED]
        left = [head for head in heads if head.kind not in _KEPT_KINDS and head.role != ERASED]
        pages = [head for head in left if self._includes(head)]
        self.erased.update(head.id for head in notes)
        # A note may be of a removal that was killed before it came to the response.
        made_of = {head.refers_to for head in (*pages, *notes) if head.refers_to is not None} - self.erased
        self.unmet |= made_of - self.sources
        self.sources |= made_of | {head.id for head in pages if head.kind == "response"}
        self.unmet.difference_update(head.id for head in heads)
        own = {head.location for head in pages}
        self.places.difference_update(head.location for head in heads)
        return [head for head in left if head.location in own or self._holds_source(head)]

    def _holds_source(self, head: RecordHead) -> bool:
        return head.id in self.sources or (head.role == COPY and head.refers_to in self.sources)

    def _includes(self, head: RecordHead) -> bool:
        return (
            head.location in self.places
            or head.site in self.sites
            or any(self._is_article(url) for url in (head.url, head.part_of) if url is not None)
        )

    def _is_article(self, url: str) -> bool:
        canonical = to_canonical_url(url)
        return canonical is not None and make_article_id(canonical) in self.articles


def erase_archive(engine: Engine, archive: Path | ArchivePlace, report: Report) -> int:
    """Erase what was taken down from the archive, and return the number of records.

    Reads every file of the archive, and goes on after a kill when it is called again. Raise `OSError` if the disk
    refuses, and RecordUnreadable if a record that is to be erased stands behind damage of its file: it stays due.
    """
    wanted, place = _load_wanted(engine), as_place(archive)
    if not wanted.articles and not wanted.sites:
        return 0
    erased = _erase_files(place, wanted, report)
    if wanted.unmet:  # a file was full between a response and the page that was made of it
        erased += _erase_files(place, wanted, report)
    left = {file.name for file in place.list_files()} if wanted.places else set()
    behind = sorted((one for one in wanted.places if one.file in left), key=attrgetter("file", "offset"))
    if behind:
        raise build_torn_error(behind[0])
    with engine.begin() as connection:
        mark_erased(connection, wanted.articles, wanted.sites)
    return erased


def _erase_files(archive: ArchivePlace, wanted: _Wanted, report: Report) -> int:
    files = archive.list_files()
    total, erased = sum(file.size for file in files), 0
    for file, heads in iter_heads_by_file(files, partial(_report_of, report, total)):
        chosen = {head.location for head in wanted.choose(heads)}
        if not chosen:
            continue
        with archive.check_out(file.name) as path:
            erased += erase_records(path, partial(_list_at, chosen), lambda _position: None)
            archive.put_back(path)
    return erased


def _report_of(report: Report, total: int, done: int) -> None:
    report(done, total)


def _list_at(places: Collection[ArchiveLocation], heads: list[RecordHead]) -> list[RecordHead]:
    return [head for head in heads if head.location in places]


def _load_wanted(engine: Engine) -> _Wanted:
    with open_for_reading(engine) as connection:
        due = [row for row in list_tombstones(connection) if row.records is not None]
        sites = {row.site for row in list_removed_sites(connection) if not row.is_erased}
    return _Wanted(
        {row.article_id for row in due},
        sites,
        {ArchiveLocation(file, offset) for row in due for file, offset in row.records},
    )

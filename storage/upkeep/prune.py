"""Prunes what is old: raw pages from the archive, rejected pages from the store. Articles and their versions stay.

For each file of the archive, in an order that a kill cannot turn round:

1. The rows whose records go forget their places, in one transaction; the articles note when.
2. Nothing else in the file is wanted: it is deleted. Otherwise the rest is written into a new file, the rows go over to
   that in one transaction, and the old file is deleted.

A file of which it is not known what it holds stays as it is, and is told: what cannot be read today may be wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import Engine

from cleaning.errors import BadArgument
from storage.archive.place import FOLDER, ArchiveFile, ArchivePlace, FolderPlace
from storage.archive.thin_out import NewNames, choose_kept, read_heads, write_thinned
from storage.articles.erasing import erase_page
from storage.articles.tombstones import list_removed_sites, list_tombstones
from storage.database.engine import open_for_reading, prepare_data_folder
from storage.database.query_batches import QUERY_SIZE
from storage.upkeep.bring_together import Brought, bring_together
from storage.upkeep.orphans import OwnRuns, find_orphans, is_begun_before
from storage.upkeep.prune_plan import PrunePlan
from storage.upkeep.retention import (
    References,
    count_references,
    forget_places,
    list_newest,
    list_old_rejected,
    load_references,
    move_places,
    split_references,
)

if TYPE_CHECKING:
    from storage.archive.elsewhere import AddressPlace

KEPT_NEWEST = 400  # pages of a site whose raw pages stay, however old: the default of MEMORY_WINDOW
_BATCH = 200  # rejected pages of a transaction
_OBJECT_SPAN = timedelta(days=1)  # more than lies between two records of an object: all of it is as old as its name

Report = Callable[[int, int], None]  # how many files of the archive are looked at, of how many


@dataclass
class Pruned:
    """What went, or would go."""

    raw_pages: int = 0  # articles and rejected pages whose raw page went, each with its parts
    versions: int = 0  # earlier fetches whose raw page went
    rejected: int = 0  # pages that went from the store
    files_deleted: int = 0
    files_rewritten: int = 0
    bytes_freed: int = 0  # of the archive
    orphans: int = 0  # objects of an archive elsewhere that no row named
    brought: Brought = field(default_factory=Brought)  # small ones of its objects
    left_alone: dict[str, str] = field(default_factory=dict)  # files that stay as they are, and why


def prune(
    engine: Engine,
    data_dir: Path,
    *,
    raw_before: datetime | None,
    rejected_before: datetime | None,
    dry_run: bool,
    keep_newest: int = KEPT_NEWEST,
    report: Report = lambda _done, _total: None,
    archive: ArchivePlace | None = None,
) -> Pruned:
    """Prune raw pages and rejected pages that were fetched before these times; None: none of them.

    The archive is by default the folder in the data folder. In one elsewhere, the objects of processes that were killed
    go, too: those that no row names a day after they were written. Its small objects are brought together.

    The newest pages of each site stay whole, because its memory is learnt from them. The caller has claimed the data
    folder and the database. What an earlier call was killed in is finished first. Raise BadArgument if a removal is not
    finished: what it has still to erase must keep its place; DataFolderError if its folder cannot be written.
    """
    _refuse_unfinished_removal(engine)
    if not dry_run:
        prepare_data_folder(data_dir)  # what is to be done is noted there
    pruned = Pruned()
    unfinished = PrunePlan.load(data_dir)
    plan = PrunePlan(raw_before, rejected_before)
    place = archive or FolderPlace(data_dir / FOLDER)
    for one in (unfinished, plan) if unfinished is not None and not dry_run else (plan,):
        work = _Pruning(engine, data_dir, one, keep_newest, pruned, archive=place, dry_run=dry_run)
        work.prune_rejected()
        work.prune_archive(report)
        if not dry_run:
            PrunePlan.discard(data_dir)
    _delete_orphans(engine, place, pruned, dry_run=dry_run)
    if place.folder is None:
        pruned.brought = bring_together(engine, cast("AddressPlace", place), report, dry_run=dry_run)
    return pruned


class _Pruning:
    def __init__(
        self,
        engine: Engine,
        data_dir: Path,
        plan: PrunePlan,
        keep_newest: int,
        pruned: Pruned,
        *,
        archive: ArchivePlace,
        dry_run: bool,
    ) -> None:
        self._engine = engine
        self._archive = archive
        self._data_dir = data_dir
        self._plan = plan
        self._pruned = pruned
        self._is_dry_run = dry_run
        with open_for_reading(engine) as connection:
            self._newest = list_newest(connection, keep_newest)
        self._new_names = NewNames(())
        self._gone: set[str] = set()  # rejected pages that go from the store
        if not dry_run:
            plan.save(data_dir)

    def prune_rejected(self) -> None:
        if self._plan.rejected_before is None:
            return
        with open_for_reading(self._engine) as connection:
            names = list(list_old_rejected(connection, self._plan.rejected_before, self._newest))
        self._pruned.rejected += len(names)
        self._gone = set(names)
        rest = iter(names)
        while not self._is_dry_run and (some := list(islice(rest, _BATCH))):
            with self._engine.begin() as connection:
                for name in some:
                    erase_page(connection, name)

    def prune_archive(self, report: Report) -> None:
        before = self._plan.raw_before
        if before is None:
            return
        listed = self._archive.list_files()
        self._new_names = NewNames([*(file.name for file in listed), *self._plan.renamed.values()])
        files = [file for file in listed if is_begun_before(file, before)]
        sizes = {file.name: file.size for file in listed}
        with open_for_reading(self._engine) as connection:
            counts = count_references(connection)
            own = OwnRuns(connection)
        # Rows go over to these in the loop, if an earlier call was killed: what names them is asked when it is needed.
        renewed = set(self._plan.renamed.values())
        references: dict[str, References] = {}
        for done, file in enumerate(files, start=1):
            if done % QUERY_SIZE == 1:
                some = [one.name for one in files[done - 1 : done - 1 + QUERY_SIZE]]
                with open_for_reading(self._engine) as connection:
                    references = load_references(connection, some)
            if file.name in renewed:
                with open_for_reading(self._engine) as connection:
                    references |= load_references(connection, [file.name])
            new_name = self._plan.renamed.get(file.name, "")
            if counts.get(new_name):
                self._delete_moved(file, sizes[new_name])
            elif any(references[file.name]) or self._archive.folder is not None or own.wrote_file(file):
                self._prune_file(file, references[file.name], before)
            report(done, len(files))

    def _prune_file(self, file: ArchiveFile, references: References, before: datetime) -> None:
        stays, goes = self._split(references, before)
        has_rows = any(stays) or any(goes)
        is_due = any(goes) or file.name in self._plan.renamed
        if has_rows and not is_due:
            return
        is_whole = not any(stays) and self._archive.folder is None and is_begun_before(file, before - _OBJECT_SPAN)
        heads = [] if is_whole else read_heads(file, lambda _position: None)
        if heads is None or not stays.list_places() <= {head.location.offset for head in heads}:
            self._pruned.left_alone[file.name] = _explain_damage(is_readable=heads is not None, has_rows=has_rows)
            return
        self._pruned.raw_pages += len(goes.articles)
        self._pruned.versions += len(goes.revisions)
        kept = choose_kept(heads, stays.list_places(), before)
        size, left = file.size, sum(head.length for head in kept)
        is_wanted = any(head.kind != "warcinfo" for head in kept)
        if not is_due and is_wanted:
            return  # nothing names its records, but some are young
        self._pruned.files_rewritten += is_wanted
        self._pruned.files_deleted += not is_wanted
        self._pruned.bytes_freed += size - (left if is_wanted else 0)
        if self._is_dry_run:
            return
        if is_wanted:
            self._begin_renaming(file)
        with self._engine.begin() as connection:
            forget_places(connection, goes, datetime.now(UTC))
        if is_wanted:
            name = self._plan.renamed[file.name]
            with self._archive.check_out(file.name) as path:
                moved = write_thinned(path, name, kept)
                self._archive.put_back(path.with_name(name))
            with self._engine.begin() as connection:
                move_places(connection, stays, name, moved)
        self._archive.delete(file.name)

    def _delete_moved(self, file: ArchiveFile, new_size: int) -> None:
        """Delete a file whose rows went over to the new one before the earlier call was killed."""
        self._pruned.files_rewritten += 1
        self._pruned.bytes_freed += file.size - new_size
        self._archive.delete(file.name)

    def _begin_renaming(self, file: ArchiveFile) -> None:
        """Note under which name the file is written anew, so that a kill does not leave two of the new ones."""
        if file.name not in self._plan.renamed:
            self._plan = self._plan.rename(file.name, self._new_names.make(file.name))
            self._plan.save(self._data_dir)

    def _split(self, found: References, before: datetime) -> tuple[References, References]:
        articles, parts = (
            [one for one in some if one[0].article not in self._gone] for some in (found.articles, found.parts)
        )
        return split_references(References(articles, found.revisions, parts), before, self._newest)


def _delete_orphans(engine: Engine, archive: ArchivePlace, pruned: Pruned, *, dry_run: bool) -> None:
    with open_for_reading(engine) as connection:
        orphans = find_orphans(connection, archive, datetime.now(UTC))
    for file in orphans:
        pruned.orphans += 1
        pruned.bytes_freed += file.size
        if not dry_run:
            archive.delete(file.name)


def _explain_damage(*, is_readable: bool, has_rows: bool) -> str:
    if is_readable:
        return "the store names places in it where no record begins: scrapy db check --all"
    if has_rows:
        return "it cannot be read to its end: scrapy db check --all"
    # Its crawl was killed, or it is damaged. It may hold pages that were never stored.
    return "it cannot be read to its end, and the store names none of its records; delete it if you do not need it"


def _refuse_unfinished_removal(engine: Engine) -> None:
    with open_for_reading(engine) as connection:
        due: Iterable[bool] = (
            *(row.records is not None for row in list_tombstones(connection)),
            *(not row.is_erased for row in list_removed_sites(connection)),
        )
    if any(due):
        raise BadArgument("a removal is not finished: scrapy remove finishes it; then prune")

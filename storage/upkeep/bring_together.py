"""Brings the small objects of an archive elsewhere together into a few large ones.

A crawl writes an object whenever pages wait to be stored (crawler/run/object_writer.py): many small ones a night. Each
costs a request whenever the archive is listed, moved, or read as a whole.

For each large object, in an order that a kill cannot turn round:

1. It is written. Its name follows from those of the small ones, so that the next call writes the same.
2. The rows go over to it, in one transaction.
3. The small ones are deleted. What a kill leaves of them is named by no row (storage/upkeep/orphans.py).

Records stay as they are, and so does the order in which they were written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from storage.archive.members import iter_files, list_heads
from storage.archive.own_files import OwnName, make_own_name, parse_own_name
from storage.archive.place import ArchiveFile
from storage.database.engine import open_for_reading
from storage.upkeep.orphans import AGE, OwnRuns, is_begun_before
from storage.upkeep.retention import References, count_references, load_references, move_places

if TYPE_CHECKING:
    from storage.archive.elsewhere import AddressPlace

SMALL = 4 << 20  # bytes of an object that is brought together with others
LARGE = 64 << 20  # bytes of what they become, at most
_SPAN = timedelta(hours=12)  # between the first and the last of them: pruning goes by the time in a name
_DELETERS = 16  # objects that are deleted at once

Report = Callable[[int, int], None]  # how many small objects are done, of how many


@dataclass
class Brought:
    """How many objects became how many."""

    objects: int = 0
    into: int = 0


def bring_together(engine: Engine, place: AddressPlace, report: Report, *, dry_run: bool) -> Brought:
    """Bring together the small objects that rows name, of each run that has ended or was killed a day ago.

    Of another a crawl may still store pages: one whose claim was lost for a while, and that takes it again.

    The caller has claimed the data folder and the database, and no removal is under way: it knows records by their
    places. Raise `OSError` if the archive refuses.
    """
    groups, brought, done = _list_groups(engine, place), Brought(), 0
    total = sum(map(len, groups))
    for group in groups:
        moved = len(group) if dry_run else _bring_together(engine, place, group)
        brought.objects += moved
        brought.into += moved > 0
        done += len(group)
        report(done, total)
    return brought


def _list_groups(engine: Engine, place: AddressPlace) -> list[list[ArchiveFile]]:
    with open_for_reading(engine) as connection:
        named, own = count_references(connection), OwnRuns(connection)
    day_ago = datetime.now(UTC) - AGE
    small = (
        file
        for file in place.list_files()
        if file.size < SMALL
        and file.name in named
        and own.wrote_file(file)
        and (own.has_ended(file) or is_begun_before(file, day_ago))
    )
    return [group for group in _group(small) if len(group) > 1]


def _group(files: Iterable[ArchiveFile]) -> Iterator[list[ArchiveFile]]:
    """Yield the files of each run in groups that are not too large, in the order in which they were begun."""
    groups: dict[int, list[ArchiveFile]] = {}
    sizes: dict[int, int] = {}
    for file in files:
        name = _parse(file)
        group = groups.get(name.run, [])
        is_full = sizes.get(name.run, 0) + file.size > LARGE
        if group and (is_full or name.begun_at - _parse(group[0]).begun_at > _SPAN):
            yield group
            group, sizes[name.run] = [], 0
        groups[name.run] = group
        group.append(file)
        sizes[name.run] = sizes.get(name.run, 0) + file.size
    yield from groups.values()


def _bring_together(engine: Engine, place: AddressPlace, group: Sequence[ArchiveFile]) -> int:
    """Bring one group together, and return of how many objects it is made: one that is damaged stays as it is."""
    with open_for_reading(engine) as connection:
        references = load_references(connection, [file.name for file in group])
    name = _name(group)
    with place.lend_folder() as folder:
        bases = _write(folder / name, group, references)
        if len(bases) < 2:
            return 0
        place.put_back(folder / name)
    with engine.begin() as connection:
        for file, base in bases.items():
            stays = references[file]
            move_places(connection, stays, name, {place: base + place for place in stays.list_places()})
    with ThreadPoolExecutor(_DELETERS, thread_name_prefix="delete") as threads:
        list(threads.map(place.delete, bases))
    return len(bases)


def _write(path: Path, group: Sequence[ArchiveFile], references: dict[str, References]) -> dict[str, int]:
    """Write the files into one, and return where each begins in it. Leave out what cannot be read record by record."""
    bases = {}
    with path.open("wb") as target:
        for file, opened in iter_files(group):
            with opened:
                heads = list_heads(opened, file.name)
                places = {head.location.offset for head in heads}
                is_whole = sum(head.length for head in heads) == file.size
                if is_whole and references[file.name].list_places() <= places:
                    bases[file.name] = target.tell()
                    opened.seek(0)
                    target.write(opened.read())
    return bases


def _name(group: Sequence[ArchiveFile]) -> str:
    first = _parse(group[0])
    writer = sha256("\n".join(file.name for file in group).encode()).hexdigest()[:8]
    return make_own_name(first.begun_at, first.run, 1, writer + first.mark)


def _parse(file: ArchiveFile) -> OwnName:
    name = parse_own_name(file.name)
    assert name is not None  # noqa: S101 (a run of the store wrote it)
    return name

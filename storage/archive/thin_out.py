"""Writes a WARC file anew with some of its records only: what erase.py cannot do, give space back.

The new file has another name, since its records stand at other places; rows go over to it, and the old file is deleted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from storage.archive.members import RecordHead, iter_heads
from storage.archive.own_files import make_own_name, parse_own_name
from storage.archive.place import ArchiveFile
from storage.database.disk import flush_to_disk

_BLOCK = 1 << 20


def choose_kept(heads: Sequence[RecordHead], places: Collection[int], since: datetime) -> list[RecordHead]:
    """Return the records that stay: those at these offsets and later ones than `since`, and what belongs to them.

    A request belongs to its response, a response to the page that a spider made of it, the first to the file.
    """
    day = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    wanted = [head for head in heads if head.location.offset in places or head.date >= day]
    ids = {head.id for head in wanted} | {head.refers_to for head in wanted if head.refers_to is not None}
    return [head for head in heads if head.kind == "warcinfo" or head.id in ids or head.goes_with in ids]


def read_heads(file: ArchiveFile, report: Callable[[int], None]) -> list[RecordHead] | None:
    """Return the heads of all records of a file; None if it is damaged, so that not all of them can be told."""
    try:
        heads = list(iter_heads(file, report))
    except OSError:
        return None
    return heads if sum(head.length for head in heads) == file.size else None


class NewNames:
    """Names files that are written anew: each of the same writer as before, with the next free number."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._last: dict[tuple[int, str], int] = {}
        for own in filter(None, map(parse_own_name, taken)):
            writer = (own.run, own.writer)
            self._last[writer] = max(own.number, self._last.get(writer, 0))

    def make(self, name: str) -> str:
        own = parse_own_name(name)
        if own is None:
            raise ValueError(f"{name} is not the name of a file of ours")
        number = self._last[own.run, own.writer] = self._last.get((own.run, own.writer), own.number) + 1
        return make_own_name(own.begun_at, own.run, number, own.writer)


def write_thinned(path: Path, name: str, kept: Sequence[RecordHead]) -> dict[int, int]:
    """Write these records of a file into the file `name` beside it; return the new offset of each by its old one.

    When it returns the new file is on the disk, whole; a kill before leaves a draft that the next call overwrites.
    """
    draft, places = path.with_name(f".{name}.partial"), {}
    with path.open("rb") as source, draft.open("wb") as target:
        for head in kept:
            places[head.location.offset] = target.tell()
            source.seek(head.location.offset)
            target.writelines(_read(source.read, head.length))
        target.flush()
        os.fsync(target.fileno())
    draft.replace(path.with_name(name))
    flush_to_disk(path.parent)
    return places


def _read(read: Callable[[int], bytes], length: int) -> Iterator[bytes]:
    while length:
        block = read(min(length, _BLOCK))
        if not block:
            raise OSError("the file is shorter than it was")
        length -= len(block)
        yield block

"""Brings the pages of a site together: a task of the first stage writes one file, one of the second reads its part of
each of these.

NNNNN/pages    one frame a page: the pickled record, packed with Zstandard
NNNNN/index    where the frames are, those of one site together: site, number, position, length
NNNNN/hosts    which site the pages of a host belong to, a line each

Sites that have pages of one host are one task's: both may have a page at the same address, as where a site had another
name in the archive of another year, and a store has one page at each.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from cleaning.records.article import Article
from cleaning.records.given import Page
from storage.archive.location import ArchiveLocation

_ENTRY = [("site", "<u8"), ("number", "<u8"), ("position", "<u8"), ("length", "<u4")]


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A page as the first stage leaves it: cleaned without memory, and without its HTML.

    A further part of an article (`part_of`: the address of its first page) has no article.
    """

    page: Page
    site: str
    location: ArchiveLocation
    article: Article | None
    part_of: str | None = None


def choose_share(site: str, shares: int) -> int:
    """Return the number of the share that a site belongs to which has no host in common with another one."""
    return _hash(site) % shares


class PageFileWriter:
    """Writes the files of one task, in the folder `draft`."""

    def __init__(self, draft: Path) -> None:
        self._folder = draft
        self._file = (draft / "pages").open("wb")
        self._entries: list[tuple[int, int, int, int]] = []
        self._hosts: set[tuple[str, str]] = set()
        self._position = 0

    def __enter__(self) -> Self:
        return self

    def add(self, record: PageRecord, number: int) -> None:
        """Add a page; `number` orders the pages of a site, whichever task has read them."""
        import pyarrow as pa  # noqa: PLC0415 -- comes with the extra `bulk`

        data = pickle.dumps(record, pickle.HIGHEST_PROTOCOL)
        packed = pa.compress(data, codec="zstd", asbytes=True)
        self._file.write(len(data).to_bytes(8) + packed)
        self._entries.append((_hash(record.site), number, self._position, 8 + len(packed)))
        self._hosts.add((urlsplit(record.page.url).netloc, record.site))
        self._position += 8 + len(packed)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        import numpy as np  # noqa: PLC0415 -- comes with datatrove

        self._file.close()
        if error is None:
            np.array(sorted(self._entries), dtype=_ENTRY).tofile(self._folder / "index")
            lines = (json.dumps(one) + "\n" for one in sorted(self._hosts))
            (self._folder / "hosts").write_text("".join(lines), "utf-8")


def read_pages_of_share(folder: Path, share: int, shares: int) -> Iterator[PageRecord]:
    """Yield the pages of a share of the sites from the files of all tasks, by their numbers."""
    import numpy as np  # noqa: PLC0415 -- comes with datatrove

    files = sorted(folder.glob("[0-9]*"))
    sites = np.array([_hash(site) for site in _list_sites(files, share, shares)], dtype="<u8")
    found = []
    for place, path in enumerate(files):
        index = np.fromfile(path / "index", dtype=_ENTRY)
        own = index[np.isin(index["site"], sites)]
        found.append(
            np.stack([own["number"], np.full(len(own), place, dtype="<u8"), own["position"], own["length"]], axis=1)
        )
    entries = np.concatenate(found) if found else np.empty((0, 4), dtype="<u8")
    opened: dict[int, Any] = {}
    try:
        for _, place, position, length in entries[np.argsort(entries[:, 0], kind="stable")].tolist():
            if place not in opened:
                opened[place] = (files[place] / "pages").open("rb")
            opened[place].seek(position)
            yield _unpack(opened[place].read(length))
    finally:
        for file in opened.values():
            file.close()


def _list_sites(files: Iterable[Path], share: int, shares: int) -> list[str]:
    """Return the sites of a share: those that are connected by common hosts belong to one."""
    first: dict[str, str] = {}  # of each site, another one that it is connected with, or itself
    of_host: dict[str, str] = {}

    def find(site: str) -> str:
        while first[site] != site:
            first[site] = site = first[first[site]]
        return site

    for path in files:
        for line in (path / "hosts").read_text("utf-8").splitlines():
            host, site = json.loads(line)
            one, other = sorted((find(first.setdefault(site, site)), find(of_host.setdefault(host, site))))
            first[other] = one
    return [site for site in first if choose_share(find(site), shares) == share]


def _hash(site: str) -> int:
    return int.from_bytes(sha256(site.encode()).digest()[:8])


def _unpack(data: bytes) -> PageRecord:
    import pyarrow as pa  # noqa: PLC0415 -- comes with the extra `bulk`

    raw = pa.decompress(data[8:], decompressed_size=int.from_bytes(data[:8]), codec="zstd", asbytes=True)
    record: PageRecord = pickle.loads(raw)  # noqa: S301 -- our own file, in the folder of the run
    return record

"""Brings the pages of a site together: a task of the first stage writes one file, one of the second reads its part of
each of these.

NNNNN.pages    one frame a page: the pickled record, packed with Zstandard
NNNNN.index    where the frames are, those of one share of the sites together: share, number, position, length
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cleaning.article import Article, Page
from storage.archive.write import ArchiveLocation

_ENTRY = [("share", "<u4"), ("number", "<u8"), ("position", "<u8"), ("length", "<u4")]


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
    """Return the number of the share that a site belongs to."""
    return int.from_bytes(sha256(site.encode()).digest()[:8]) % shares


class PageFileWriter:
    """Writes the file of one task, in the folder `draft`."""

    def __init__(self, draft: Path, shares: int) -> None:
        self._folder = draft
        self._shares = shares
        self._file = (draft / "pages").open("wb")
        self._entries: list[tuple[int, int, int, int]] = []
        self._position = 0

    def __enter__(self) -> Self:
        return self

    def add(self, record: PageRecord, number: int) -> None:
        """Add a page; `number` orders the pages of a site, whichever task has read them."""
        import pyarrow as pa  # noqa: PLC0415 -- comes with the extra `bulk`

        data = pickle.dumps(record, pickle.HIGHEST_PROTOCOL)
        packed = pa.compress(data, codec="zstd", asbytes=True)
        self._file.write(len(data).to_bytes(8) + packed)
        self._entries.append((choose_share(record.site, self._shares), number, self._position, 8 + len(packed)))
        self._position += 8 + len(packed)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        import numpy as np  # noqa: PLC0415 -- comes with datatrove

        self._file.close()
        if error is None:
            np.array(sorted(self._entries), dtype=_ENTRY).tofile(self._folder / "index")


def read_pages_of_share(folder: Path, share: int) -> Iterator[PageRecord]:
    """Yield the pages of a share of the sites from the files of all tasks, by their numbers."""
    import numpy as np  # noqa: PLC0415 -- comes with datatrove

    files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    found = []
    for place, path in enumerate(files):
        index = np.fromfile(path / "index", dtype=_ENTRY)
        first, last = np.searchsorted(index["share"], [share, share + 1])
        own = index[first:last]
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


def _unpack(data: bytes) -> PageRecord:
    import pyarrow as pa  # noqa: PLC0415 -- comes with the extra `bulk`

    raw = pa.decompress(data[8:], decompressed_size=int.from_bytes(data[:8]), codec="zstd", asbytes=True)
    record: PageRecord = pickle.loads(raw)  # noqa: S301 -- our own file, in the folder of the run
    return record

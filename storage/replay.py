"""Reads the raw archive back, and the archives of others: a file's responses in their order, or one by its place."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader

from cleaning.errors import ArchiveMissing, RecordUnreadable
from storage.record import MOST_BODY, TORN, ArchivedResponse, read_response, torn, unreadable
from storage.warc import Place

_MOST_HEADS = 1 << 20  # bytes of the two heads of a record, WARC's and HTTP's
_GZIP = b"\x1f\x8b"


def archive_files(path: Path) -> list[Path]:
    """The WARC file at `path`, or those of the folder by their names; `ArchiveMissing` where there is none."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.name.endswith((".warc", ".warc.gz")))
        if not files:
            raise ArchiveMissing(f"there is no *.warc or *.warc.gz file in {path}")
        return files
    if not path.is_file():
        raise ArchiveMissing(f"there is no WARC file at {path}")
    try:
        with path.open("rb") as file:
            first = next(ArchiveIterator(file, no_record_parse=True), None)
    except (ArchiveLoadFailed, EOFError, zlib.error):
        first = None
    if first is None or first.format != "warc":  # warcio takes any line of words for the head of an ARC record
        raise ArchiveMissing(f"{path} is no WARC file")
    return [path]


def read_archive(path: Path, skipped: Counter[str], *, most_body: int = MOST_BODY) -> Iterator[ArchivedResponse]:
    """The HTTP responses of a WARC file, in its order; records of other kinds are counted in `skipped` by their kind.

    A response that cannot be read is counted as "unreadable" or "too-large" (its body has more than `most_body` bytes),
    and the next one follows. A file that breaks off (its writer was killed), is damaged, or is one gzip member instead
    of one for each record, ends there, counted as "torn".
    """
    with path.open("rb") as file:
        # The HTTP heads are parsed by us: an odd one that warcio stumbles over would end its iteration.
        records = ArchiveIterator(file, no_record_parse=True)
        while True:
            try:
                record = next(records, None)
                if record is None:
                    return
                response = read_response(record, Place(path.name, records.offset), most_body)
            except RecordUnreadable as error:
                skipped[error.reason] += 1
                if error.reason == TORN:
                    return
            except (ArchiveLoadFailed, EOFError, zlib.error):
                skipped[TORN] += 1
                return
            else:
                yield response


class ArchiveReader:
    """Reads single responses of the archive in `folder` by their places, without looking at any other record.

    The file that was read last stays open: places are best asked for in the order of their files. Blocking, and for one
    thread. A context manager, which closes that file.
    """

    def __init__(self, folder: Path, *, most_body: int = MOST_BODY) -> None:
        self._folder = folder
        self._most_body = most_body
        self._file: BinaryIO | None = None
        self._name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None

    def read(self, place: Place) -> ArchivedResponse:
        """The response at `place`.

        ArchiveMissing where its file cannot be opened, RecordUnreadable where no response record begins at the offset,
        it is torn or damaged, or its body has more than `most_body` bytes.
        """
        file = self._open(place.file)
        try:
            return self._read(file, place)
        except ArchiveLoadFailed:
            raise unreadable(place, "no record begins there") from None
        except (EOFError, zlib.error):
            raise torn(place) from None
        except OSError as error:
            raise unreadable(place, f"the file cannot be read there: {error.strerror or error}") from error

    def _open(self, name: str) -> BinaryIO:
        if self._file is None or self._name != name:
            self.close()
            try:
                self._file = (self._folder / name).open("rb")
            except OSError as error:
                raise ArchiveMissing(f"{self._folder / name} cannot be read: {error.strerror}") from error
            self._name = name
        return self._file

    def _read(self, file: BinaryIO, place: Place) -> ArchivedResponse:
        file.seek(place.offset)
        start = file.read(len(_GZIP))
        if not start:
            raise unreadable(place, "the file ends before that")
        file.seek(place.offset)
        stream = BytesIO(_member(file, self._most_body + _MOST_HEADS)) if start == _GZIP else file
        loader = ArcWarcRecordLoader(verify_http=False, arc2warc=False)
        record = loader.parse_record_stream(stream, known_format="warc", no_record_parse=True)
        return read_response(record, place, self._most_body)


def _member(file: BinaryIO, most: int) -> bytes:
    """The gzip member that begins where `file` stands, unpacked; of a larger one, `most` bytes and one.

    EOFError where the file ends within it. zlib.error where it is damaged: its checksum is checked.
    """
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    parts: list[bytes] = []
    size = 0
    while not unpacker.eof and size <= most:
        packed = unpacker.unconsumed_tail or file.read(1 << 16)
        if not packed:
            raise EOFError
        parts.append(unpacker.decompress(packed, most + 1 - size))
        size += len(parts[-1])
    return b"".join(parts)

"""Reads WARC files, ours and others': the responses of a file in order, or one response by its location."""

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
from storage.archive.location import ArchiveLocation
from storage.archive.place import ArchiveFile, FileOpener, FolderPlace
from storage.archive.records import (
    MAX_BODY,
    TORN,
    ArchivedResponse,
    build_torn_error,
    build_unreadable_error,
    read_response,
)

_MAX_HEADS = 1 << 20  # bytes of the two headers of a record, WARC's and HTTP's
_GZIP = b"\x1f\x8b"


def find_archive_files(path: Path) -> list[Path]:
    """Return the WARC file at `path`, or those of the folder, sorted. Raise `ArchiveMissing` if there is none."""
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
    if first is None or first.format != "warc":  # warcio takes any line of words for the header of an ARC record
        raise ArchiveMissing(f"{path} is not a WARC file")
    return [path]


def read_archive(
    path: Path | ArchiveFile, skipped: Counter[str], *, max_body: int = MAX_BODY
) -> Iterator[ArchivedResponse]:
    """Yield the HTTP responses of a WARC file in order. Count records of other kinds in `skipped`, by kind.

    Count a response that cannot be read as "unreadable" or "too-large" (its body has more than `max_body` bytes), and
    go on with the next one. Stop at the point where a file breaks off (its writer was killed) or is damaged, and count
    "torn". A file that is one gzip member, instead of one per record, is damaged in this sense.
    """
    with path.open("rb") as file:
        # records.py parses the HTTP headers: an odd one would end the iteration of warcio.
        records = ArchiveIterator(file, no_record_parse=True)
        while True:
            try:
                record = next(records, None)
                if record is None:
                    return
                response = read_response(record, ArchiveLocation(path.name, records.offset), max_body)
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
    """Reads single responses of an archive by their locations, without reading any other record.

    The file that was read last stays open, so reading in the order of the files is fastest. Blocking, and for one
    thread. A context manager, which closes that file.
    """

    def __init__(self, archive: Path | FileOpener, *, max_body: int = MAX_BODY) -> None:
        self._place: FileOpener = FolderPlace(archive) if isinstance(archive, Path) else archive
        self._max_body = max_body
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

    def read(self, location: ArchiveLocation) -> ArchivedResponse:
        """Return the response at `location`.

        Raise ArchiveMissing if its file cannot be opened. Raise RecordUnreadable if no response record begins at the
        offset, if it is torn or damaged, or if its body has more than `max_body` bytes.
        """
        file = self._open(location.file)
        try:
            return self._read(file, location)
        except ArchiveLoadFailed:
            raise build_unreadable_error(location, "no record begins there") from None
        except (EOFError, zlib.error):
            raise build_torn_error(location) from None
        except OSError as error:
            raise build_unreadable_error(
                location, f"the file cannot be read there: {error.strerror or error}"
            ) from error

    def _open(self, name: str) -> BinaryIO:
        if self._file is None or self._name != name:
            self.close()
            try:
                self._file = self._place.open(name)
            except OSError as error:
                raise ArchiveMissing(f"{self._place.locate(name)} cannot be read: {error.strerror or error}") from error
            self._name = name
        return self._file

    def _read(self, file: BinaryIO, location: ArchiveLocation) -> ArchivedResponse:
        file.seek(location.offset)
        start = file.read(len(_GZIP))
        if not start:
            raise build_unreadable_error(location, "the file ends before that")
        file.seek(location.offset)
        stream = BytesIO(_unpack_member(file, self._max_body + _MAX_HEADS)) if start == _GZIP else file
        loader = ArcWarcRecordLoader(verify_http=False, arc2warc=False)
        record = loader.parse_record_stream(stream, known_format="warc", no_record_parse=True)
        return read_response(record, location, self._max_body)


def _unpack_member(file: BinaryIO, limit: int) -> bytes:
    """Unpack the gzip member at the current position of `file`. Return `limit` + 1 bytes of a larger one.

    Raise EOFError if the file ends within it, and zlib.error if it is damaged: its checksum is checked.
    """
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    parts: list[bytes] = []
    size = 0
    while not unpacker.eof and size <= limit:
        packed = unpacker.unconsumed_tail or file.read(1 << 16)
        if not packed:
            raise EOFError
        parts.append(unpacker.decompress(packed, limit + 1 - size))
        size += len(parts[-1])
    return b"".join(parts)

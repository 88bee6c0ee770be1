"""An archive at an address that fsspec knows, such as s3://bucket/prefix: each file is an object of it.

An object is written as a whole, and replaced as a whole: nothing can be appended to it.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from glob import has_magic
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import Any, BinaryIO, NamedTuple, TypeVar, cast
from urllib.parse import urlsplit

from cleaning.errors import ArchiveMissing, BadArgument, LibraryMissing, tell_install
from storage.archive.object_cache import ObjectCache
from storage.archive.place import WORK_FOLDER, ArchiveFile
from storage.archive.ranged_file import open_ranged
from storage.archive.remote_faults import to_os_error
from storage.database.faults import describe_error
from storage.database.retry import DEFAULT_PATIENCE, StorageRetry, run_with_retries

T = TypeVar("T")

_MAX_WHOLE = 4 << 20  # bytes of an object that is read as a whole; of a larger one what is needed
FRESH = 30.0  # seconds for which a copy in the cache is read without asking whether its object is still the same
_ENDING = ".warc.gz"
# The crawl tries again, and says so: botocore and s3fs would try for half a minute in silence.
_S3_CONFIG = {"connect_timeout": 5, "read_timeout": 30, "retries": {"mode": "standard", "total_max_attempts": 1}}


class _Known(NamedTuple):
    """What was known of an object when it was asked for. `version` changes with its content."""

    asked_at: float
    size: int
    version: str


class AddressPlace:
    """An archive at an address. `options` are those of the address's kind of file system in fsspec.

    `data_dir` is where files that are changed are put meanwhile; without a `cache` an object is read each time anew.
    Reading waits for a server that is away, for at most `patience` seconds, and raises `StorageLost` then; writing an
    object raises `ConnectionError` at once. Raise LibraryMissing if fsspec, or what it needs for this address, is not
    installed, and BadArgument for an address or options that it does not take.
    """

    folder = None

    def __init__(
        self,
        address: str,
        options: Mapping[str, Any],
        *,
        data_dir: Path | None = None,
        cache: ObjectCache | None = None,
        patience: float = DEFAULT_PATIENCE,
    ) -> None:
        self._name = hide_login(address).rstrip("/")
        try:
            from fsspec.core import url_to_fs  # noqa: PLC0415 (optional)

            self._fs, root = url_to_fs(address, **_add_defaults(address, options))
        except ImportError as error:
            raise LibraryMissing(
                f"an archive at {self._name} needs more packages; run: {tell_install('s3')} ({error})"
            ) from error
        except (ValueError, TypeError, KeyError) as error:
            raise BadArgument(f"ARCHIVE_URI or ARCHIVE_OPTIONS: {self._name} cannot be opened: {error}") from error
        if hasattr(self._fs, "retries"):  # that of S3
            self._fs.retries = 1
            logging.getLogger("aiobotocore.credentials").setLevel(logging.WARNING)
        self._root = str(root).rstrip("/")
        self._data_dir = data_dir
        self._cache = cache
        self._known: dict[str, _Known] = {}  # by name, in the order in which the objects were asked
        self._lock = Lock()  # of what is known
        self._patience = patience

    def __str__(self) -> str:
        return self._name

    @property
    def key(self) -> str:
        """What tells this archive from others."""
        return f"{self._fs.protocol}:{self._root}"

    def locate(self, name: str) -> str:
        return name if name.startswith("/") or "://" in name else f"{self}/{name}"

    def list_files(self) -> list[ArchiveFile]:
        try:
            found = self._ask(lambda: self._fs.ls(self._root, detail=True))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ArchiveMissing(f"the archive {self} cannot be listed: {describe_error(error)}") from error
        files = (one for one in found if one["type"] == "file" and one["name"].endswith(_ENDING))
        return sorted(
            (ArchiveFile(one["name"].rpartition("/")[2], int(one["size"]), self) for one in files),
            key=lambda file: file.name,
        )

    def find_addresses(self, endings: tuple[str, ...]) -> list[str]:
        """Return the addresses of all files that this one names, sorted, whoever has written them.

        It is that of a file, a pattern (`*`, `?`, `[]`), or a folder: then those with such an ending, also in folders
        below. Raise ArchiveMissing if they cannot be listed.
        """

        def find() -> list[str]:
            if has_magic(self._root):
                return [str(name) for name in self._fs.glob(self._root)]
            if self._fs.isdir(self._root):
                return [name for name in map(str, self._fs.find(self._root)) if name.endswith(endings)]
            return [self._root] if self._fs.exists(self._root) else []

        try:
            return [str(self._fs.unstrip_protocol(name)) for name in sorted(self._ask(find))]
        except OSError as error:
            raise ArchiveMissing(f"{self} cannot be read: {describe_error(error)}") from error

    def open(self, name: str) -> BinaryIO:
        if name.startswith("/"):  # of a file of this machine that was replayed
            return Path(name).open("rb")
        key = self._make_key(name)
        known = self._find_known(name, key)
        if known.size > _MAX_WHOLE:
            return open_ranged(lambda start, end: self._read_range(key, start, end), known.size)
        if self._cache is not None and (copy := self._cache.open(name, known.version)) is not None:
            return copy
        data = self._read_whole(key, known.size)
        if self._cache is not None:
            self._cache.keep(name, known.version, data)
        return BytesIO(data)

    def put(self, name: str, data: bytes) -> None:
        """Write an object; it is durable when this returns. A kill or an error leaves no part of it that is read.

        Raise an `OSError`: `ConnectionError` for what may pass.
        """
        _translated(lambda: self._fs.pipe_file(self._make_key(name), data))

    @contextmanager
    def check_out(self, name: str) -> Iterator[Path]:
        with self.lend_folder() as work:
            path = work / name
            self._ask(lambda: self._fs.get_file(self._make_key(name), str(path)))
            yield path

    @contextmanager
    def lend_folder(self) -> Iterator[Path]:
        """Lend an empty folder of this machine, for a file that becomes an object by `put_back`. See `check_out`."""
        assert self._data_dir is not None  # noqa: S101 (only a reader has none)
        work = self._data_dir / WORK_FOLDER
        shutil.rmtree(work, ignore_errors=True)  # of a process that was killed: it may hold what is to be erased
        work.mkdir(parents=True)
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def put_back(self, path: Path) -> None:
        self._ask(lambda: self._fs.put_file(str(path), self._make_key(path.name)))
        self._forget(path.name)

    def delete(self, name: str) -> None:
        self._ask(lambda: self._fs.rm_file(self._make_key(name)))
        self._forget(name)

    def check_access(self) -> None:
        """Write, read and delete a small object. Raise BadArgument if the archive refuses that.

        Raise `ConnectionError` if it does not answer.
        """
        name, data = f".broadsheet-check-{token_hex(8)}", b"Broadsheet checks that it can write here."
        key = self._make_key(name)
        steps: dict[str, Callable[[], object]] = {
            "written": lambda: self._fs.pipe_file(key, data),
            "read": lambda: self._fs.cat_file(key),
            "deleted": lambda: self._fs.rm_file(key),
        }
        for what, step in steps.items():
            try:
                _translated(step)
            except ConnectionError:
                raise
            except OSError as error:
                raise BadArgument(
                    f"the archive {self} cannot be {what}: {describe_error(error)}; check ARCHIVE_URI, ARCHIVE_OPTIONS "
                    "and the log-in"
                ) from error

    def _make_key(self, name: str) -> str:
        """Return the path of a file; one with a whole address was replayed from elsewhere."""
        return str(self._fs._strip_protocol(name)) if "://" in name else f"{self._root}/{name}"

    def _find_known(self, name: str, key: str) -> _Known:
        with self._lock:
            known = self._known.get(name)
        if known is not None and time.monotonic() - known.asked_at <= FRESH:
            return known
        facts = self._ask(lambda: cast("Mapping[str, Any]", self._fs.info(key)))
        known = _Known(time.monotonic(), int(facts["size"]), _name_version(facts))
        if self._cache is not None:
            with self._lock:
                self._known.pop(name, None)
                while self._known and known.asked_at - (oldest := next(iter(self._known.items())))[1].asked_at > FRESH:
                    del self._known[oldest[0]]  # an archive has more objects than memory should hold
                self._known[name] = known
        return known

    def _forget(self, name: str) -> None:
        with self._lock:
            self._known.pop(name, None)
        if self._cache is not None:
            self._cache.discard(name)

    def _read_whole(self, key: str, size: int) -> bytes:
        def read() -> bytes:
            data: bytes = self._fs.cat_file(key)
            if len(data) != size:
                raise ConnectionError(f"{len(data):,} of {size:,} bytes came")
            return data

        return self._ask(read)

    def _read_range(self, key: str, start: int, end: int) -> bytes:
        return self._ask(lambda: cast("bytes", self._fs.cat_file(key, start=start, end=end)))

    def _ask(self, work: Callable[[], T]) -> T:
        """Return the result of `work`, tried again while the archive is away."""
        retry = StorageRetry("the archive", self._patience, waits="what needs it waits")
        return run_with_retries(lambda: _translated(work), retry)


def hide_login(address: str) -> str:
    """Return an address without user, password and query."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _add_defaults(address: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with ours below them. A listing is never taken from memory: other machines write, too."""
    if not address.startswith(("s3://", "s3a://")):
        return dict(options)
    given = options.get("config_kwargs")
    config = {**_S3_CONFIG, **(given if isinstance(given, dict) else {})}
    return {"use_listings_cache": False, **options, "config_kwargs": config}


def _name_version(facts: Mapping[str, Any]) -> str:
    """Return what changes with the content of an object: its ETag, or else its size and time."""
    names = ("ETag", "etag", "content_md5", "size", "LastModified", "last_modified", "mtime", "created", "updated")
    told = [str(facts[name]) for name in names if facts.get(name) is not None]
    return sha256("\n".join(told).encode()).hexdigest()[:24]


def _translated(work: Callable[[], T]) -> T:
    try:
        return work()
    except Exception as error:
        raise to_os_error(error) from error

"""Lets one crawl at a time use a data folder, a database or a site: two would return each other's leases."""

from __future__ import annotations

import fcntl
from collections.abc import Collection
from pathlib import Path
from typing import IO, Self

from sqlalchemy import Engine

from cleaning.errors import DatabaseMissing, DataFolderError, UsageError
from storage.database.server_claim import ServerClaim

_WORKERS = ".workers"  # the file that the workers of a fleet share: no crawl alone ever asks for it
_IN_USE = "another crawl is using this database; wait for it, or name another with DATABASE_URL"


def claim_data_folder(folder: Path) -> IO[str]:
    """Claim the folder for one crawl. Raise `DataFolderError` if another crawl has it."""
    message = f"another crawl is using the data folder {folder}; wait for it, or choose another with -s DATA_DIR="
    return _lock_file(folder / ".lock", DataFolderError(message))


def claim_output_folder(folder: Path) -> IO[str]:
    """Claim the folder that a command writes its results to. Raise `DataFolderError` if another one has it."""
    message = f"another command is writing to {folder}; wait for it, or name another folder"
    return _lock_file(folder / ".lock", DataFolderError(message))


def share_data_folder(folder: Path) -> list[IO[str]]:
    """Claim the folder together with the other workers of a fleet on this machine; return what to close at the end.

    Raise `DataFolderError` if a crawl has it alone.
    """
    message = f"a crawl is using the data folder {folder}; wait for it, or choose another with -s DATA_DIR="
    files = [_lock_file(folder / ".lock", DataFolderError(message), fcntl.LOCK_SH)]
    workers = (folder / _WORKERS).open("w", encoding="utf-8")
    fcntl.flock(workers, fcntl.LOCK_SH)
    return [*files, workers]


def is_data_folder_claimed(folder: Path) -> bool:
    """Return whether a crawl or a worker has claimed the folder now; for who asks sites without a claim."""
    for name, kind in ((".lock", fcntl.LOCK_SH), (_WORKERS, fcntl.LOCK_EX)):
        try:
            with (folder / name).open(encoding="utf-8") as file:
                fcntl.flock(file, kind | fcntl.LOCK_NB)
        except FileNotFoundError:
            continue
        except BlockingIOError:
            return True
    return False


def claim_database(
    engine: Engine, sites: Collection[str] | None = None, places: Collection[str] = ()
) -> FileClaim | ServerClaim:
    """Claim the database for one crawl: all of it, or these sites. Raise `DatabaseMissing` if another crawl has it.

    `sites` is for PostgreSQL: crawls of different sites run side by side there. A claim on all of it excludes every
    other. `places` are the hosts of the sites: where the lists of two machines differ, one host may have two names. An
    SQLite file is always claimed as a whole.

    The claim on a server ends with its connection. Then no transaction of this engine begins until the claim is
    acquired again. If another crawl was faster, every transaction raises `StorageLost`.
    """
    if engine.dialect.name != "postgresql":
        return FileClaim(_lock_file(Path(f"{engine.url.database}.lock"), DatabaseMissing(_IN_USE)))
    claim = ServerClaim(engine, sites, places)
    try:
        taken = claim.acquire()
        if taken is not None and claim.end_silent_claims():
            taken = claim.acquire()
    except BaseException:
        claim.close()
        raise
    if taken is not None:
        claim.close()
        is_whole = sites is None or not taken
        raise DatabaseMissing(_IN_USE if is_whole else f"another crawl is crawling {taken}; wait for it")
    claim.keep()
    return claim


class FileClaim:
    """A claim on a file, held until it is closed or the process ends."""

    is_fresh = True  # nobody can take it meanwhile
    is_taken = False

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _lock_file(path: Path, taken: UsageError, kind: int = fcntl.LOCK_EX) -> IO[str]:
    file = path.open("w", encoding="utf-8")
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)  # the kernel releases it even after `kill -9`
    except BlockingIOError as error:
        file.close()
        raise taken from error
    return file

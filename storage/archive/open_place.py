"""Opens the archive that a data folder and the settings name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from cleaning.errors import BadArgument
from storage.archive.place import CACHE_FOLDER, FOLDER, ArchivePlace, FolderPlace
from storage.database.retry import DEFAULT_PATIENCE


def open_place(
    data_dir: Path | None,
    address: str = "",
    options: str | Mapping[str, Any] = "",
    *,
    cache_bytes: int = 0,
    patience: float = DEFAULT_PATIENCE,
) -> ArchivePlace | None:
    """Return the archive at an address that fsspec knows, or without one the folder in the data folder; None for none.

    `options` are those of fsspec, also as a JSON object. At most `cache_bytes` of objects are kept in the data folder.
    Raise BadArgument for what is no address or no such object, and LibraryMissing.
    """
    if not address:
        return None if data_dir is None else FolderPlace(data_dir / FOLDER)
    if "://" not in address:
        raise BadArgument(f"ARCHIVE_URI must be an address like s3://bucket/prefix or file:///folder, got {address!r}")
    given = read_options(options)
    parts = urlsplit(address)
    if parts.scheme == "file":
        if parts.netloc or not parts.path.startswith("/"):
            raise BadArgument(f"ARCHIVE_URI: a folder is named by three slashes, like file:///folder, got {address!r}")
        return FolderPlace(Path(unquote(parts.path)))
    from storage.archive.elsewhere import AddressPlace  # noqa: PLC0415 (a crawl into a folder needs none of it)
    from storage.archive.object_cache import ObjectCache  # noqa: PLC0415

    cache = ObjectCache(data_dir / CACHE_FOLDER, cache_bytes) if data_dir is not None and cache_bytes else None
    return AddressPlace(address, given, data_dir=data_dir, cache=cache, patience=patience)


def read_options(options: str | Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of fsspec. Raise BadArgument if they are no JSON object; it never repeats them."""
    if not isinstance(options, str):
        return dict(options)
    try:
        found = json.loads(options or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadArgument('ARCHIVE_OPTIONS must be a JSON object, like {"endpoint_url": "https://s3.example"}')
    return found

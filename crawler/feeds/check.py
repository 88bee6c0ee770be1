"""Refuses a feed that could not be written, before any request is sent: a night's crawl would end without its file."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings
from scrapy.utils.conf import feed_complete_default_values_from_settings
from w3lib.url import file_uri_to_path

from cleaning.errors import BadArgument, tell_install

KINDS = ("duplicates", "rejected")  # the values of ITEMS_INCLUDE
# A second run cannot add to a file of these formats: they have an end.
_CLOSED_FORMATS = ("json", "xml", "parquet")
_PLACEHOLDER = re.compile(r"%\([^)]+\)")


def check_feeds(settings: BaseSettings) -> None:
    """Raise BadArgument for a feed whose format, storage or file does not work, and for a wrong ITEMS_INCLUDE."""
    read_items_include(settings)
    for uri, options in settings.getdict("FEEDS").items():
        name = str(uri)
        feed = feed_complete_default_values_from_settings(options, settings, name)
        _check_format(name, feed, settings)
        _check_storage(name, feed, settings)


def read_items_include(settings: BaseSettings) -> frozenset[str]:
    """Return which pages beside articles are items of a crawl: of KINDS. Raise BadArgument for another word."""
    asked = frozenset(settings.getlist("ITEMS_INCLUDE"))
    if unknown := sorted(asked - {*KINDS}):
        raise BadArgument(f"the setting ITEMS_INCLUDE: unknown value {unknown[0]!r}; choose from: {', '.join(KINDS)}")
    return asked


def find_local_file(uri: str) -> Path | None:
    """Return the file of a feed on this machine; None for another storage, and where its name has placeholders."""
    if urlsplit(uri).scheme not in ("", "file") or _PLACEHOLDER.search(uri):
        return None
    return Path(file_uri_to_path(uri) if uri.startswith("file:") else uri)


def _check_format(uri: str, feed: dict[str, Any], settings: BaseSettings) -> None:
    known = sorted(name for name, path in settings.getwithbase("FEED_EXPORTERS").items() if path)
    if feed["format"] not in known:
        raise BadArgument(f"feed {uri}: unknown format {feed['format']!r}; choose from: {', '.join(known)}")
    if feed["format"] == "parquet" and find_spec("pyarrow") is None:
        raise BadArgument(
            f"feed {uri}: parquet needs pyarrow, which is not installed; "
            f"run: {tell_install('parquet')}, or name another format"
        )
    if feed["batch_item_count"] and not re.search(r"%\(batch_time\)s|%\(batch_id\)", uri):
        raise BadArgument(f"feed {uri}: in batches, its name needs %(batch_id)d or %(batch_time)s")


def _check_storage(uri: str, feed: dict[str, Any], settings: BaseSettings) -> None:
    scheme = urlsplit(uri).scheme
    storages = sorted(name for name, path in settings.getwithbase("FEED_STORAGES").items() if name and path)
    if scheme and scheme not in storages:
        raise BadArgument(f"feed {uri}: unknown storage {scheme!r}; choose from: {', '.join(storages)}")
    path = find_local_file(uri)
    if path is None:
        return
    if path.is_dir():
        raise BadArgument(f"feed {uri} is a folder; name a file in it")
    if path.exists():
        is_writable = os.access(path, os.W_OK)
        if feed["format"] in _CLOSED_FORMATS and not feed.get("overwrite") and path.stat().st_size:
            raise BadArgument(
                f"feed {uri} exists, and {feed['format']} cannot be added to; replace it with -O, or use jsonl"
            )
    else:
        folder = next(parent for parent in path.absolute().parents if parent.exists())
        is_writable = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    if not is_writable:
        raise BadArgument(f"feed {uri} cannot be written: choose another file, or change the rights of its folder")

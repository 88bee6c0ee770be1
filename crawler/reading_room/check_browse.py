"""Refuses to open the reading room where its package is missing."""

from __future__ import annotations

from importlib.util import find_spec

from cleaning.errors import LibraryMissing, tell_install


def check_browse() -> None:
    """Raise `LibraryMissing` if Datasette is not installed."""
    if find_spec("datasette") is None:
        raise LibraryMissing(f"the reading room needs more packages; run: {tell_install('browse')}")

"""Report a mistake in `sites.toml` with its key and line."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from cleaning.errors import SitesError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.sites.toml_lines import KeyPath


class EntryErrors:
    """Makes the errors of one file, with the line of each key."""

    def __init__(self, path: str, lines: Mapping[KeyPath, int]) -> None:
        self._path = path
        self._lines = lines

    def make(self, at: KeyPath, message: str) -> SitesError:
        """Return the error with the line of the key, or of the nearest enclosing key that has one."""
        while at and at not in self._lines:
            at = at[:-1]
        return SitesError(message, path=self._path, line=self._lines.get(at))

    def check_keys(self, at: KeyPath, table: Mapping[str, object], keys: Sequence[str]) -> None:
        """Raise the error of a key that is unknown, with the nearest that is known."""
        for key in table:
            if key not in keys:
                near = get_close_matches(key.lower(), keys, n=1)
                hint = f"did you mean '{near[0]}'?" if near else f"choose from: {', '.join(keys)}"
                raise self.make((*at, key), f"unknown key '{key}'; {hint}")

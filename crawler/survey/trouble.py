"""One thing that is wrong with a site of sites.toml."""

from __future__ import annotations

from typing import Any, NamedTuple


class Trouble(NamedTuple):
    """What is wrong, and what to do about it. `name` is stable."""

    name: str
    sentence: str
    advice: str
    line: int | None = None  # of sites.toml
    change: str | None = None  # what is to stand there

    def to_dict(self) -> dict[str, Any]:
        """Return the trouble for a JSON document."""
        return self._asdict()

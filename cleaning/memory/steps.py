"""The steps of what a memory says of a position: numbers of the same step have the same effect on every text.

Cleaning compares these numbers with thresholds: those of `match.py`, and those of the model for sites with a memory.
Between two thresholds it makes no difference how large a number is. So a memory fingerprint is made of steps, and a
page is not cleaned again for a change that no threshold sees.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cleaning.memory.match import (
    HOPELESS,
    KEPT,
    MIN_HOPELESS_ARTICLES,
    MIN_PATH_ARTICLES,
    MIN_PATTERN_ARTICLES,
    SURELY_KEPT,
)
from cleaning.memory.site_memory import PositionStatistics, unpack_statistics

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH, PATTERN = "path", "pattern"  # the two tables of positions
_BEFORE = 1e-9  # taken from a number that `match.py` compares with "at least": a model compares with "at most"
_OWN_ARTICLES = {
    PATH: (0, MIN_PATH_ARTICLES - _BEFORE, MIN_HOPELESS_ARTICLES - _BEFORE),
    PATTERN: (0, MIN_PATTERN_ARTICLES - _BEFORE),
}
_OWN_KEPT = (-_BEFORE, HOPELESS, KEPT - _BEFORE, SURELY_KEPT - _BEFORE)


class PositionSteps:
    """Turns the stored bytes of a position into those of its steps."""

    def __init__(self, table: str) -> None:
        thresholds = _read_thresholds()
        kept = {*thresholds.get(f"{table}_kept", ()), *thresholds.get("site_kept", ()), *_OWN_KEPT}
        self._articles = sorted({*thresholds.get(f"{table}_articles", ()), *_OWN_ARTICLES[table]})
        self._kept = sorted(kept)
        self._likelihood = sorted({*thresholds.get(f"{table}_likelihood", ()), -_BEFORE})
        self._known: dict[bytes | None, bytes] = {}

    def find(self, data: bytes | None) -> bytes:
        """Return the steps of a position, whose bytes are those of a `FingerprintTable`; None if it is not known."""
        steps = self._known.get(data)
        if steps is None:
            steps = self._known[data] = self._compute(unpack_statistics(data))
        return steps

    def _compute(self, position: PositionStatistics) -> bytes:
        return bytes(
            bisect_left(thresholds, number)
            for thresholds, number in zip((self._articles, self._kept, self._likelihood), position, strict=True)
        )


@cache
def load_steps(table: str) -> PositionSteps:
    """Return the steps of the positions in a table, PATH or PATTERN."""
    return PositionSteps(table)


@cache
def _read_thresholds() -> dict[str, set[float]]:
    """Return the thresholds of the model for sites with a memory, by feature."""
    record = json.loads((files("cleaning.classifier") / "site_model.json").read_text("utf-8"))
    found: dict[str, set[float]] = {}
    for tree in record["trees"]:
        for feature, threshold in _iter_nodes(tree):
            found.setdefault(record["features"][feature], set()).add(threshold)
    return found


def _iter_nodes(node: Any) -> Iterator[tuple[int, float]]:
    if isinstance(node, list):
        feature, threshold, left, right, _ = node
        yield feature, threshold
        yield from _iter_nodes(left)
        yield from _iter_nodes(right)

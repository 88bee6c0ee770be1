"""Stage 3: finds the pairs of articles that may be one story, over all sites, by buckets of what they have in common.

Each key of an article (article_keys.py) is looked up in one bucket, so that a task needs a part of the keys only; the
next stage counts together what the buckets have found of a pair. In contrast to the index of a store nothing depends on
the order in which articles come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cleaning.duplicates.judge import REPEATED_HEADLINE_WINDOW
from crawler.bulk.article_keys import HEADLINE, PAGE, SKETCH, read_bucket
from crawler.bulk.settle_sites import SettleSites
from crawler.bulk.stage import Stage
from storage.articles.story_index import FEW_HOLDERS, MAX_CANDIDATES, MAX_HOLDERS

if TYPE_CHECKING:
    import numpy as np

PAIRS_FILE, COMMON_FILE = "pairs", "common"
# `one` is the lower id, `home` its share. `rare` and `common` count the values that both hold: common ones are those
# that more than MAX_HOLDERS articles hold. `kinds` is a bit for each kind of key that found the pair.
PAIR = [
    ("home", "<u4"),
    ("one", "<u8"),
    ("other", "<u8"),
    ("share", "<u4"),
    ("rare", "<u2"),
    ("common", "<u2"),
    ("kinds", "u1"),
]
COMMON = [("id", "<u8"), ("number", "<u2")]  # how many values of an article are common
_MAX_PENDING = 4_000_000  # pairs that are counted together at once, or as many as were found before


class FindCandidates(Stage):
    """Task N looks up the keys of bucket N."""

    name = "candidates"
    doing = "looking for duplicates"
    things = "buckets"
    needs = SettleSites

    def work(self, task: int, tasks: int) -> Counter[str]:  # noqa: ARG002 (a bucket a task)
        import numpy as np  # noqa: PLC0415 -- comes with datatrove

        keys = read_bucket(SettleSites(self.plan).folder, task)
        pairs = _PairCounter()
        common: list[Any] = []
        for group in _iter_groups(keys):
            kind = int(group["kind"][0])
            if kind == SKETCH and len(group) > MAX_HOLDERS:
                common.append(group["id"])
                pairs.add(group, kind, first=FEW_HOLDERS, is_common=True)
            elif kind == PAGE:
                pairs.add(group, kind, first=MAX_CANDIDATES)
            else:
                pairs.add(group, kind)
        found = pairs.sum_up()
        with self.draft(self.folder / f"{task:05d}") as draft:
            draft.mkdir()
            found.tofile(draft / PAIRS_FILE)
            names, numbers = np.unique(np.concatenate([np.empty(0, "<u8"), *common]), return_counts=True)
            held = np.empty(len(names), dtype=COMMON)
            held["id"], held["number"] = names, numbers
            held.tofile(draft / COMMON_FILE)
        return Counter({"candidates/pairs": len(found), "candidates/keys": len(keys)})


class _PairCounter:
    """Counts for each pair of articles how many values it shares, and which kinds of keys."""

    def __init__(self) -> None:
        self._pending: list[Any] = []
        self._size = 0
        self._most = _MAX_PENDING

    def add(self, group: Any, kind: int, *, first: int | None = None, is_common: bool = False) -> None:
        """Add all pairs of the articles of a group, by id, or only those that have one of its `first` articles.

        These are the earliest ones for a common value, since the representative of a story is the earliest; else those
        with the lowest ids, as in the index.
        """
        import numpy as np  # noqa: PLC0415 -- comes with datatrove

        size = len(group)
        if kind == HEADLINE:
            one, other = _pair_near(group["when"])
        elif first is None or size <= first + 1:
            one, other = np.triu_indices(size, 1)
        else:
            one = np.repeat(np.arange(first), size - 1 - np.arange(first))
            other = np.concatenate([np.arange(place + 1, size) for place in range(first)])
            if is_common:
                order = np.lexsort((group["id"], group["when"]))
                one, other = np.minimum(order[one], order[other]), np.maximum(order[one], order[other])
        made = np.zeros(len(one), dtype=PAIR)
        made["home"], made["one"], made["other"] = group["share"][one], group["id"][one], group["id"][other]
        made["share"], made["kinds"] = group["share"][other], 1 << kind
        if kind == SKETCH:
            made["common" if is_common else "rare"] = 1
        self._pending.append(made)
        self._size += len(made)
        if self._size > self._most:
            self._pending = [self.sum_up()]
            self._size = len(self._pending[0])
            self._most = max(_MAX_PENDING, 2 * self._size)  # else each further group would sort all of them again

    def sum_up(self) -> np.ndarray[Any, Any]:
        """Return each pair once, ordered by the share of its lower id."""
        import numpy as np  # noqa: PLC0415 -- comes with datatrove

        return sum_up_pairs(np.concatenate([np.empty(0, dtype=PAIR), *self._pending]))


def _pair_near(moments: Any) -> tuple[Any, Any]:
    """Return the places of pairs within REPEATED_HEADLINE_WINDOW, for each at most MAX_CANDIDATES later ones."""
    import numpy as np  # noqa: PLC0415 -- comes with datatrove

    window = round(REPEATED_HEADLINE_WINDOW.total_seconds() * 1_000_000)
    order = np.argsort(moments, kind="stable")
    places = np.arange(len(order))
    ends = np.searchsorted(moments[order], moments[order] + window, side="right")
    counts = np.minimum(ends - places - 1, MAX_CANDIDATES)
    earlier = np.repeat(places, counts)
    later = earlier + 1 + np.arange(len(earlier)) - np.repeat(np.cumsum(counts) - counts, counts)
    one, other = order[earlier], order[later]
    return np.minimum(one, other), np.maximum(one, other)  # places are by id


def sum_up_pairs(pairs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return each pair once, with its counts added up, ordered by the share of its lower id."""
    import numpy as np  # noqa: PLC0415 -- comes with datatrove

    pairs = pairs[np.lexsort((pairs["other"], pairs["one"], pairs["home"]))]
    if not len(pairs):
        return np.empty(0, dtype=PAIR)
    is_new = np.ones(len(pairs), dtype=bool)
    is_new[1:] = (pairs["one"][1:] != pairs["one"][:-1]) | (pairs["other"][1:] != pairs["other"][:-1])
    starts = np.flatnonzero(is_new)
    summed = pairs[starts].copy()
    for name in ("rare", "common"):
        summed[name] = np.minimum(np.add.reduceat(pairs[name], starts, dtype="<u4"), 0xFFFF)
    summed["kinds"] = np.bitwise_or.reduceat(pairs["kinds"], starts)
    return summed


def _iter_groups(keys: Any) -> Iterator[Any]:
    """Yield the entries of each key that several articles have."""
    import numpy as np  # noqa: PLC0415 -- comes with datatrove

    if not len(keys):
        return
    is_new = np.ones(len(keys), dtype=bool)
    is_new[1:] = (keys["key"][1:] != keys["key"][:-1]) | (keys["kind"][1:] != keys["kind"][:-1])
    starts = np.append(np.flatnonzero(is_new), len(keys))
    for place in np.flatnonzero(np.diff(starts) > 1):
        yield keys[starts[place] : starts[place + 1]]

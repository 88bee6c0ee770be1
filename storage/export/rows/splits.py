"""Decides which split of a release an article belongs to: training, validation, test, or other names.

With every method an article belongs to the split of its story: two articles of one story are never in two splits.
`Splits` holds the request, `assign_splits` applies it to batches. The methods:

story  by a hash of the seed and the id of the story: an article stays in its split in later releases
site   whole sites, in the order of a hash of the seed and the site's name, each to the split that lacks most articles;
       a story on several sites goes with its first article
date   the earliest articles first, cut between two days; a story goes with its first article
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

from cleaning.errors import BadArgument

SPLIT_METHODS = ("story", "site", "date")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_FRACTION = re.compile(r"[0-9]{0,4}(\.[0-9]{1,9})?")
_MAX_SPLITS = 20
_HASH_COUNT = 1 << 64  # number of different hashes


@dataclass(frozen=True)
class Splits:
    """The splits of a release. `shares` are names with their fraction of the articles, in the given order, sum 1."""

    shares: tuple[tuple[str, Fraction], ...]
    method: str = "story"
    seed: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _share in self.shares)

    @cached_property
    def ends(self) -> tuple[tuple[str, int], ...]:
        """Each split with the smallest hash beyond it."""
        reached = accumulate(share for _name, share in self.shares)
        return tuple((name, int(end * _HASH_COUNT)) for name, end in zip(self.names, reached, strict=True))

    @property
    def manifest_entry(self) -> dict[str, object]:
        """The splits as the manifest states them."""
        return {"shares": {name: float(share) for name, share in self.shares}, "by": self.method, "seed": self.seed}


def parse_splits(text: str, method: str = "story", seed: int = 0) -> Splits:
    """Parse the value of `--splits`, as in "train=0.8,validation=0.1,test=0.1". Raise BadArgument if it is invalid."""
    shares: dict[str, Fraction] = {}
    for part in text.split(","):
        name, _equals, share = (word.strip() for word in part.partition("="))
        if not _NAME.fullmatch(name):
            raise BadArgument(
                f"--splits: invalid name {name!r}; use lower-case letters, digits and _, beginning with a letter"
            )
        if name == "all":
            raise BadArgument("--splits: a split cannot be named all; `datasets` uses this name for the whole corpus")
        if name in shares:
            raise BadArgument(f"--splits: {name} is given twice")
        if not share or not _FRACTION.fullmatch(share) or not 0 < Fraction(share) <= 1:
            raise BadArgument(f"--splits: the share of {name} must be above 0 and at most 1, got {share!r}")
        shares[name] = Fraction(share)
    if len(shares) > _MAX_SPLITS:
        raise BadArgument(f"--splits: at most {_MAX_SPLITS} splits are possible, got {len(shares)}")
    if sum(shares.values()) != 1:
        raise BadArgument(f"--splits: the shares must sum to 1, got {float(sum(shares.values())):g}")
    if method not in SPLIT_METHODS:
        raise BadArgument(f"--split-by: unknown value {method!r}; choose from: {', '.join(SPLIT_METHODS)}")
    return Splits(tuple(shares.items()), method, seed)


def assign_story(splits: Splits, story: str) -> str:
    """Return the split of a story: the first whose cumulative share exceeds the hash of the story, scaled to 0..1."""
    hashed = _hash(splits.seed, story)
    return next(name for name, end in splits.ends if hashed < end)


def assign_sites(splits: Splits, articles: Mapping[str, int]) -> dict[str, str]:
    """Return the split of each site, given its number of articles."""
    lacking = {name: share * sum(articles.values()) for name, share in splits.shares}
    assigned: dict[str, str] = {}
    for site in sorted(articles, key=lambda site: (_hash(splits.seed, site), site)):
        name = max(lacking, key=lacking.__getitem__)  # the first of several
        lacking[name] -= articles[site]
        assigned[site] = name
    return assigned


def assign_days(splits: Splits, articles: Mapping[str, int]) -> dict[str, str]:
    """Return the split of each day, given the articles whose story began on it. Cuts are at the nearest day."""
    total, reached, before = sum(articles.values()), Fraction(0), 0
    ends = []
    for name, share in splits.shares:
        reached += share
        ends.append((reached * total, name))
    assigned: dict[str, str] = {}
    for day in sorted(articles):
        middle = before + Fraction(articles[day], 2)
        assigned[day] = next((name for end, name in ends if middle < end), ends[-1][1])
        before += articles[day]
    return assigned


def _hash(seed: int, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}\n{name}".encode()).digest()[:8], "big")

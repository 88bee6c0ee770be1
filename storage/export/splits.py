"""Which part of a release an article stands in: training, validation, test, or whatever they are called.

An article's split is that of its story, whatever the splits are made by: two articles that are one story never stand on
two sides. `Splits` says what was asked for, `Placing` where an article goes. Ways to split:

story  by a hash of the seed and the story's id: an article stays in its split in later releases
site   whole sites, in the order of a hash of the seed and their names, each to the split that lacks most articles; a
       story that stands on several sites goes with its first article
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

WAYS = ("story", "site", "date")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_FRACTION = re.compile(r"[0-9]{0,4}(\.[0-9]{1,9})?")
_MOST = 20  # splits
_HASHES = 1 << 64  # how many there are


@dataclass(frozen=True)
class Splits:
    """What was asked for. `shares` are names with their share of the articles, in the order given; they sum to 1."""

    shares: tuple[tuple[str, Fraction], ...]
    way: str = "story"
    seed: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _share in self.shares)

    @cached_property
    def ends(self) -> tuple[tuple[str, int], ...]:
        """Each split with the least hash that lies beyond it."""
        reached = accumulate(share for _name, share in self.shares)
        return tuple((name, int(end * _HASHES)) for name, end in zip(self.names, reached, strict=True))

    @property
    def asked(self) -> dict[str, object]:
        """For the manifest."""
        return {"shares": {name: float(share) for name, share in self.shares}, "by": self.way, "seed": self.seed}


def splits_asked(text: str, way: str = "story", seed: int = 0) -> Splits:
    """What "train=0.8,validation=0.1,test=0.1" asks for; BadArgument where that cannot be meant."""
    shares: dict[str, Fraction] = {}
    for part in text.split(","):
        name, _equals, share = (word.strip() for word in part.partition("="))
        if not _NAME.fullmatch(name):
            raise BadArgument(f"--splits: {name!r} is no name of a split: small letters, digits and _, a letter first")
        if name == "all":
            raise BadArgument("--splits: no split can be called all: `datasets` means the whole corpus by it")
        if name in shares:
            raise BadArgument(f"--splits: {name} is named twice")
        if not share or not _FRACTION.fullmatch(share) or not 0 < Fraction(share) <= 1:
            raise BadArgument(f"--splits: {name} takes a share above 0 and up to 1, not {share!r}")
        shares[name] = Fraction(share)
    if len(shares) > _MOST:
        raise BadArgument(f"--splits: takes up to {_MOST} splits, not {len(shares)}")
    if sum(shares.values()) != 1:
        raise BadArgument(f"--splits: the shares sum to {float(sum(shares.values())):g}, not to 1")
    if way not in WAYS:
        raise BadArgument(f"--split-by takes {', '.join(WAYS)}, not {way!r}")
    return Splits(tuple(shares.items()), way, seed)


def by_story(splits: Splits, story: str) -> str:
    """The split of a story: the first whose shares, summed up, lie beyond the story's hash as a number from 0 to 1."""
    place = _hash(splits.seed, story)
    return next(name for name, end in splits.ends if place < end)


def by_site(splits: Splits, articles: Mapping[str, int]) -> dict[str, str]:
    """The split of each site, from the number of its articles."""
    lacking = {name: share * sum(articles.values()) for name, share in splits.shares}
    placed: dict[str, str] = {}
    for site in sorted(articles, key=lambda site: (_hash(splits.seed, site), site)):
        name = max(lacking, key=lacking.__getitem__)  # of several, the one named first
        lacking[name] -= articles[site]
        placed[site] = name
    return placed


def by_date(splits: Splits, articles: Mapping[str, int]) -> dict[str, str]:
    """The split of each day, from the number of articles whose stories began on it. A cut lies at the nearest day."""
    total, reached, before = sum(articles.values()), Fraction(0), 0
    ends = []
    for name, share in splits.shares:
        reached += share
        ends.append((reached * total, name))
    placed: dict[str, str] = {}
    for day in sorted(articles):
        middle = before + Fraction(articles[day], 2)
        placed[day] = next((name for end, name in ends if middle < end), ends[-1][1])
        before += articles[day]
    return placed


def _hash(seed: int, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}\n{name}".encode()).digest()[:8], "big")

"""Which pages of a site are copies of one article, or nearly: they have one voice together.

A sketch is the set of the smallest hashes of a text's shingles; the likeness of two texts is read from their sketches
(Broder: On the resemblance and containment of documents, 1997).
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from typing import TYPE_CHECKING

from cleaning.memory.fingerprint import number
from cleaning.shingles import shingles

if TYPE_CHECKING:
    from collections.abc import Mapping

HASHES = 128  # of a sketch: likeness to within .05 in two of three cases
SAME = 0.5  # likeness from which on two pages are one article
SAME_HEADLINE = 0.3  # the same where they have the same headline
# Shingles of a text that are looked at, from its beginning.
LONGEST = 20_000  # characters

Sketch = tuple[int, ...]


def sketch(text: str) -> Sketch:
    """The smallest hashes of the text's shingles, in order; () where it has no word."""
    return tuple(heapq.nsmallest(HASHES, {number(shingle) for shingle in shingles(text[:LONGEST])}))


def likeness(one: Sketch, other: Sketch) -> float:
    """About the share of the two texts' shingles that both have, 0 to 1."""
    if not one or not other:
        return 0.0
    first, second = set(one), set(other)
    smallest = heapq.nsmallest(HASHES, first | second)
    return sum(value in first and value in second for value in smallest) / len(smallest)


def clusters(pages: Mapping[str, tuple[Sketch, int]]) -> dict[str, str]:
    """For each page the first by name of those that are one article with it; `pages` gives sketch and headline.

    Single linkage: what is like one member belongs to all. The order of the pages does not matter.
    """
    names = sorted(pages)
    root = {name: name for name in names}

    def first(name: str) -> str:
        while root[name] != name:
            name = root[name]
        return name

    holders: defaultdict[int, list[str]] = defaultdict(list)  # texts without a hash in common are not alike
    for name in names:
        own, headline = pages[name]
        for other in sorted({other for value in own for other in holders[value]}):
            theirs, title = pages[other]
            if first(name) == first(other):
                continue
            if likeness(own, theirs) >= (SAME_HEADLINE if headline and headline == title else SAME):
                one, two = sorted((first(name), first(other)))
                root[two] = one
        for value in own:
            holders[value].append(name)
    return {name: first(name) for name in names}

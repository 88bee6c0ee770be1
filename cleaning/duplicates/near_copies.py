"""Cluster the pages of a site that are copies or near-copies of one article: a site's memory counts them as one.

A sketch is the set of the smallest hashes of a text's shingles. The likeness of two texts is estimated from their
sketches (Broder: On the resemblance and containment of documents, 1997).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from cleaning.duplicates.fingerprint import list_digests
from cleaning.duplicates.shingles import shingle_text

if TYPE_CHECKING:
    from collections.abc import Mapping

HASHES = 128  # of a sketch: the estimate is within .05 in two of three cases
SAME = 0.5  # the likeness from which on two pages are one article
SAME_HEADLINE = 0.3  # the same for pages with the same headline
SPARE = 2  # hashes more, in place of some that are equal
MAX_CHARACTERS = 20_000  # of a text that are read, from its beginning

Sketch = tuple[int, ...]


def build_page_sketch(text: str) -> Sketch:
    """Return the smallest hashes of the text's shingles, ascending; () if it has no word."""
    hashes = sorted(set(list_digests(shingle_text(text[:MAX_CHARACTERS]))))
    # As `hash_to_int` makes them. Two may differ in the bit that it drops.
    return tuple(sorted({int.from_bytes(one) >> 1 for one in hashes[: HASHES + SPARE]})[:HASHES])


def estimate_likeness(one: Sketch, other: Sketch) -> float:
    """Estimate the share of the two texts' shingles that both have (Jaccard), 0 to 1."""
    if not one or not other:
        return 0.0
    first, second = set(one), set(other)
    smallest = sorted(first | second)[:HASHES]
    return len(first & second & set(smallest)) / len(smallest)


def cluster_pages(pages: Mapping[str, tuple[Sketch, int]]) -> dict[str, str]:
    """Return for each page the first name, in order, of the pages that are one article with it.

    `pages` gives the sketch and the headline fingerprint of each page. Single linkage: a page that is like one member
    of a cluster belongs to it. The order of the pages does not matter.
    """
    names = sorted(pages)
    root = {name: name for name in names}

    def find_root(name: str) -> str:
        while root[name] != name:
            name = root[name]
        return name

    pages_with_hash: defaultdict[int, list[str]] = defaultdict(list)  # texts without a common hash are not compared
    for name in names:
        hashes, headline = pages[name]
        for other in sorted({other for value in hashes for other in pages_with_hash[value]}):
            other_hashes, other_headline = pages[other]
            if find_root(name) == find_root(other):
                continue
            threshold = SAME_HEADLINE if headline and headline == other_headline else SAME
            if estimate_likeness(hashes, other_hashes) >= threshold:
                first, second = sorted((find_root(name), find_root(other)))
                root[second] = first
        for value in hashes:
            pages_with_hash[value].append(name)
    return {name: find_root(name) for name in names}

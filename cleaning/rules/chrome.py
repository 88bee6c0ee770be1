"""Blocks in a part of the page that its own class names call something else: related, share, newsletter, author box."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from cleaning.rules.names import CHROME, COMMENTS, names
from cleaning.rules.reading import Cut, Place, Reading, is_body, weight
from cleaning.runs import HEADINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_SHARE = 0.3  # of the text: a larger part is the article, whatever it is called
LARGEST_COMMENTS = 0.9  # but readers may write more than the paper


def rule(reading: Reading) -> Iterator[Cut]:
    inside = reading.container
    parts: dict[tuple[str, ...], list[int]] = defaultdict(list)
    evidence: dict[tuple[str, ...], str] = {}
    limit: dict[tuple[str, ...], float] = {}
    # The paragraphs before the article's first are its standfirst, which papers call teaser or promo.
    first = next((index for index in reading.body if reading.place(index) is not Place.OUTSIDE), -1)
    for index, block in reading.kept():
        standfirst = index <= first and is_body(block)
        labels = tuple(block.path.split(" > "))
        shared = _shared(labels, inside)
        # What a heading is called is what it is about, not where it stands.
        end = len(labels) - (labels[-1][:2] in HEADINGS)
        for depth in range(shared, end):
            if found := names(labels[depth]) & (COMMENTS if standfirst else CHROME | COMMENTS):
                part = labels[: depth + 1]
                parts[part].append(index)
                evidence[part] = f"stands in “{labels[depth]}”: {min(found)}"
                limit[part] = LARGEST_COMMENTS if found & COMMENTS else LARGEST_SHARE
                break
    total = sum(weight(block.text) for _, block in reading.kept())
    for part, indexes in parts.items():
        if sum(weight(reading.blocks[index].text) for index in indexes) <= limit[part] * total:
            for index in indexes:
                yield Cut(index, evidence[part])


def _shared(labels: tuple[str, ...], inside: list[str]) -> int:
    """How many labels a path has in common with the container's."""
    return next(
        (at for at, pair in enumerate(zip(labels, inside, strict=False)) if pair[0] != pair[1]),
        min(len(labels), len(inside)),
    )

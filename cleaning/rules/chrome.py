"""Cut blocks in parts of the page that are named as something else: related, share, newsletter, author box."""

from __future__ import annotations

from collections import defaultdict
from itertools import takewhile
from typing import TYPE_CHECKING

from cleaning.page.paragraphs import count_letters, is_body
from cleaning.page.part_names import CHROME, COMMENTS, read_part_names
from cleaning.page.tags import HEADINGS
from cleaning.rules.page_blocks import BlockPosition, Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SHARE = 0.3  # of the text: a larger part is the article, whatever its name
MAX_COMMENTS_SHARE = 0.9  # comments may be longer than the article


def rule(page: PageBlocks) -> Iterator[Cut]:
    inside = page.container
    parts: dict[tuple[str, ...], list[int]] = defaultdict(list)
    evidence: dict[tuple[str, ...], str] = {}
    limit: dict[tuple[str, ...], float] = {}
    last_standfirst = _find_last_standfirst(page)
    for index, block in page.kept_blocks():
        standfirst = index <= last_standfirst and is_body(block)
        labels = tuple(block.path.split(" > "))
        places = (len(place) for place in page.context.places if labels[: len(place)] == place)
        shared = max(_count_common(labels, inside), *places, 0)
        # The class of a heading says what the heading is about, not where it stands.
        end = len(labels) - (labels[-1][:2] in HEADINGS)
        for depth in range(shared, end):
            if found := read_part_names(labels[depth]) & (COMMENTS if standfirst else CHROME | COMMENTS):
                part = labels[: depth + 1]
                parts[part].append(index)
                evidence[part] = f"stands in “{labels[depth]}”: {min(found)}"
                limit[part] = MAX_COMMENTS_SHARE if found & COMMENTS else MAX_SHARE
                break
    total = sum(count_letters(block.text) for _, block in page.kept_blocks())
    for part, indexes in parts.items():
        if sum(count_letters(page.blocks[index].text) for index in indexes) <= limit[part] * total:
            for index in indexes:
                yield Cut(index, evidence[part])


def _find_last_standfirst(page: PageBlocks) -> int:
    """Return the index of the last paragraph of the standfirst, which many papers name teaser or promo; -1 without one.

    It ends with the first paragraph in the container, or with those that follow it in the same box.
    """
    inside = [index for index in page.body if page.find_position(index) is not BlockPosition.OUTSIDE]
    path = page.blocks[inside[0]].path if inside else ""
    box = list(takewhile(lambda index: page.blocks[index].path == path, inside))
    return box[-1] if box else -1


def _count_common(labels: tuple[str, ...], inside: list[str]) -> int:
    """Return how many leading labels a path has in common with the container's."""
    return next(
        (at for at, pair in enumerate(zip(labels, inside, strict=False)) if pair[0] != pair[1]),
        min(len(labels), len(inside)),
    )

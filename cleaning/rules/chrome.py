"""Cut blocks in parts of the page that are named as something else: related, share, newsletter, author box."""

from __future__ import annotations

from collections import defaultdict
from itertools import takewhile
from typing import TYPE_CHECKING

from cleaning.page.paragraphs import count_letters
from cleaning.page.part_names import CHROME, COMMENTS, read_part_names
from cleaning.page.tags import HEADINGS
from cleaning.rules.page_blocks import BlockPosition, Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SHARE = 0.3  # of the text: a larger part is the article, whatever its name
MAX_COMMENTS_SHARE = 0.9  # comments may be longer than the article
ANY = CHROME | COMMENTS
_NamedPart = tuple[tuple[str, ...], frozenset[str]]  # the labels down to an element, the names that were found on it


def rule(page: PageBlocks) -> Iterator[Cut]:
    parts: dict[tuple[str, ...], list[int]] = defaultdict(list)
    evidence: dict[tuple[str, ...], str] = {}
    limit: dict[tuple[str, ...], float] = {}
    known: dict[tuple[str, bool], _NamedPart | None] = {}  # most blocks of a page have one of a few paths
    last_standfirst = _find_last_standfirst(page)
    for index, block in page.kept_blocks():
        asked = block.path, index <= last_standfirst and page.is_body(index)
        if asked not in known:
            known[asked] = _find_named_part(page, block.path, COMMENTS if asked[1] else ANY)
        if (named := known[asked]) is not None:
            part, found = named
            parts[part].append(index)
            evidence[part] = f"stands in “{part[-1]}”: {min(found)}"
            limit[part] = MAX_COMMENTS_SHARE if found & COMMENTS else MAX_SHARE
    if not parts:
        return
    total = sum(count_letters(block.text) for _, block in page.kept_blocks())
    for part, indexes in parts.items():
        if sum(count_letters(page.blocks[index].text) for index in indexes) <= limit[part] * total:
            for index in indexes:
                yield Cut(index, evidence[part])


def _find_named_part(page: PageBlocks, path: str, names: frozenset[str]) -> _NamedPart | None:
    """Return the outermost element of a path that has one of these names and is not around the article."""
    labels = tuple(path.split(" > "))
    places = (len(place) for place in page.context.places if labels[: len(place)] == place)
    shared = max(_count_common(labels, page.container), *places, 0)
    # The class of a heading says what the heading is about, not where it stands.
    end = len(labels) - (labels[-1][:2] in HEADINGS)
    for depth in range(shared, end):
        if found := read_part_names(labels[depth]) & names:
            return labels[: depth + 1], found
    return None


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

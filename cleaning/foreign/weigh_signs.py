"""Weigh what speaks for another article below a heading, against where the heading stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cleaning.foreign.story_signs import Signs

MIN_PARAGRAPHS = 2  # of an article that only its link shows
MANY = 3  # headings alike, from which on they may be the items of a list or a newsletter


class Place(NamedTuple):
    """Where a heading stands, `rank` ranks below the page's headline.

    Its element holds its text, too (`is_whole`), and stands beside one with the page's headline (`is_beside`). It has
    the tag and the classes of that headline (`is_alike`); that one's element holds the page's own text, too
    (`is_closed`). `paragraphs` are those below it up to the next heading,
    `alike` the headings of its tag, itself among them.
    """

    rank: int
    tag: str
    is_whole: bool
    is_beside: bool
    is_alike: bool
    is_closed: bool
    paragraphs: int
    alike: int
    is_live: bool


def is_convincing(signs: Signs, place: Place) -> bool:
    """Return whether the signs are enough for a heading at this place: the lower its rank, the more it takes."""
    if signs.stated:
        return True
    if place.is_live and place.rank == 0:
        return bool(signs.link) and (signs.byline or signs.label)
    if not place.is_whole:  # among paragraphs: a cross-heading, or a link to another article in the middle of one
        if place.rank > 0:
            return bool(signs.link) and signs.byline and place.is_beside and place.alike < MANY and not place.is_live
        if signs.byline:
            return bool(signs.link) or signs.label
        return place.is_beside and bool(signs.link) != signs.label  # with both it may be a pointer
    if place.rank > 0:
        return not place.is_live and _is_convincing_below(signs, place)
    if place.tag == "h1":
        return signs.count > 0 or signs.article or signs.twin or place.is_closed
    return (signs.twin and place.is_alike) or signs.count >= (1 if signs.article or signs.twin else 2)


def _is_convincing_below(signs: Signs, place: Place) -> bool:
    """Return the same for a heading of the next lower rank, whose element holds its text."""
    is_single = place.alike < MANY
    if signs.label and place.paragraphs >= MIN_PARAGRAPHS:
        return True
    if signs.twin:
        return signs.count > 0
    if signs.article and signs.link:
        return signs.byline or signs.goes_on or (place.paragraphs >= MIN_PARAGRAPHS and is_single)
    return signs.byline and place.paragraphs > MIN_PARAGRAPHS and is_single

"""Where the elements of a page stand: in the paragraphs' element or beyond it, and what the parts around are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cleaning.rules.names import CHROME, COMMENTS, DATELINE, names

if TYPE_CHECKING:
    from cleaning.runs import Place

CAPTIONS = frozenset("caption credit figcaption image photo media gallery".split())  # noqa: SIM905
OPENINGS = frozenset(
    "intro lead standfirst subtitle subhead excerpt deck abstract summary lede chapo dek vorspann teaser".split()  # noqa: SIM905
)
CONTENT = frozenset("article content body text story entry post main articlebody paragraph".split())  # noqa: SIM905
UNCERTAIN = frozenset(
    "widget sidebar cta latest popup aside box info meta media video embed list item card".split()  # noqa: SIM905
)

# The features in_nav ... in_section, and the elements that each asks for.
ELEMENTS = (
    ("nav",), ("aside",), ("footer",), ("header",), ("form",), ("figure",), ("ul", "ol", "dl"), ("table",),
    ("blockquote",), ("article",), ("section",),
)  # fmt: skip
TOLD = frozenset(tag for group in ELEMENTS for tag in group)


class Spot(NamedTuple):
    """An element's place. `tags` and `words` (of ids and classes) are those of the elements between the container and
    the text, the element itself among them; `everywhere` are the words of all elements around it."""

    inside: bool = False  # the container
    in_region: bool = False
    beyond: int = 0  # elements between the container and the text
    tags: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    everywhere: frozenset[str] = frozenset()
    elements: tuple[bool, ...] = (False,) * len(ELEMENTS)
    named: tuple[float, ...] = (0.0,) * 7


class Spots:
    """The spots of one page's elements. Each is found once, from that of the element around it."""

    def __init__(self, container: Place | None, region: Place | None) -> None:
        self._container = container
        self._region = region
        self._around = frozenset(container.line()) if container else frozenset()
        self._known: dict[Place, Spot] = {}

    def at(self, place: Place) -> Spot:
        fresh = []
        outer: Place | None = place
        while outer is not None and outer not in self._known:
            fresh.append(outer)
            outer = outer.parent
        spot = self._known[outer] if outer else Spot()
        for step in reversed(fresh):
            spot = self._known[step] = self._within(spot, step)
        return spot

    def _within(self, outer: Spot, place: Place) -> Spot:
        beyond, tags, words = outer.beyond, outer.tags, outer.words
        own = names(place.label)
        if place not in self._around:
            beyond += 1
            tags = tags if place.tag in tags or place.tag not in TOLD else tags | {place.tag}
            words = words if own <= words else words | own
        everywhere = outer.everywhere if own <= outer.everywhere else outer.everywhere | own
        unnamed = words is outer.words and everywhere is outer.everywhere
        return Spot(
            outer.inside or place is self._container,
            outer.in_region or place is self._region,
            beyond,
            tags,
            words,
            everywhere,
            outer.elements if tags is outer.tags else tuple(not tags.isdisjoint(group) for group in ELEMENTS),
            outer.named if unnamed else _named(words, everywhere),
        )


def _named(words: frozenset[str], everywhere: frozenset[str]) -> tuple[float, ...]:
    """The features named_chrome ... named_uncertain."""
    return (
        not words.isdisjoint(CHROME),
        not words.isdisjoint(COMMENTS),
        not words.isdisjoint(DATELINE),
        not words.isdisjoint(CAPTIONS),
        not everywhere.isdisjoint(OPENINGS),
        len(everywhere & CONTENT),
        len(words & UNCERTAIN),
    )

"""The context of a page's elements: in the paragraphs' element or outside, and how the parts around are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cleaning.page.part_names import CHROME, COMMENTS, DATELINE, read_part_names

if TYPE_CHECKING:
    from cleaning.page.block_elements import BlockElement

CAPTIONS = frozenset("caption credit figcaption image photo media gallery".split())  # noqa: SIM905
OPENINGS = frozenset(
    "intro lead standfirst subtitle subhead excerpt deck abstract summary lede chapo dek vorspann teaser".split()  # noqa: SIM905
)
CONTENT = frozenset("article content body text story entry post main articlebody paragraph".split())  # noqa: SIM905
UNCERTAIN = frozenset(
    "widget sidebar cta latest popup aside box info meta media video embed list item card".split()  # noqa: SIM905
)

# The features in_nav ... in_section, and the elements of each.
ELEMENTS = (
    ("nav",), ("aside",), ("footer",), ("header",), ("form",), ("figure",), ("ul", "ol", "dl"), ("table",),
    ("blockquote",), ("article",), ("section",),
)  # fmt: skip
ELEMENT_TAGS = frozenset(tag for group in ELEMENTS for tag in group)


class ElementContext(NamedTuple):
    """The context of an element.

    `tags` and `words` (of ids and classes) are those of the elements between the container and the text, the element
    itself included. `everywhere` are the words of all elements around it.
    """

    in_region: bool = False
    beyond: int = 0  # elements between the container and the text
    tags: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    everywhere: frozenset[str] = frozenset()
    elements: tuple[bool, ...] = (False,) * len(ELEMENTS)
    named: tuple[float, ...] = (0.0,) * 7


class ElementContexts:
    """The contexts of one page's elements. Each is computed once, from that of the element around it."""

    def __init__(self, container: BlockElement | None, region: BlockElement | None) -> None:
        self._container = container
        self._region = region
        self._around = frozenset(container.walk_up()) if container else frozenset()
        self._known: dict[BlockElement, ElementContext] = {}
        self._alike: dict[tuple[BlockElement | None, str, str], ElementContext] = {}

    def is_inside(self, element: BlockElement) -> bool:
        """Return whether the element is the container, or stands in it."""
        container = self._container
        if container is None:
            return False
        outer: BlockElement | None = element
        while outer is not None and outer.depth > container.depth:
            outer = outer.parent
        return outer is container

    def get(self, element: BlockElement) -> ElementContext:
        missing = []
        outer: BlockElement | None = element
        while outer is not None and outer not in self._known:
            missing.append(outer)
            outer = outer.parent
        context = self._known[outer] if outer else ElementContext()
        for inner in reversed(missing):
            context = self._known[inner] = self._find_alike(context, inner)
        return context

    def _find_alike(self, outer: ElementContext, element: BlockElement) -> ElementContext:
        """Return the context of an element in this outer one: that of any other that is named alike beside it."""
        if element in self._around or element is self._region:
            return self._enter(outer, element)
        place = element.parent, element.tag, element.label
        if place not in self._alike:
            self._alike[place] = self._enter(outer, element)
        return self._alike[place]

    def _enter(self, outer: ElementContext, element: BlockElement) -> ElementContext:
        beyond, tags, words = outer.beyond, outer.tags, outer.words
        names = read_part_names(element.label)
        if element not in self._around:
            beyond += 1
            tags = tags if element.tag in tags or element.tag not in ELEMENT_TAGS else tags | {element.tag}
            words = words if names <= words else words | names
        everywhere = outer.everywhere if names <= outer.everywhere else outer.everywhere | names
        unnamed = words is outer.words and everywhere is outer.everywhere
        return ElementContext(
            outer.in_region or element is self._region,
            beyond,
            tags,
            words,
            everywhere,
            outer.elements if tags is outer.tags else tuple(not tags.isdisjoint(group) for group in ELEMENTS),
            outer.named if unnamed else _match_names(words, everywhere),
        )


def _match_names(words: frozenset[str], everywhere: frozenset[str]) -> tuple[float, ...]:
    """Return the features named_chrome ... named_uncertain."""
    return (
        not words.isdisjoint(CHROME),
        not words.isdisjoint(COMMENTS),
        not words.isdisjoint(DATELINE),
        not words.isdisjoint(CAPTIONS),
        not everywhere.isdisjoint(OPENINGS),
        len(everywhere & CONTENT),
        len(words & UNCERTAIN),
    )

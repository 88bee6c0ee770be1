"""The text runs of a page: what stands between two block boundaries or line breaks, with its links and its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from cleaning.article import BlockKind
from cleaning.parsing import legible
from cleaning.run_numbers import OWN_SYMBOL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

# Elements that stand in a line of text. All others, known or not, begin and end a run.
INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb rp rt ruby s samp small
    span strike strong sub sup time tt u var wbr
    """.split()  # noqa: SIM905 -- forty quoted words read worse
)
# Elements whose text no reader sees as text.
UNREAD = frozenset(
    """
    script style noscript template head svg math select textarea iframe object button audio video canvas map
    """.split()  # noqa: SIM905
)
SCRIPTS = frozenset(("script", "style", "svg", "template"))  # of these, what nobody reads
BREAKS = frozenset(("br", "hr"))  # hold no text, but stand between texts
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
CELLS = ("td", "th")
KINDS = {
    **dict.fromkeys(HEADINGS, BlockKind.HEADING),
    **dict.fromkeys(("li", "dd", "dt"), BlockKind.ITEM),
    **dict.fromkeys(("figcaption", "caption"), BlockKind.CAPTION),
    "blockquote": BlockKind.QUOTE,
    "pre": BlockKind.CODE,
}
WORD = re.compile(r"\w")
IDENTITY = re.compile(r"#[^.]+")
LONGEST_PATH = 10_000  # characters, of the inner end: each block has one; the longest seen has 3,429


class Place:
    """A block element of the tree with its path from <body> down; shared by all runs in it.

    `label` is its tag with id and classes, "div#story.post", `depth` the number of elements around it.
    """

    __slots__ = ("_path", "_pattern", "depth", "label", "parent", "tag")

    def __init__(self, tag: str, label: str, parent: Place | None) -> None:
        self.tag = tag
        self.label = label
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else 0
        self._path: str | None = None
        self._pattern: tuple[str, ...] | None = None

    @property
    def path(self) -> str:
        if self._path is None:
            path = f"{self.parent.path} > {self.label}" if self.parent and self.parent.parent else self.label
            self._path = path[-LONGEST_PATH:]
        return self._path

    @property
    def kind(self) -> BlockKind:
        if self.tag in CELLS:  # only what stands in the cell itself: pages are laid out in tables
            return BlockKind.ROW
        return next((kind for place in self.line() if (kind := KINDS.get(place.tag))), BlockKind.PARAGRAPH)

    @property
    def pattern(self) -> tuple[str, ...]:
        """Tags and classes of the element and the two around it, without ids: what parts built alike have in common."""
        if self._pattern is None:
            self._pattern = tuple(IDENTITY.sub("", place.label) for place in islice(self.line(), 3))
        return self._pattern

    def line(self) -> Iterator[Place]:
        """The element itself and those around it, innermost first."""
        place: Place | None = self
        while place is not None:
            yield place
            place = place.parent


@dataclass(slots=True)
class Run:
    """The text between two block boundaries or line breaks; counts are characters without outer white space."""

    place: Place
    opening: str = ""  # the two characters that the number stands for
    texts: list[str] = field(default_factory=list)
    characters: int = 0
    link_characters: int = 0
    links: list[str] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list, repr=False)
    _text: str | None = None

    @property
    def text(self) -> str:
        """On one line; the run must be read to its end."""
        if self._text is None:
            self._text = " ".join(legible("".join(self.texts)).split())
        return self._text

    @property
    def has_words(self) -> bool:
        return WORD.search(self.text) is not None


def read_runs(tree: HtmlElement) -> list[Run]:
    """The text runs of a tree, in its order; the tree stays as it is."""
    walk = _Walk()
    body = tree.find("body")
    if body is None:
        return []
    steps = etree.iterwalk(body, events=("start", "end"))
    for event, element in steps:
        if event == "end":
            walk.leave(element, inside=element is not body)
        elif element.tag in UNREAD:
            steps.skip_subtree()
            walk.enter(element, unread=True)
        else:
            walk.enter(element)
    return walk.runs


def erase(runs: Iterable[Run]) -> None:
    """Take the texts of these runs out of the tree that they were read from."""
    for run in runs:
        for piece in run.pieces:
            piece.put(None)


def prune(element: HtmlElement) -> bool:
    """Take out of the element what holds no text; whether it holds any itself.

    Text behind what is taken out moves to another element: runs that were read before can no longer be written.
    """
    holds = bool(element.text and not element.text.isspace())
    for child in list(element):
        kept = child.tag not in SCRIPTS and (child.tag in UNREAD or prune(child))
        behind = child.tail
        holds = holds or kept or bool(behind and not behind.isspace())
        if not kept and child.tag not in BREAKS:
            child.drop_tree()
    return holds


class Piece(NamedTuple):
    """A text node: what stands in an element, or right behind it."""

    element: HtmlElement
    behind: bool

    @property
    def text(self) -> str:
        return (self.element.tail if self.behind else self.element.text) or ""

    def put(self, text: str | None) -> None:
        if self.behind:
            self.element.tail = text
        else:
            self.element.text = text


class _Walk:
    """Where the walk over the tree is: the open block elements, the open links, the run under way."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.place: Place | None = None
        self.href: str | None = None
        self.run: Run | None = None

    def enter(self, element: HtmlElement, *, unread: bool = False) -> None:
        tag = element.tag
        if tag not in INLINE:
            self.run = None
            self.place = Place(str(tag), _label(element), self.place)
        elif tag == "a":
            self.href = element.get("href") or ""
        text = element.text
        if text and not unread:
            self.read(text, element, behind=False)

    def leave(self, element: HtmlElement, *, inside: bool) -> None:
        tag = element.tag
        if tag not in INLINE:
            self.run = None
            self.place = self.place.parent if self.place else None
        elif tag == "a":
            self.href = None
        tail = element.tail
        if tail and inside:
            self.read(tail, element, behind=True)

    def read(self, text: str, element: HtmlElement, *, behind: bool) -> None:
        """Count a piece of text for its run."""
        words = text.strip()
        if not words or self.place is None:
            return
        if not text.isascii() and OWN_SYMBOL.search(text):
            text, words = OWN_SYMBOL.sub("", text), OWN_SYMBOL.sub("", words)
        run = self.run
        if run is None:
            run = self.run = Run(self.place)
            self.runs.append(run)
        run.pieces.append(Piece(element, behind))
        run.texts.append(text)
        run.characters += len(words)
        if self.href is not None:
            run.link_characters += len(words)
            if self.href and (not run.links or run.links[-1] != self.href):
                run.links.append(self.href)


def _label(element: HtmlElement) -> str:
    identity, classes = element.get("id"), element.get("class")
    label = str(element.tag)
    if identity:
        label += f"#{'_'.join(identity.split())}"
    if classes:
        label += "." + ".".join(classes.split())
    return label

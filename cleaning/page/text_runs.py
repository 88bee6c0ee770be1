"""Read the text runs of a page: the texts between block boundaries or line breaks, with links and block element."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from cleaning.article import BlockKind
from cleaning.markdown.layout import MAX_COLUMNS
from cleaning.page.parsing import strip_invisible
from cleaning.page.symbols import OWN_SYMBOL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

# Elements that are part of a line of text. All others, known or not, begin and end a run.
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
SCRIPTS = frozenset(("script", "style", "svg", "template"))  # those of UNREAD that are never text at all
BREAKS = frozenset(("br", "hr"))  # hold no text, but separate texts
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
CELLS = ("td", "th")
# Elements that Markdown shows, beside headings (cleaning.markdown.layout).
LISTS = ("ul", "ol", "dl", "menu")
ITEMS = ("li", "dd", "dt")
PLACED = frozenset((*ITEMS, *CELLS, "tr"))  # told by their place in a list or table
SHOWN = PLACED | {*LISTS, "table", "blockquote", "pre"}
KINDS = {
    **dict.fromkeys(HEADINGS, BlockKind.HEADING),
    **dict.fromkeys(("li", "dd", "dt"), BlockKind.ITEM),
    **dict.fromkeys(("figcaption", "caption"), BlockKind.CAPTION),
    "blockquote": BlockKind.QUOTE,
    "pre": BlockKind.CODE,
}
WORD = re.compile(r"\w")
NUMBER = re.compile(r"[0-9]{1,6}")
IDENTITY = re.compile(r"#[^.]+")
MAX_PATH_CHARACTERS = 10_000  # the inner end is kept; every block has a path; the longest seen has 3,429


class BlockElement:
    """A block element of the tree with its path from <body> down. All runs in the element share it.

    `label` is its tag with id and classes, "div#story.post"; `depth` is the number of block elements around it; `shown`
    is the innermost element that Markdown shows, itself or one around it.
    """

    __slots__ = ("_path", "_pattern", "depth", "label", "parent", "shown", "tag")

    def __init__(self, tag: str, label: str, parent: BlockElement | None) -> None:
        self.tag = tag
        self.label = label
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else 0
        self.shown: ShownElement | None = parent.shown if parent else None
        self._path: str | None = None
        self._pattern: tuple[str, ...] | None = None

    @property
    def path(self) -> str:
        if self._path is None:
            path = f"{self.parent.path} > {self.label}" if self.parent and self.parent.parent else self.label
            self._path = path[-MAX_PATH_CHARACTERS:]
        return self._path

    @property
    def layout(self) -> str:
        """The lists, quotes, tables and code that the element stands in, see `cleaning.markdown.layout`."""
        marks = []
        element = self.shown
        while element is not None:
            marks.append(element.mark)
            element = element.outer
        return "".join(reversed(marks)).lstrip()

    @property
    def cell(self) -> ShownElement | None:
        """The cell of a table that the element stands in."""
        element = self.shown
        while element is not None and element.tag not in CELLS:
            element = element.outer
        return element

    @property
    def kind(self) -> BlockKind:
        if self.tag in CELLS:  # only for text directly in a cell: pages are laid out in tables
            return BlockKind.ROW
        return next((kind for element in self.walk_up() if (kind := KINDS.get(element.tag))), BlockKind.PARAGRAPH)

    @property
    def pattern(self) -> tuple[str, ...]:
        """Tags and classes of the element and the two around it, without ids. Parts built alike share a pattern."""
        if self._pattern is None:
            self._pattern = tuple(IDENTITY.sub("", element.label) for element in islice(self.walk_up(), 3))
        return self._pattern

    def walk_up(self) -> Iterator[BlockElement]:
        """Yield the element itself and the block elements around it, innermost first."""
        element: BlockElement | None = self
        while element is not None:
            yield element
            element = element.parent


class ShownElement(BlockElement):
    """An element that Markdown shows: a list, item, table, row, cell, quote, or preformatted text.

    `number` is that of an item in its list, of a row in its table, of a column in its row, 0 where it stands in none;
    of any other element the number among those of the page. `count` is the highest number within it. `taken` are the
    columns of a table that cells of earlier rows reach into, each with the last such row. `outer` is the next one
    around it.
    """

    __slots__ = ("count", "number", "outer", "taken")

    def __init__(self, tag: str, label: str, parent: BlockElement | None) -> None:
        super().__init__(tag, label, parent)
        self.outer, self.shown = self.shown, self
        self.number = 0
        self.count = 0
        self.taken: dict[int, int] | None = None

    @property
    def mark(self) -> str:
        """What a layout says of the element."""
        if self.tag in PLACED:
            return f":{self.number}" if self.number else ""
        return f" {self.tag}{self.number}"

    def set_number(self, element: HtmlElement, shown: int) -> None:
        """Number the element; it is the page's `shown`-th one."""
        tag = self.tag
        if tag in ITEMS:
            around = self.parent
            if isinstance(around, ShownElement) and around.tag in LISTS:
                number = around.count + 1
                self.number = around.count = number if around.tag != "ol" else _read_number(element, "value", number)
        elif tag in PLACED:
            self._set_place(element)
        else:
            self.number = shown
            if tag == "ol":
                self.count = _read_number(element, "start", 1) - 1

    def _set_place(self, element: HtmlElement) -> None:
        """Number a row, or a cell by its column."""
        wanted = "table" if self.tag == "tr" else "tr"
        around = self._find_outer(wanted)
        if around is None:
            return
        if self.tag == "tr":
            self.number = around.count = around.count + 1
            return
        table = around._find_outer("table")
        taken = (table.taken if table is not None else None) or {}
        column = around.count + 1
        while taken.get(column, 0) >= around.number:
            column += 1
        if column > MAX_COLUMNS:  # spans of a hostile page could be counted without end
            return
        end = min(column + max(_read_number(element, "colspan", 1), 1), MAX_COLUMNS + 1)
        self.number, around.count = column, end - 1
        height = _read_number(element, "rowspan", 1)
        if height > 1 and table is not None:
            table.taken = taken
            taken.update(dict.fromkeys(range(column, end), around.number + height - 1))

    def _find_outer(self, tag: str) -> ShownElement | None:
        element = self.outer
        while element is not None and element.tag != tag:
            element = element.outer
        return element


@dataclass(slots=True)
class TextRun:
    """The text between two block boundaries or line breaks; counts are characters without outer white space."""

    element: BlockElement
    opening: str = ""  # the two characters that its number replaced, see cleaning.page.run_numbers
    texts: list[str] = field(default_factory=list)
    characters: int = 0
    link_characters: int = 0
    lead_link_characters: int = 0  # of the links before any other text
    links: list[str] = field(default_factory=list)
    nodes: list[TextNode] = field(default_factory=list, repr=False)
    _text: str | None = None

    @property
    def text(self) -> str:
        """The text on one line, complete once `read_runs` has returned."""
        if self._text is None:
            self._text = " ".join(strip_invisible("".join(self.texts)).split())
        return self._text

    @property
    def has_words(self) -> bool:
        return WORD.search(self.text) is not None


def read_runs(tree: HtmlElement) -> list[TextRun]:
    """Return the text runs of a tree, in page order. The tree is not changed."""
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


def erase_runs(runs: Iterable[TextRun]) -> None:
    """Remove the texts of these runs from the tree that they were read from."""
    for run in runs:
        for node in run.nodes:
            node.set_text(None)


def remove_empty_elements(element: HtmlElement) -> bool:
    """Remove the elements without text from the element; return whether it holds any text itself.

    The tail text of a removed element moves to another element: runs that were read before can no longer be written.
    """
    has_text = bool(element.text and not element.text.isspace())
    for child in list(element):
        is_kept = child.tag not in SCRIPTS and (child.tag in UNREAD or remove_empty_elements(child))
        tail = child.tail
        has_text = has_text or is_kept or bool(tail and not tail.isspace())
        if not is_kept and child.tag not in BREAKS:
            child.drop_tree()
    return has_text


class TextNode(NamedTuple):
    """A text node: the text at the beginning of an element, or its tail, which follows the element."""

    element: HtmlElement
    is_tail: bool

    @property
    def text(self) -> str:
        return (self.element.tail if self.is_tail else self.element.text) or ""

    def set_text(self, text: str | None) -> None:
        if self.is_tail:
            self.element.tail = text
        else:
            self.element.text = text


class _Walk:
    """The state of the walk over the tree: the open block element, the open link, the run that is being read."""

    def __init__(self) -> None:
        self.runs: list[TextRun] = []
        self.element: BlockElement | None = None
        self.href: str | None = None
        self.run: TextRun | None = None
        self.shown = 0  # elements that Markdown shows

    def enter(self, element: HtmlElement, *, unread: bool = False) -> None:
        tag = element.tag
        if tag not in INLINE:
            self.run = None
            if tag in SHOWN:
                self.shown += 1
                shown = ShownElement(str(tag), _make_label(element), self.element)
                shown.set_number(element, self.shown)
                self.element = shown
            else:
                self.element = BlockElement(str(tag), _make_label(element), self.element)
        elif tag == "a":
            self.href = element.get("href") or ""
        text = element.text
        if text and not unread:
            self.add_text(text, element, is_tail=False)

    def leave(self, element: HtmlElement, *, inside: bool) -> None:
        tag = element.tag
        if tag not in INLINE:
            self.run = None
            self.element = self.element.parent if self.element else None
        elif tag == "a":
            self.href = None
        tail = element.tail
        if tail and inside:
            self.add_text(tail, element, is_tail=True)

    def add_text(self, text: str, element: HtmlElement, *, is_tail: bool) -> None:
        """Add a text node to the run that is being read, or begin a run with it."""
        words = text.strip()
        if not words or self.element is None:
            return
        if not text.isascii() and OWN_SYMBOL.search(text):
            text, words = OWN_SYMBOL.sub("", text), OWN_SYMBOL.sub("", words)
        run = self.run
        if run is None:
            run = self.run = TextRun(self.element)
            self.runs.append(run)
        run.nodes.append(TextNode(element, is_tail))
        run.texts.append(text)
        if self.href is not None:
            if run.link_characters == run.characters:
                run.lead_link_characters += len(words)
            run.link_characters += len(words)
            if self.href and (not run.links or run.links[-1] != self.href):
                run.links.append(self.href)
        run.characters += len(words)


def _make_label(element: HtmlElement) -> str:
    identity, classes = element.get("id"), element.get("class")
    label = str(element.tag)
    if identity:
        label += f"#{'_'.join(identity.split())}"
    if classes:
        label += "." + ".".join(classes.split())
    return label


def _read_number(element: HtmlElement, name: str, default: int) -> int:
    value = element.get(name)
    return int(value) if value and NUMBER.fullmatch(value) else default

"""The block elements around a text: their path, kind and pattern, and their places in lists and tables."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from cleaning.markdown.layout import MAX_COLUMNS
from cleaning.page.tags import CELLS, ITEMS, KINDS, LISTS, PLACED
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

NUMBER = re.compile(r"[0-9]{1,6}")
IDENTITY = re.compile(r"#[^.]+")
PATTERN_ELEMENTS = 3  # an element and the two around it
MAX_PATH_CHARACTERS = 10_000  # the inner end is kept; every block has a path; the longest seen has 3,429


class BlockElement:
    """A block element of the tree with its path from <body> down. All runs in the element share it.

    `label` is its tag with id and classes, "div#story.post"; `depth` is the number of block elements around it; `shown`
    is the innermost element that Markdown shows, itself or one around it. `position` are the hashes of path and
    pattern, once somebody has asked for them (cleaning.memory.observation).
    """

    __slots__ = ("_kind", "_path", "_pattern", "_shown", "depth", "label", "parent", "position", "tag")

    def __init__(self, tag: str, label: str, parent: BlockElement | None) -> None:
        self.tag = tag
        self.label = label
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else 0
        self._shown: ShownElement | None = parent.shown if parent else None
        self._path: str | None = None
        self._pattern: tuple[str, ...] | None = None
        self._kind: BlockKind | None = None
        self.position: tuple[int, int] | None = None

    @property
    def shown(self) -> ShownElement | None:
        return self._shown

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
    def row(self) -> BlockElement | None:
        """The row of a table that the element's cell stands in; None outside of cells."""
        cell = self.cell
        return None if cell is None else cell.parent

    @property
    def kind(self) -> BlockKind:
        if self.tag in CELLS:  # only for text directly in a cell: pages are laid out in tables
            return BlockKind.ROW
        return self._read_kind_inside()

    def _read_kind_inside(self) -> BlockKind:
        """Return the kind of a text in elements of this one, where they tell none."""
        if self._kind is None:
            self._kind = KINDS.get(self.tag) or (
                self.parent._read_kind_inside() if self.parent is not None else BlockKind.PARAGRAPH
            )
        return self._kind

    @property
    def pattern(self) -> tuple[str, ...]:
        """Tags and classes of the element and the two around it, without ids. Parts built alike share a pattern."""
        if self._pattern is None:
            labels, element = [self.label], self.parent
            while element is not None and len(labels) < PATTERN_ELEMENTS:
                labels.append(element.label)
                element = element.parent
            self._pattern = _make_pattern(*labels)
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
        self.outer = self._shown
        self.number = 0
        self.count = 0
        self.taken: dict[int, int] | None = None

    @property
    def shown(self) -> ShownElement:
        return self

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
        while taken.get(column, -1) >= around.number:
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


def make_label(element: HtmlElement) -> str:
    return write_label(element.tag, element.get("id"), element.get("class"))


@lru_cache(maxsize=1024)
def write_label(tag: str, identity: str | None, classes: str | None) -> str:
    """Return the label of an element with this tag, id and classes."""
    label = tag
    if identity:
        label += f"#{'_'.join(identity.split())}"
    if classes:
        label += "." + ".".join(classes.split())
    return label


@lru_cache(maxsize=4096)  # a page of two hundred such elements has fifty patterns
def _make_pattern(*labels: str) -> tuple[str, ...]:
    """Return the labels without their ids."""
    return tuple(IDENTITY.sub("", label) for label in labels)


def _read_number(element: HtmlElement, name: str, default: int) -> int:
    value = element.get(name)
    return int(value) if value and NUMBER.fullmatch(value) else default

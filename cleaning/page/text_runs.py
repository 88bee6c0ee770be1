"""Read the text runs of a page: the texts between block boundaries or line breaks, with links and block element."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from cleaning.page.block_elements import BlockElement, ShownElement, write_label
from cleaning.page.line_parts import is_line_part
from cleaning.page.parsing import strip_invisible
from cleaning.page.symbols import OWN_SYMBOL
from cleaning.page.tags import BREAKS, EMPHASIS, INLINE, SCRIPTS, SHOWN, SILENT, UNREAD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

WORD = re.compile(r"\w")
EMPHASIS_DEPTH = 3  # elements around a text, the one that it stands in included, of which one may set it off


@dataclass(slots=True)
class TextRun:
    """The text between two block boundaries or line breaks; counts are characters without outer white space.

    `is_emphasised` is whether all of it is written small, in italics or bold.
    """

    element: BlockElement
    opening: str = ""  # the two characters that its number replaced, see cleaning.page.run_numbers
    texts: list[str] = field(default_factory=list)
    characters: int = 0
    link_characters: int = 0
    lead_link_characters: int = 0  # of the links before any other text
    links: list[str] = field(default_factory=list)
    nodes: list[TextNode] = field(default_factory=list, repr=False)
    is_ascii: bool = True
    is_emphasised: bool = True
    features: tuple[float, ...] | None = None  # of its text in this page (cleaning.classifier.page_features)
    fingerprint: int | None = None  # of its text, once it was asked for (cleaning.memory.observation)
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
    if body is not None:
        walk.read(body, None, 0)
    return walk.runs


def copy_runs(tree: HtmlElement, runs: Iterable[TextRun]) -> tuple[HtmlElement, list[TextRun]]:
    """Return a copy of a tree, and the runs of the tree as those of its copy."""
    copied = deepcopy(tree)
    twins = dict(zip(tree.iter(), copied.iter(), strict=True))
    return copied, [
        replace(run, nodes=[TextNode(twins[node.element], node.is_tail) for node in run.nodes]) for run in runs
    ]


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

    @property
    def holder(self) -> HtmlElement | None:
        """The element that the text stands in."""
        return self.element.getparent() if self.is_tail else self.element

    def set_text(self, text: str | None) -> None:
        if self.is_tail:
            self.element.tail = text
        else:
            self.element.text = text


class _Walk:
    """The state of the walk over the tree: the open link, and the run that is being read."""

    def __init__(self) -> None:
        self.runs: list[TextRun] = []
        self.href: str | None = None
        self.run: TextRun | None = None
        self.shown = 0  # elements that Markdown shows
        self.begins_link = False  # whether a link began after the last text
        self.ends_link = False  # whether the last text was a link's

    def read(self, element: HtmlElement, block: BlockElement | None, emphasis: int) -> None:
        """Read an element that stands in this block element, without its tail. Trees are at most MAX_DEPTH deep.

        `emphasis` is for how many elements further in an element around this one still sets its text off.
        """
        tag = element.tag
        emphasis = EMPHASIS_DEPTH if tag in EMPHASIS else emphasis - 1
        if tag == "a":
            self.href = element.get("href") or ""
            self.begins_link = True
        # Most elements are told by their tag alone; `is_line_part` tells of all.
        if tag in INLINE:
            is_part = not element.get("style") or is_line_part(element)
        else:
            is_part = tag in SILENT or ("-" in tag and is_line_part(element))
        if not is_part:
            self.run = None
            block = self._begin_block(element, tag, block)
        if tag not in UNREAD:
            text = element.text
            if text:
                self._add_text(text, element, block, is_tail=False, is_emphasised=emphasis > 0)
            for child in element:
                self.read(child, block, emphasis)
                tail = child.tail
                if tail:
                    self._add_text(tail, child, block, is_tail=True, is_emphasised=emphasis > 0)
        if tag == "a":
            self.href = None
        if not is_part:
            self.run = None

    def _begin_block(self, element: HtmlElement, tag: str, around: BlockElement | None) -> BlockElement:
        label = write_label(tag, element.get("id"), element.get("class"))
        if tag not in SHOWN:
            return BlockElement(tag, label, around)
        self.shown += 1
        shown = ShownElement(tag, label, around)
        shown.set_number(element, self.shown)
        return shown

    def _add_text(
        self, text: str, element: HtmlElement, block: BlockElement | None, *, is_tail: bool, is_emphasised: bool
    ) -> None:
        """Add a text node to the run that is being read, or begin a run with it."""
        run = self.run
        if text.isspace() or block is None:
            if run is not None:
                run.texts.append(text)  # the space between two elements
            return
        words = text.strip()
        is_ascii = text.isascii()
        if not is_ascii and OWN_SYMBOL.search(text):  # the node is the run's, too, if it holds nothing else
            text, words = OWN_SYMBOL.sub("", text), OWN_SYMBOL.sub("", words)
        length = len(words)
        if run is None:
            run = self.run = TextRun(block)
            self.runs.append(run)
        run.is_ascii &= is_ascii
        run.is_emphasised &= is_emphasised
        if (
            self.begins_link
            and self.ends_link
            and run.texts
            and not text[:1].isspace()
            and not run.texts[-1][-1:].isspace()
        ):
            run.texts.append(" ")  # links side by side are set apart by their style
        href = self.href
        self.begins_link, self.ends_link = False, href is not None
        run.nodes.append(TextNode(element, is_tail))
        run.texts.append(text)
        if href is not None:
            if run.link_characters == run.characters:
                run.lead_link_characters += length
            run.link_characters += length
            if href and (not run.links or run.links[-1] != href):
                run.links.append(href)
        run.characters += length

"""Read the lines around the headline, where a newspaper shows its reader the date."""

from __future__ import annotations

from itertools import tee
from typing import TYPE_CHECKING

from lxml import etree

from cleaning.metadata.dates.attributes import read_machine_time
from cleaning.metadata.dates.labels import is_change_name, is_named_change
from cleaning.page.tags import INLINE, UNREAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

MAX_LINES, MAX_STEPS = 40, 600  # below the headline
MIN_PARAGRAPH = 200  # characters of a line that is a paragraph of the text
MAX_PARAGRAPHS = 2  # the date stands above the text, beside the lead or below it
MAX_PARENTS, MAX_ABOVE = 6, 10  # above the headline
MAX_CHANGE = 60  # characters of an element that holds the time of a change
DATELINE = 60  # characters at the beginning of a paragraph


class LinesAround:
    """The lines around a headline, none where the page shows none. Each is read once, when it is first asked for."""

    def __init__(self, headline: HtmlElement | None) -> None:
        self._below = read_lines_below(headline) if headline is not None else iter(())
        self._above = read_lines_above(headline) if headline is not None else iter(())

    def below(self) -> Iterator[str]:
        """Yield the lines that follow the headline."""
        self._below, lines = tee(self._below)
        return lines

    def above(self) -> Iterator[str]:
        """Yield the short lines before the headline, the nearest first."""
        self._above, lines = tee(self._above)
        return lines


def read_lines_below(element: HtmlElement) -> Iterator[str]:
    """Yield the lines that follow an element in the page, until the text has begun; of a paragraph its beginning."""
    pieces: list[str] = []
    paragraphs = lines = 0
    for step, (text, ends_line) in enumerate(_iterate_following(element)):
        if ends_line and pieces:
            line = " ".join(" ".join(pieces).split())
            pieces = []
            if line:
                lines += 1
                paragraphs += len(line) >= MIN_PARAGRAPH
                yield line if len(line) < MIN_PARAGRAPH else line[:DATELINE]
        if step >= MAX_STEPS or lines >= MAX_LINES or paragraphs >= MAX_PARAGRAPHS:
            return
        if text:
            pieces.append(text)
    if pieces:
        yield " ".join(" ".join(pieces).split())[:MIN_PARAGRAPH]


def read_lines_above(element: HtmlElement) -> Iterator[str]:
    """Yield the short lines before an element, the nearest first."""
    count = 0
    for _ in range(MAX_PARENTS):
        for sibling in element.itersiblings(preceding=True):
            if sibling.tag in UNREAD or not isinstance(sibling.tag, str):
                continue
            if line := _read_short_line(sibling):
                yield line
            count += 1
            if count >= MAX_ABOVE:
                return
        parent = element.getparent()
        if parent is None or parent.tag == "body":
            return
        element = parent


def _read_short_line(element: HtmlElement) -> str:
    """Return the element's text, "" where it is longer than a line."""
    pieces: list[str] = []
    length = 0
    for text, _ in _iterate_inside(element):
        if text and (words := " ".join(text.split())):
            pieces.append(words)
            length += len(words)
            if length >= MIN_PARAGRAPH:
                return ""
    return " ".join(pieces)


def _iterate_following(element: HtmlElement) -> Iterator[tuple[str | None, bool]]:
    """Yield every text behind an element in page order, with whether a new line begins before it."""
    current: HtmlElement | None = element
    while current is not None:
        yield current.tail, current.tag not in INLINE
        following = current.getnext()
        if following is None:
            current = current.getparent()
            if current is None or current.tag == "body":
                return
            continue
        yield from _iterate_inside(following)
        current = following


def _iterate_inside(element: HtmlElement) -> Iterator[tuple[str | None, bool]]:
    steps = etree.iterwalk(element, events=("start", "end"))
    for event, inner in steps:
        tag = inner.tag
        ends_line = tag not in INLINE
        if event == "end":
            if inner is not element:
                yield inner.tail, ends_line
        elif tag in UNREAD:
            steps.skip_subtree()
        elif not inner.keys():  # most elements within a text
            yield inner.text, ends_line
        elif stated := read_machine_time(inner):  # more exact than its text, "three hours ago"
            steps.skip_subtree()
            yield f" {'updated ' if is_named_change(inner) else ''}{stated} ", ends_line
        elif _is_short_change(inner):
            yield f" updated {inner.text or ''}", ends_line
        else:
            yield inner.text, ends_line


def _is_short_change(element: HtmlElement) -> bool:
    """Return whether the element's own class says that it holds the time of a change, and it holds little else."""
    names = element.get("class")
    if not names or not is_change_name(names):
        return False
    text = "".join(element.itertext())
    return len(text) <= MAX_CHANGE and any(map(str.isdigit, text))

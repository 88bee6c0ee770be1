"""The lines around the headline, where a newspaper shows its reader the date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from cleaning.runs import INLINE, UNREAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

MOST_LINES, MOST_STEPS = 40, 600  # behind the headline
PARAGRAPH = 200  # characters of a line that is text
MOST_PARAGRAPHS = 2  # the date stands above the text, beside the lead or below it
MOST_PARENTS, MOST_BEFORE = 6, 10  # before the headline
DATELINE = 60  # characters at the beginning of a paragraph


def machine_time(element: HtmlElement) -> str | None:
    """The time that an element states beside its words: HTML's <time>, or the <abbr> of the microformats before it."""
    attribute = {"time": "datetime", "abbr": "title"}.get(element.tag)
    stated: str | None = element.get(attribute) if attribute else None
    return stated if stated and any(map(str.isdigit, stated)) else None


def lines_below(element: HtmlElement) -> Iterator[str]:
    """The lines that follow an element in the page, until the text is under way; of a paragraph only its beginning."""
    pieces: list[str] = []
    paragraphs = lines = 0
    for step, (text, ends_line) in enumerate(_following(element)):
        if ends_line and pieces:
            line = " ".join(" ".join(pieces).split())
            pieces = []
            if line:
                lines += 1
                paragraphs += len(line) >= PARAGRAPH
                yield line if len(line) < PARAGRAPH else line[:DATELINE]
        if step >= MOST_STEPS or lines >= MOST_LINES or paragraphs >= MOST_PARAGRAPHS:
            return
        if text:
            pieces.append(text)
    if pieces:
        yield " ".join(" ".join(pieces).split())[:PARAGRAPH]


def lines_above(element: HtmlElement) -> Iterator[str]:
    """The short lines before an element, the nearest first."""
    count = 0
    for _ in range(MOST_PARENTS):
        for sibling in element.itersiblings(preceding=True):
            if sibling.tag in UNREAD or not isinstance(sibling.tag, str):
                continue
            if line := _short_line(sibling):
                yield line
            count += 1
            if count >= MOST_BEFORE:
                return
        parent = element.getparent()
        if parent is None or parent.tag == "body":
            return
        element = parent


def _short_line(element: HtmlElement) -> str:
    """The element's text, "" where it is longer than a line."""
    pieces: list[str] = []
    length = 0
    for text, _ in _inside(element):
        if text and (words := " ".join(text.split())):
            pieces.append(words)
            length += len(words)
            if length >= PARAGRAPH:
                return ""
    return " ".join(pieces)


def _following(element: HtmlElement) -> Iterator[tuple[str | None, bool]]:
    """Every text behind an element in page order, with whether a new line begins before it."""
    current: HtmlElement | None = element
    while current is not None:
        yield current.tail, current.tag not in INLINE
        following = current.getnext()
        if following is None:
            current = current.getparent()
            if current is None or current.tag == "body":
                return
            continue
        yield from _inside(following)
        current = following


def _inside(element: HtmlElement) -> Iterator[tuple[str | None, bool]]:
    steps = etree.iterwalk(element, events=("start", "end"))
    for event, inner in steps:
        ends_line = inner.tag not in INLINE
        if event == "end":
            if inner is not element:
                yield inner.tail, ends_line
        elif inner.tag in UNREAD:
            steps.skip_subtree()
        elif stated := machine_time(inner):  # "three hours ago" says less
            steps.skip_subtree()
            yield f" {stated} ", ends_line
        else:
            yield inner.text, ends_line

"""A heading of the page: its words as a reader sees them, its parts, and whether it is the site's name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from cleaning.addresses import absolute, domain
from cleaning.headlines import headline_key
from cleaning.lines import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

MOST_HEADINGS = 40
LONGEST_HEADING = 300
# Elements whose text is none of the heading's: the reading aids of Chinese and Japanese among them.
BESIDE = frozenset("rt rp script style noscript template svg button select".split())  # noqa: SIM905
# The scripts that put no space between words: no element boundary is one there.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u31f0-\u31ff\u3400-\u9fff]")
FRONT = re.compile(r"/?(?:[a-z]{2}/?)?(?:(?:index|home|default)(?:\.\w{2,5})?)?/?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """`pieces` are the texts between two of its tags: a kicker or a date inside of it is one or some of them."""

    element: HtmlElement
    text: str
    key: str  # of the text, as headlines are compared
    pieces: tuple[str, ...]

    @property
    def is_first(self) -> bool:
        return bool(self.element.tag == "h1")


def read_headings(elements: Sequence[HtmlElement]) -> list[Heading]:
    """The headings with words."""
    found: list[Heading] = []
    for element in elements:
        pieces = tuple(piece for text in _texts(element) if (piece := tidy(text)))
        text = joined(pieces)
        if text and len(text) <= LONGEST_HEADING:
            found.append(Heading(element, text, headline_key(text), pieces))
            if len(found) == MOST_HEADINGS:
                break
    return found


def joined(pieces: Sequence[str]) -> str:
    """Pieces of a line as one: with a space between them, but for scripts that have none."""
    line = ""
    for piece in pieces:
        close = not line or (UNSPACED.match(piece[0]) and UNSPACED.match(line[-1]))
        line += piece if close else f" {piece}"
    return line


def leads_home(element: HtmlElement, url: str) -> bool:
    """Whether the element is a link to the site's front page, and this page is another one: then it is its name."""
    link = element if element.tag == "a" else next(element.iter("a"), None)
    if link is None:
        parent = element.getparent()
        link = parent if parent is not None and parent.tag == "a" else None
    if link is None or not (href := link.get("href")):
        return False
    target = absolute(url, href)
    try:
        parts, own = urlsplit(target), urlsplit(url)
    except ValueError:
        return False
    return bool(
        parts.scheme in ("http", "https")
        and not parts.query
        and FRONT.fullmatch(parts.path)
        and not (FRONT.fullmatch(own.path) and not own.query)
        and domain(target) == domain(url)
    )


def _texts(element: HtmlElement) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        if child.tag is not etree.Comment and child.tag not in BESIDE:
            yield from _texts(child)
        if child.tail:
            yield child.tail

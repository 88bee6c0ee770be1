"""Read the headings of a page: the words that a reader sees, their parts, and whether one is the site's name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from cleaning.page.addresses import get_domain, resolve_link
from cleaning.page.headline_key import normalize_headline
from cleaning.page.lines import normalize_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

MAX_HEADINGS = 40
MAX_HEADING_CHARACTERS = 300
# Elements whose text is not the heading's, among them the reading aids of Chinese and Japanese.
SKIPPED = frozenset("rt rp script style noscript template svg button select".split())  # noqa: SIM905
# The scripts that put no space between words. In them an element boundary is no word boundary.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u31f0-\u31ff\u3400-\u9fff]")
FRONT_PAGE = re.compile(r"/?(?:[a-z]{2}/?)?(?:(?:index|home|default)(?:\.\w{2,5})?)?/?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading. `pieces` are the texts between its tags: a kicker or a date inside it is one or more of them."""

    element: HtmlElement
    text: str
    key: str  # of the text, see cleaning.page.headline_key
    pieces: tuple[str, ...]

    @property
    def is_h1(self) -> bool:
        return bool(self.element.tag == "h1")


def read_headings(elements: Sequence[HtmlElement]) -> list[Heading]:
    """Return the headings that have words, at most MAX_HEADINGS."""
    found: list[Heading] = []
    for element in elements:
        pieces = tuple(piece for text in _iterate_texts(element) if (piece := normalize_line(text)))
        text = join_pieces(pieces)
        if text and len(text) <= MAX_HEADING_CHARACTERS:
            found.append(Heading(element, text, normalize_headline(text), pieces))
            if len(found) == MAX_HEADINGS:
                break
    return found


def join_pieces(pieces: Sequence[str]) -> str:
    """Join the pieces of a line, with a space between them except in scripts that put none between words."""
    line = ""
    for piece in pieces:
        is_adjacent = not line or (UNSPACED.match(piece[0]) and UNSPACED.match(line[-1]))
        line += piece if is_adjacent else f" {piece}"
    return line


def links_to_front_page(element: HtmlElement, url: str) -> bool:
    """Return whether the element links to the site's front page from another page: it then shows the site's name."""
    link = element if element.tag == "a" else next(element.iter("a"), None)
    if link is None:
        parent = element.getparent()
        link = parent if parent is not None and parent.tag == "a" else None
    if link is None or not (href := link.get("href")):
        return False
    target = resolve_link(url, href)
    try:
        parts, own = urlsplit(target), urlsplit(url)
    except ValueError:
        return False
    return bool(
        parts.scheme in ("http", "https")
        and not parts.query
        and FRONT_PAGE.fullmatch(parts.path)
        and not (FRONT_PAGE.fullmatch(own.path) and not own.query)
        and get_domain(target) == get_domain(url)
    )


def _iterate_texts(element: HtmlElement) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        if child.tag is not etree.Comment and child.tag not in SKIPPED:
            yield from _iterate_texts(child)
        if child.tail:
            yield child.tail

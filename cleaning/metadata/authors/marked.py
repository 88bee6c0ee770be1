"""Find the bylines that a page marks for its readers: by microdata, classes, and links to pages of authors."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from cleaning.metadata.authors.linked import Claim
from cleaning.metadata.authors.marks import (
    BESIDE_NAME,
    CLASS,
    DATA,
    ITEMPROP,
    LINK,
    REL,
    is_author_page,
    list_marked,
    list_marked_among,
    read_words,
)
from cleaning.metadata.authors.names import Byline, read_byline
from cleaning.metadata.authors.surroundings import BEFORE, NEAR, Surroundings
from cleaning.page.headline_key import normalize_headline
from cleaning.page.tags import SCRIPTS
from cleaning.phrases import find_opening_phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml.html import HtmlElement

NAMED = etree.XPath(
    ".//*[@itemprop='name' or contains(@property, 'name') or contains(concat(' ', @class, ' '), ' fn ')"
    " or contains(@class, 'author-name') or contains(@class, 'author__name') or contains(@class, 'authorName')]"
)
# What stands before the names of others who worked on a text.
BESIDE_LABEL = re.compile(
    r"(?:review|check|edit|photo|illustrat|medical|verif|translat|geprüft|übersetz|foto|redigiert|relu)\w*"
    r"(?: by| von| par)?:?$",
    re.IGNORECASE,
)
MAX_LINES, MIN_LINE, MAX_LINE = 3_000, 6, 100
MAX_PLACES, MAX_TEXT, MAX_CONTAINER = 150, 200, 500
WEIGHTS = {ITEMPROP: 4.0, REL: 4.0, CLASS: 3.5, DATA: 3.0, LINK: 3.0}
MIN_SCORE = 2.5
MAX_FAR = max(WEIGHTS.values()) + BEFORE  # score of a byline that is not near the headline


class _Place(NamedTuple):
    element: HtmlElement
    mark: str
    byline: Byline
    score: float


def read_marked(
    tree: HtmlElement, headline: HtmlElement | None, around: Surroundings, own_names: frozenset[str]
) -> Claim:
    """Return what the best marked byline names, with the bylines of the same mark beside it.

    The whole page is searched only where the best one near the headline is not better than any other could be.
    """
    near = [*reversed(around.above), *around.near]
    places = _read_places(list_marked_among(near), around, own_names)
    best = _choose_best(places)
    if best is None or not best.byline.persons or best.score <= MAX_FAR:
        places = _read_places(list_marked(tree, headline, around.near), around, own_names)
        best = _choose_best(places)
    if best is None:
        return Claim()
    group = [place for place in places if place is best or _belongs(place, best)]
    persons = dict.fromkeys(name for place in group for name in place.byline.persons)
    sources = dict.fromkeys(name for place in group for name in place.byline.sources)
    return Claim(tuple(persons), tuple(sources), best.mark, best.score >= WEIGHTS[best.mark] + NEAR)


def _read_places(
    marked: Iterable[tuple[HtmlElement, str]], around: Surroundings, own_names: frozenset[str]
) -> list[_Place]:
    """Return the bylines that name somebody, without those inside of others of the same mark."""
    places: list[_Place] = []
    for element, mark in islice(marked, MAX_PLACES):
        outer = set(element.iterancestors()) if places else ()
        if any(place.mark == mark and place.element in outer for place in places):
            continue
        if BESIDE_LABEL.search(_read_label(element)):
            continue
        score = WEIGHTS[mark] + around.rate(element)
        if score < MIN_SCORE:
            continue
        byline = _read_element(element, own_names)
        if byline.persons or byline.sources:
            places.append(_Place(element, mark, byline, score))
    return places


def _choose_best(places: Sequence[_Place]) -> _Place | None:
    return max(places, key=lambda place: (bool(place.byline.persons), place.score), default=None)


def read_end(tree: HtmlElement, around: Surroundings, own_names: frozenset[str]) -> Claim:
    """Return what a short line below the headline names that begins as a byline: "Text: Ann Lee" under the article."""
    for element in islice(tree.iter("p", "div", "span", "em", "strong", "i", "b", "li", "address"), MAX_LINES):
        text = element.text
        if text is None or len(text) < MIN_LINE or len(element):
            continue
        text = " ".join(text.split())
        if MIN_LINE <= len(text) <= MAX_LINE and find_opening_phrase("by", normalize_headline(text)):
            byline = read_byline(text, is_marked=False, own_names=own_names)
            if byline.persons and around.rate(element) >= 0:
                return Claim(byline.persons, byline.sources, "a line that begins as a byline")
    return Claim()


def _belongs(place: _Place, best: _Place) -> bool:
    """Return whether a byline stands beside the best one, in one small part of the page."""
    if place.mark != best.mark or place.score < best.score:
        return False
    mine = {place.element, *place.element.iterancestors()}
    shared = next((one for one in best.element.iterancestors() if one in mine), None)
    return shared is not None and sum(map(len, shared.itertext())) <= MAX_CONTAINER


def _read_element(element: HtmlElement, own_names: frozenset[str]) -> Byline:
    """Return what a marked element names."""
    named = [one for one in NAMED(element) if not read_words(one.get("class"), None) & BESIDE_NAME]
    links = [one for one in element.iter("a") if is_author_page(one.get("href") or "") or one.get("rel") == "author"]
    for group in (named, links, [element]):
        found = [read_byline(_read_text(one), own_names=own_names) for one in group]
        persons = dict.fromkeys(name for byline in found for name in byline.persons)
        sources = dict.fromkeys(name for byline in found for name in byline.sources)
        if persons or (sources and group == [element]):
            return Byline(tuple(persons), tuple(sources))
    return Byline()


def _read_text(element: HtmlElement) -> str:
    """Return the text of a byline, with bars between its parts; "" where it is longer than a byline."""
    if element.tag == "meta":
        return element.get("content") or ""
    pieces: list[str] = []
    length = 0
    steps = etree.iterwalk(element, events=("start", "end"))
    for event, inner in steps:
        text = inner.text if event == "start" else inner.tail if inner is not element else ""
        if event == "start" and (
            inner.tag in SCRIPTS or (inner is not element and read_words(inner.get("class"), None) & BESIDE_NAME)
        ):
            steps.skip_subtree()
            continue
        if text and (words := " ".join(text.split())):
            length += len(words)
            if length > MAX_TEXT:
                return ""
            pieces.append(words)
    return _join(pieces)


def _read_label(element: HtmlElement) -> str:
    """Return the end of the text before an element, in its parent's element or the parent's parent's."""
    for _ in range(3):
        before = element.getprevious()
        parent = element.getparent()
        if parent is None:
            return ""
        text = (before.tail or "") if before is not None else (parent.text or "")
        if before is not None and not text.strip() and isinstance(before.tag, str):
            text = "".join(before.itertext())
        if text.strip():
            return text.strip()[-40:]
        if before is not None:
            return ""
        element = parent
    return ""


def _join(pieces: Sequence[str]) -> str:
    """Join the texts of a byline's elements: "By" and "Ann Lee" to one line, two names with a bar between them."""
    line = ""
    for piece in pieces:
        if line:
            line += " " if " " not in piece and " " not in line.rpartition(" | ")[2] else " | "
        line += piece
    return line

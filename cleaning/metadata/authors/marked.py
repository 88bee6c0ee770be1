"""Find the bylines that a page marks for its readers: by microdata, classes, and links to pages of authors."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from cleaning.metadata.authors.linked import Claim
from cleaning.metadata.authors.names import Byline, read_byline
from cleaning.page.headline_key import normalize_headline
from cleaning.page.tags import SCRIPTS
from cleaning.phrases import find_opening_phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

# A part of the classes and ids of bylines.
BYLINE = re.compile(r"uth?[oe]|yline|riter|erfasser|eporter|ournalis|card|ontribut|ignatur|irma")
OTHER_PLACES = etree.XPath(
    "//@itemprop[contains(., 'author') or contains(., 'creator')]/.. | //a[contains(@rel, 'author')]"
    " | //@property[.='author' or .='schema:author']/.."
    " | //@data-author/.. | //@data-author-name/.. | //@data-byline/.."
)
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
BYLINE_WORDS = frozenset(
    """
    author authors authorname authortext byline bylines autor autoren autores autora autore autori auteur auteurs
    verfasser writer writers writtenby reporter reporters journalist journalists contributor contributors signature
    firma vcard authored articleauthor postauthor
    """.split()  # noqa: SIM905 -- thirty quoted words read worse
)
# Parts of an author's box that are not the name.
BESIDE_NAME = frozenset(
    """
    bio biography description desc avatar image img photo picture pic thumb thumbnail icon social follow twitter email
    mail job role position jobtitle date time timestamp published updated count posts links link-list more comment
    comments caption figure copyright tags category newsletter subscribe button btn popup tooltip
    """.split()  # noqa: SIM905 -- forty quoted words read worse
)
# Parts of a page whose bylines are those of other texts.
COMMENTS = frozenset("comment comments commentlist commenter kommentar kommentare respond disqus reply replies".split())  # noqa: SIM905
ELSEWHERE = frozenset(
    """
    related recommended recommendations recirc teaser teasers sidebar footer nav menu popular trending latest more next
    carousel slider promo newsletter mostread recent feed suggestions upnext readmore outbrain taboola ad ads
    cookie modal podcast gallery figure caption
    """.split()  # noqa: SIM905 -- thirty quoted words read worse
)
ASIDE = frozenset(("aside", "footer", "nav", "figure", "figcaption", "form", "blockquote"))
AUTHOR_PAGE = re.compile(
    r"/(?:[\w-]+-)?(?:authors?|autor|autoren|autore|autori|autores|auteurs?|staff|people|profiles?|journalists?|reporters?"
    r"|toireporter|contributors?|writers?|editors|signataires|users?|by|redakteure?|team|bloggers?|columnists?|u"
    r"|author-?profile|redaktion|verfasser|forfatter|skribent|penulis|yazarlar?|muhabir|avtor|author_\w+)"
    r"(?:-(?:und|and)-[\w-]+)?/[^/?#]|[?&]author=|/@[\w.-]+/?$|/author-",
    re.IGNORECASE,
)
NAMED = etree.XPath(
    ".//*[@itemprop='name' or contains(@property, 'name') or contains(concat(' ', @class, ' '), ' fn ')"
    " or contains(@class, 'author-name') or contains(@class, 'author__name') or contains(@class, 'authorName')]"
)
HEADINGS = etree.XPath(".//h1 | .//h2 | .//h3 | .//h4")
UNMARKED = frozenset(("script", "style", "meta", "link", "img", "body", "html", "form", "input", "button"))
MAX_CARD, MAX_CARD_HEADINGS = 1_500, 6
MIN_HEADLINE = 30  # characters of the heading of another story
# What stands before the names of others who worked on a text.
BESIDE_LABEL = re.compile(
    r"(?:review|check|edit|photo|illustrat|medical|verif|translat|geprüft|übersetz|foto|redigiert|relu)\w*"
    r"(?: by| von| par)?:?$",
    re.IGNORECASE,
)
MAX_LINES, MIN_LINE, MAX_LINE = 3_000, 6, 100
MAX_PLACES, MAX_TEXT, MAX_CONTAINER, MAX_CLIMB = 150, 200, 500, 6
ITEMPROP, REL, CLASS, LINK, DATA = "itemprop author", "rel=author", "class author", "link to an author", "data-author"
WEIGHTS = {ITEMPROP: 4.0, REL: 4.0, CLASS: 3.5, DATA: 3.0, LINK: 3.0}
NEAR, BEFORE, AFTER, UNKNOWN = 4.0, 3.0, 0.5, 1.0
MIN_SCORE = 2.5


class _Place(NamedTuple):
    element: HtmlElement
    mark: str
    byline: Byline
    score: float


def read_marked(tree: HtmlElement, headline: HtmlElement | None, own_names: frozenset[str]) -> Claim:
    """Return what the best marked byline names, with the bylines of the same mark beside it."""
    places: list[_Place] = []
    around = _Surroundings(headline)
    for element, mark in islice(_list_marked(tree, headline, around), MAX_PLACES):
        if any(place.element in list(element.iterancestors()) and place.mark == mark for place in places):
            continue
        if BESIDE_LABEL.search(_read_label(element)):
            continue
        score = WEIGHTS[mark] + around.rate(element)
        if score < MIN_SCORE:
            continue
        byline = _read_element(element, own_names)
        if byline.persons or byline.sources:
            places.append(_Place(element, mark, byline, score))
    if not places:
        return Claim()
    best = max(places, key=lambda place: (bool(place.byline.persons), place.score))
    group = [place for place in places if place is best or _belongs(place, best)]
    persons = dict.fromkeys(name for place in group for name in place.byline.persons)
    sources = dict.fromkeys(name for place in group for name in place.byline.sources)
    return Claim(tuple(persons), tuple(sources), best.mark, best.score >= WEIGHTS[best.mark] + NEAR)


def read_end(tree: HtmlElement, headline: HtmlElement | None, own_names: frozenset[str]) -> Claim:
    """Return what a short line below the headline names that begins as a byline: "Text: Ann Lee" under the article."""
    around = _Surroundings(headline)
    for element in islice(tree.iter("p", "div", "span", "em", "strong", "i", "b", "li", "address"), MAX_LINES):
        text = " ".join((element.text or "").split())
        if (
            MIN_LINE <= len(text) <= MAX_LINE
            and not len(element)
            and find_opening_phrase("by", normalize_headline(text))
        ):
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


class _Surroundings:
    """Where the elements of a page stand relative to its headline."""

    def __init__(self, headline: HtmlElement | None) -> None:
        self._headline = headline
        self._above = [] if headline is None else list(headline.iterancestors())
        self._depths = {element: depth for depth, element in enumerate(self._above)}
        # With the paragraphs that stand between.
        self.near = dict(_list_near(headline)) if headline is not None else {}

    def rate(self, element: HtmlElement) -> float:
        """Return how likely the byline in this element is that of the article, by its place."""
        cost, shared = self._rate_parts(element)
        if not self.near.get(element, 1):
            cost /= 2  # right below the headline a byline in a part of any name is mostly the article's
        if self._headline is None:
            return UNKNOWN - cost
        if element in self.near or shared is self._headline or shared is element:
            return NEAR - cost
        if shared is not None and self._depths[shared] <= 3 and self._stands_before(element, shared):
            return BEFORE - cost
        return AFTER - cost

    def _rate_parts(self, element: HtmlElement) -> tuple[float, HtmlElement | None]:
        """Return the cost of the parts of the page around the element, and the one it shares with the headline."""
        costs: dict[str, float] = {}
        for at, one in enumerate((element, *element.iterancestors())):
            if one in self._depths:
                return sum(costs.values()), one
            words = _read_words(one.get("class"), one.get("id"))
            if words & COMMENTS:
                costs["comments"] = 20.0
            if words & ELSEWHERE:
                costs["elsewhere"] = 6.0
            if one.tag in ASIDE:
                costs["aside"] = 1.0
            if 0 < at < MAX_CLIMB and _tells_another_story(one):
                costs["story"] = 6.0
        return sum(costs.values()), None

    def _stands_before(self, element: HtmlElement, shared: HtmlElement) -> bool:
        mine, others = {element, *element.iterancestors()}, {self._headline, *self._above}
        for child in shared:
            if child in mine:
                return True
            if child in others:
                return False
        return False


def _list_near(headline: HtmlElement) -> Iterator[tuple[HtmlElement, int]]:
    """Yield the elements that follow the headline and the paragraphs that have passed, until there are three."""
    paragraphs = steps = 0
    current: HtmlElement | None = headline
    while current is not None and current.tag != "body":
        for sibling in current.itersiblings():
            for element in sibling.iter():
                steps += 1
                yield element, paragraphs
                paragraphs += element.tag in {"p", "div"} and len(element.text or "") >= 150
                if paragraphs >= 3 or steps >= 500:
                    return
        current = current.getparent()


def _tells_another_story(element: HtmlElement) -> bool:
    """Return whether an element is a card: a heading of the length of a headline, and little text beside it."""
    headings = HEADINGS(element)
    return (
        0 < len(headings) <= MAX_CARD_HEADINGS
        and any(len(" ".join("".join(heading.itertext()).split())) >= MIN_HEADLINE for heading in headings)
        and len("".join(element.itertext())) <= MAX_CARD
    )


def _list_marked(
    tree: HtmlElement, headline: HtmlElement | None, around: _Surroundings
) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the elements that are marked as bylines, in page order, each with its mark."""
    others = set(OTHER_PLACES(tree))
    is_before = True  # the headline
    for element in tree.iter(etree.Element):
        is_before = is_before and element is not headline
        classes, name = element.get("class"), element.get("id")
        is_named = (classes is not None and _is_byline(classes)) or (name is not None and _is_byline(name))
        is_link = element.tag == "a" and (is_before or element in around.near)
        if (
            (is_named or is_link or element in others)
            and element.tag not in UNMARKED
            and (mark := _find_mark(element, is_named=is_named, is_link=is_link))
        ):
            yield element, mark


def _find_mark(element: HtmlElement, *, is_named: bool, is_link: bool) -> str:
    """Return how an element is marked as a byline, "" where it is not."""
    kinds = (element.get("itemprop") or "").split()
    if "author" in kinds or "creator" in kinds or element.get("property") in {"author", "schema:author"}:
        return ITEMPROP
    words = _read_words(element.get("class"), element.get("id"))
    if words & BESIDE_NAME and not words & {"name", "names"}:
        return ""
    if element.tag == "a" and "author" in (element.get("rel") or "").split():
        return REL
    if is_named:
        return CLASS
    if element.get("data-author") or element.get("data-author-name") or element.get("data-byline"):
        return DATA
    if is_link and AUTHOR_PAGE.search(element.get("href") or ""):
        return LINK
    return ""


@lru_cache(maxsize=8192)
def _is_byline(names: str) -> bool:
    """Return whether classes or an id are those of a byline."""
    return BYLINE.search(names) is not None and bool(_read_words(names, None) & BYLINE_WORDS)


def _read_element(element: HtmlElement, own_names: frozenset[str]) -> Byline:
    """Return what a marked element names."""
    named = [one for one in NAMED(element) if not _read_words(one.get("class"), None) & BESIDE_NAME]
    links = [
        one for one in element.iter("a") if AUTHOR_PAGE.search(one.get("href") or "") or one.get("rel") == "author"
    ]
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
            inner.tag in SCRIPTS or (inner is not element and _read_words(inner.get("class"), None) & BESIDE_NAME)
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


@lru_cache(maxsize=4096)
def _read_words(classes: str | None, name: str | None) -> frozenset[str]:
    """Return the words of classes and an id: "article__authorName" -> article, author, name."""
    parts = f"{classes or ''} {name or ''}"
    return frozenset(word.lower() for word in WORDS.findall(parts))

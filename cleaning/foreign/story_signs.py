"""Tell which heading of a page is the headline of another article, by what is written at it and around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cleaning.page.addresses import get_domain, resolve_link
from cleaning.page.headline_key import normalize_headline
from cleaning.page.part_names import read_part_names
from cleaning.phrases import find_opening_phrase

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from lxml.html import HtmlElement

LINKED = 0.7  # share of a headline's letters that are its link
MAX_LABEL_CHARACTERS = 60  # of a line over a headline: "Next article"
# Attributes in which scripts of endless pages keep the address of the article that an element holds.
ADDRESSES = re.compile(r"^(?:data-.*(?:url|uri|href|link|permalink|path|canonical)|itemid|resource|about|cite)$")
ARTICLE_TYPE = re.compile(r"(?:article|posting|report|review)$", re.IGNORECASE)
BYLINES = frozenset("date dateline time timestamp datetime pubdate published posted byline author authors".split())  # noqa: SIM905
# Words that name the element of a whole article.
STORIES = frozenset(
    "article articles story stories post posts entry news content item noticia artikel beitrag articulo artigo".split()  # noqa: SIM905
)
# How pages name the element that holds the next articles.
NEXT = re.compile(
    r"(?<![a-z])(?:next|following|infinite|endless|continuous|auto-?load(?:ed)?)[-_]?"
    r"(?:article|story|stories|post|up|news|item|scroll|content|read)s?(?![a-z])"
)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
DAY = re.compile(r"(?:19|20)\d\d|\d{1,2}[./]\d{1,2}[./]\d{2}|[12]\d{3}\s?[年년]|[٠-٩۰-۹०-९]{4}")


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for another article below a heading.

    `link` is the page of the same site that the heading or its article leads to. `byline`: a date or an author of its
    own. `article`: an element for articles of its own. `twin`: its element is named as that of the page's own article.
    `stated`: the page's JSON-LD has an article with this headline. `label`: a line over it, or the name of its element,
    announces another article. `goes_on`: a link below it leads to the rest of that article.
    """

    link: str = ""
    byline: bool = False
    article: bool = False
    twin: bool = False
    stated: bool = False
    label: bool = False
    goes_on: bool = False

    @property
    def count(self) -> int:
        return bool(self.link) + self.byline + self.stated + self.label


def find_link(heading: HtmlElement, unit: HtmlElement, url: str) -> str:
    """Return the address of another page of the site that a heading, or the article around it, leads to; else ""."""
    letters = len("".join(heading.itertext()).strip())
    around = heading.iterancestors("a")
    for link in (*heading.iter("a"), *around):
        if len("".join(link.itertext()).strip()) >= LINKED * letters:
            address = resolve_link(url, link.get("href") or "")
            if _is_other_page(address, url):
                return address
    for element in _walk_up(heading, unit):
        for name, value in element.attrib.items():
            if ADDRESSES.match(name) and "/" in value:
                address = resolve_link(url, value)
                if _is_other_page(address, url):
                    return address
    return ""


def _is_other_page(address: str, url: str) -> bool:
    """Return whether an address is one of the same site with another path; the front page and files do not count."""
    if not address.startswith("http") or get_domain(address) != get_domain(url):
        return False
    try:
        other, own = urlsplit(address), urlsplit(url)
    except ValueError:
        return False
    path = other.path.rstrip("/")
    if path.lower().endswith((".jpg", ".jpeg", ".png", ".webp", ".gif", ".svg", ".js", ".css", ".json", ".mp4")):
        return False
    if path == own.path.rstrip("/"):
        return "id=" in other.query and other.query != own.query
    return bool(path)


def has_article_element(heading: HtmlElement, unit: HtmlElement) -> bool:
    """Return whether the heading stands in an element for an article, the unit itself or one in it."""
    return any(is_article_element(element) for element in _walk_up(heading, unit))


def is_article_element(element: HtmlElement) -> bool:
    return (
        element.tag == "article"
        or element.get("role") == "article"
        or ARTICLE_TYPE.search((element.get("itemtype") or "").rstrip("/")) is not None
    )


def is_twin(unit: HtmlElement, own: HtmlElement) -> bool:
    """Return whether two elements are built alike and named as articles."""
    if unit.tag != own.tag:
        return False
    return _is_story_name(_read_classes(unit) & _read_classes(own))


def is_story_name(element: HtmlElement) -> bool:
    """Return whether an element is named as one for a whole article."""
    return _is_story_name(_read_classes(element))


def _is_story_name(classes: Collection[str]) -> bool:
    return any(read_part_names(f"x.{name}") & STORIES for name in classes)


def has_same_look(heading: HtmlElement, headline: HtmlElement) -> bool:
    """Return whether both have the same tag and the same classes, and some."""
    classes = _read_classes(heading)
    return heading.tag == headline.tag and bool(classes) and classes == _read_classes(headline)


def has_byline(elements: Iterator[HtmlElement]) -> bool:
    """Return whether one of these elements shows a day or is named as a byline. A time of day alone is an entry's."""
    for element in elements:
        if element.tag == "time":
            if DAY.search(element.get("datetime") or "") or DAY.search("".join(element.itertext())):
                return True
        elif element.get("rel") == "author" or element.get("itemprop") in ("author", "datePublished"):
            return True
        else:
            label = f"x.{'.'.join((element.get('class') or '').split())}"
            names = read_part_names(label) & BYLINES
            if names - {"time", "timestamp", "date"} or (names and DAY.search("".join(element.itertext()))):
                return True
    return False


def is_named_next(heading: HtmlElement, unit: HtmlElement) -> bool:
    """Return whether the heading stands in an element that is named as one for the next articles."""
    names = (f"{element.get('id') or ''} {element.get('class') or ''}" for element in _walk_up(heading, unit))
    return any(NEXT.search(CAMEL.sub("-", name).lower()) for name in names)


def has_rest_elsewhere(unit: HtmlElement, url: str) -> bool:
    """Return whether a link in a unit says that it leads to the rest of an article, on another page."""
    return any(
        is_label(link) and _is_other_page(resolve_link(url, link.get("href") or ""), url) for link in unit.iter("a")
    )


def is_label(element: HtmlElement) -> bool:
    """Return whether an element holds nothing but a line that announces another article."""
    words = ""
    for text in element.itertext(with_tail=False):  # most elements hold too much after a text or two
        words = f"{words} {text.strip()}".strip()
        if len(words) > MAX_LABEL_CHARACTERS:
            return False
    if not words:
        return False
    key = normalize_headline(words)
    return any(find_opening_phrase(kind, key) == key for kind in ("see_also", "more"))


def _walk_up(element: HtmlElement, last: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the element and those around it up to the last one."""
    yield element
    while element is not last:
        element = element.getparent()
        if element is None:
            return
        yield element


def _read_classes(element: HtmlElement) -> frozenset[str]:
    return frozenset((element.get("class") or "").split())

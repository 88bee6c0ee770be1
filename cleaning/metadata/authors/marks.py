"""Find the elements that a page marks as bylines: by microdata, classes, data for scripts, links to authors."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from lxml.html import HtmlElement

# A part of the classes and ids of bylines.
BYLINE = re.compile(r"uth?[oe]|yline|riter|erfasser|eporter|ournalis|card|ontribut|ignatur|irma")
# Attributes that mark a byline whatever its classes are, and the elements that have them.
ATTRIBUTES = frozenset(("itemprop", "property", "rel", "data-author", "data-author-name", "data-byline"))
OTHER_PLACES = etree.XPath(
    "//@itemprop[contains(., 'author') or contains(., 'creator')]/.. | //a/@rel[contains(., 'author')]/.."
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
# A folder of an address that holds the pages of authors, and other addresses of such pages.
AUTHOR_FOLDER = re.compile(
    r"(?:[\w-]+-)?(?:authors?|autor|autoren|autore|autori|autores|auteurs?|staff|people|profiles?|journalists?|reporters?"
    r"|toireporter|contributors?|writers?|editors|signataires|users?|by|redakteure?|team|bloggers?|columnists?|u"
    r"|author-?profile|redaktion|verfasser|forfatter|skribent|penulis|yazarlar?|muhabir|avtor|author_\w+)"
    r"(?:-(?:und|and)-[\w-]+)?",
    re.IGNORECASE,
)
AUTHOR_ADDRESS = re.compile(r"[?&]author=|/@[\w.-]+/?$|/author-", re.IGNORECASE)
UNMARKED = frozenset(("script", "style", "meta", "link", "img", "body", "html", "form", "input", "button"))
ITEMPROP, REL, CLASS, LINK, DATA = "itemprop author", "rel=author", "class author", "link to an author", "data-author"


def list_marked(
    tree: HtmlElement, headline: HtmlElement | None, near: Collection[HtmlElement]
) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the elements of a page that are marked as bylines, in page order, each with its mark.

    Links count before the headline and among the elements near it.
    """
    links = {*_list_links_before(tree, headline), *(one for one in near if one.tag == "a" and _is_author_link(one))}
    places = links.union(OTHER_PLACES(tree))
    for element in tree.iter(etree.Element):
        classes, name = element.get("class"), element.get("id")  # most elements have neither
        if (element in places or (classes and _is_byline(classes)) or (name and _is_byline(name))) and (
            mark := find_mark(element, may_link=element in links)
        ):
            yield element, mark


def list_marked_among(elements: Sequence[HtmlElement]) -> Iterator[tuple[HtmlElement, str]]:
    """Yield those of these elements that are marked as bylines, each with its mark. All links among them count."""
    for element in elements:
        if (
            _is_byline(element.get("class", ""))
            or _is_byline(element.get("id", ""))
            or not ATTRIBUTES.isdisjoint(element.keys())
            or (element.tag == "a" and _is_author_link(element))
        ) and (mark := find_mark(element, may_link=True)):
            yield element, mark


def find_mark(element: HtmlElement, *, may_link: bool) -> str:
    """Return how an element is marked as a byline, "" where it is not."""
    if element.tag in UNMARKED:
        return ""
    kinds = (element.get("itemprop") or "").split()
    if "author" in kinds or "creator" in kinds or element.get("property") in {"author", "schema:author"}:
        return ITEMPROP
    words = read_words(element.get("class"), element.get("id"))
    if words & BESIDE_NAME and not words & {"name", "names"}:
        return ""
    if element.tag == "a" and "author" in (element.get("rel") or "").split():
        return REL
    if _is_byline(element.get("class", "")) or _is_byline(element.get("id", "")):
        return CLASS
    if element.get("data-author") or element.get("data-author-name") or element.get("data-byline"):
        return DATA
    if may_link and element.tag == "a" and _is_author_link(element):
        return LINK
    return ""


@lru_cache(maxsize=4096)  # a page's links are asked for by several, and its menus repeat them
def is_author_page(address: str) -> bool:
    """Return whether an address looks like that of an author's page, or of what else is kept of one person."""
    folders = address.split("/")[1:]
    return any(page and page[0] not in "?#" and _holds_authors(folder) for folder, page in pairwise(folders)) or (
        ("@" in address or "author" in address.lower()) and AUTHOR_ADDRESS.search(address) is not None
    )


@lru_cache(maxsize=4096)
def read_words(classes: str | None, name: str | None) -> frozenset[str]:
    """Return the words of classes and an id: "article__authorName" -> article, author, name."""
    parts = f"{classes or ''} {name or ''}"
    return frozenset(word.lower() for word in WORDS.findall(parts))


def _list_links_before(tree: HtmlElement, headline: HtmlElement | None) -> Iterator[HtmlElement]:
    """Yield the links to authors before the headline; all of the page where it has none."""
    for element in tree.iter("a") if headline is None else tree.iter("a", headline.tag):
        if element is headline:
            return
        if element.tag == "a" and _is_author_link(element):
            yield element


def _is_author_link(element: HtmlElement) -> bool:
    return is_author_page(element.get("href") or "")


@lru_cache(maxsize=8192)
def _is_byline(names: str) -> bool:
    """Return whether classes or an id are those of a byline."""
    return BYLINE.search(names) is not None and bool(read_words(names, None) & BYLINE_WORDS)


@lru_cache(maxsize=4096)
def _holds_authors(folder: str) -> bool:
    return AUTHOR_FOLDER.fullmatch(folder) is not None

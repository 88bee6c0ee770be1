"""Find the pager of a page: the links to the other pages of its article.

A link belongs to the pager if its address is that of this page with another number (`page_numbers.py`) and something
says that it leads through the article: `rel=next`, its number as the link's text, a pager around it, or so few words
that they are no headline. Links among readers' comments do not count, and neither do live blogs and galleries, whose
pages are no parts of a text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from cleaning.page.addresses import resolve_link
from cleaning.page.canonical import to_canonical_url
from cleaning.page.part_names import COMMENTS, read_part_names
from cleaning.parts.page_numbers import PartAddress, PartForm, read_part_addresses
from cleaning.records.article import Pager

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from cleaning.records.article import Article
    from cleaning.records.given import Page

_NO_PARTS = frozenset(("live", "gallery", "section", "forum", "product", "profile"))  # kinds of pages
_NO_PART_PATH = re.compile(
    r"(?:^|[/_-])(?:live-?blogs?|live-?ticker|live|galler(?:y|ies)|galerie|bildergalerie|fotostrecke|slideshow|diaporama"
    r"|photos?|bilder|fotos?)(?=[/_-]|$)",
    re.IGNORECASE,
)
_PAGER_NAME = re.compile(
    r"pagin|pager|page-?(?:num|link|nav|list)|pagenav|multi-?page|next-?page|post-?pages|paging|seiten|toc",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d{1,3}")
_DIGIT_OR_WHOLE = re.compile(r"\d|all|full|single|one|komplett|complet|integral|todo|tout|tutt", re.IGNORECASE)
_SHORT_HREF = 12  # characters: "page/2", "2.html"
_LEVELS = 4  # elements around a link that may be named as its pager
MAX_LINKS = 3_000  # of a page that are looked at
MAX_LABEL_CHARACTERS = 40  # of a link that is no headline; where the address says little, 25
_SHORT_LABEL = 25


class _Link(NamedTuple):
    url: str
    address: PartAddress
    is_next: bool  # rel=next
    is_numbered: bool  # its text is the number, or has it
    is_in_pager: bool
    label: str

    @property
    def is_certain(self) -> bool:
        return self.is_next or self.is_numbered or self.is_in_pager


def find_pager(tree: HtmlElement, page: Page, draft: Article) -> Pager | None:
    """Return the pager of a page; None if it has none. The tree must be unchanged since parsing.

    Where `page.first_page` is given, the page is known to be a part of that article.
    """
    url = to_canonical_url(page.url)
    if url is None or draft.page_kind in _NO_PARTS or _NO_PART_PATH.search(urlsplit(url).path):
        return None
    readings = read_part_addresses(url)
    by_key = {reading.key: reading for reading in readings}
    if page.first_page is not None:
        first_keys = {reading.key for reading in read_part_addresses(page.first_page) if reading.number <= 1}
        by_key = {key: by_key.get(key, readings[0]) for key in first_keys}
    links = list(_iter_links(tree, url, by_key))
    own = _find_own_reading(links, readings, page, draft)
    pages: dict[int, str] = {}
    whole: str | None = None
    for link in links:
        if link.address.key != own.key or not _is_believed(link, own):
            continue
        if link.address.form is PartForm.WHOLE:
            whole = whole or link.url
        else:
            pages.setdefault(link.address.number, link.url)
    if not pages and whole is None:
        return None
    first = page.first_page or (url if own.number <= 1 else pages.get(1))
    return Pager(own.number, tuple(sorted(pages.items())), whole, first)


def _find_own_reading(links: list[_Link], readings: list[PartAddress], page: Page, draft: Article) -> PartAddress:
    """Return the right reading of the page's own address: a later part only if the page itself leads back."""
    if page.first_page is not None:
        keys = {reading.key for reading in read_part_addresses(page.first_page) if reading.number <= 1}
        return next((one for one in readings if one.key in keys), PartAddress(min(keys), 1, PartForm.PLAIN))
    for reading in readings:
        if reading.number < 2:
            continue
        back = [link for link in links if link.address.key == reading.key and link.address.number == 1]
        if any(link.is_numbered or link.is_in_pager for link in back):
            return reading
        if back and draft.canonical_url in {link.url for link in back}:
            return reading
    linked = [link.address.key for link in links]
    return max((one for one in readings if one.number == 1), key=lambda one: linked.count(one.key))


def _is_believed(link: _Link, own: PartAddress) -> bool:
    if link.is_certain:
        return True
    if link.address.form in (PartForm.QUERY, PartForm.WORD, PartForm.PATH, PartForm.WHOLE):
        return len(link.label) <= MAX_LABEL_CHARACTERS
    return len(link.label) <= _SHORT_LABEL and link.address.number == own.number + 1


def _iter_links(tree: HtmlElement, url: str, by_key: dict[str, PartAddress]) -> Iterator[_Link]:
    """Yield the links of the page to another address that is its own with another number."""
    base = next((one for one in tree.iter("base") if one.get("href") is not None), None)
    origin = url if base is None else resolve_link(url, base.get("href") or "")
    slugs = {_get_slug(key) for key in by_key}
    among_comments: dict[HtmlElement, bool] = {}
    seen = 0
    for element in tree.iter("a", "link"):
        href = (element.get("href") or "").strip()
        if not href or not _may_be_part(href, slugs):
            continue
        seen += 1
        if seen > MAX_LINKS:
            return
        if href == url or "comment" in href.partition("#")[2].lower():
            continue
        address = to_canonical_url(href, origin)
        if address is None or address == url:
            continue
        readings = [one for one in read_part_addresses(address) if one.key in by_key]
        numbered = [one for one in readings if one.form != PartForm.PLAIN]
        for one in numbered or readings[:1]:
            if not _is_among_comments(element.getparent(), among_comments):
                yield _describe_link(element, address, one)


def _may_be_part(href: str, slugs: set[str]) -> bool:
    """Return whether a link may lead to another part. Most links do not, and parsing their addresses takes long."""
    if href[0] == "?" or len(href) < _SHORT_HREF:
        return _DIGIT_OR_WHOLE.search(href) is not None
    if slugs == {""}:
        return _DIGIT_OR_WHOLE.search(unquote(href)) is not None
    # The slug stands in the path. Links that share the article have its address in their query.
    text = unquote(href) if "%" in href else href
    for slug in slugs:
        if slug in text:
            path = href.partition("?")[0].partition("#")[0] or href
            if slug in (unquote(path) if "%" in path else path):
                return True
    return False


def _get_slug(key: str) -> str:
    return key.partition("?")[0].rpartition("/")[2]


def _describe_link(element: HtmlElement, url: str, address: PartAddress) -> _Link:
    label = " ".join((element.text_content() or "").split())[:200]
    names = [element.get("aria-label") or "", element.get("title") or ""]
    around = element
    for _ in range(_LEVELS):
        names += [around.get("class") or "", around.get("id") or ""]
        parent = around.getparent()
        if parent is None or parent.tag in ("body", "article", "main"):
            break
        around = parent
    is_numbered = (
        element.tag == "a"
        and 0 < len(label) <= MAX_LABEL_CHARACTERS
        and address.number in {int(digits) for digits in _DIGITS.findall(label)}
    )
    relations = (element.get("rel") or "").lower().split()
    is_in_pager = element.tag == "a" and any(_PAGER_NAME.search(name) for name in names if len(name) < 200)
    return _Link(url, address, "next" in relations, is_numbered, is_in_pager, label)


def _is_among_comments(element: HtmlElement | None, known: dict[HtmlElement, bool]) -> bool:
    """Return whether an element, or one around it, holds what readers wrote; `known` are those that were asked for."""
    asked = []
    found = False
    while element is not None and element.tag != "body":
        if element in known:
            found = known[element]
            break
        asked.append(element)
        label = ".".join(("", *(element.get("class") or "").split(), element.get("id") or ""))
        if len(label) > 1 and (names := read_part_names(label) & COMMENTS) and not names & {"opinion", "opinions"}:
            found = True
            break
        element = element.getparent()
    known.update(dict.fromkeys(asked, found))
    return found

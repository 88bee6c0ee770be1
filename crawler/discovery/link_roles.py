"""Find out what a link is on its page: a headline, an entry of a menu, or neither. See docs/discovery.md."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cleaning.page.headline_key import normalize_headline
from cleaning.page.lines import normalize_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CONTENT = frozenset(("article", "main", "body"))
_MENU_TAGS = frozenset(("nav", "footer", "menu"))
_MENU_ROLES = frozenset(("navigation", "contentinfo", "menu", "menubar"))
# Words in ids and classes. "mainnav" and "submenu" are words of their own, "menuscript" is none.
_MENU_WORD = re.compile(
    r"(?:^|[-_\s])(?:[a-z]{0,8}(?:nav|menu)|navigation|navbar|footer|breadcrumbs?|pagination|pager|tag-?cloud|tag-?list"
    r"|tags|toolbar|sitemap)(?:$|[-_\s])",
    re.IGNORECASE,
)
# A class that far up often names a feature of the whole page ("has-nav"), not the part that the link is in.
_MAX_MENU_STEPS = 6
_MAX_HEADING_STEPS = 4
_PATTERN_STEPS = 4
_MAX_DEPTH = 260  # libxml2 nests no deeper
# Links of one pattern are headlines if so many addresses, and such a share of them, have a text as long as a headline.
_MIN_GROUP, _MIN_GROUP_SHARE = 3, 0.6
_MIN_HEADLINES = 10  # of a page that links its articles by their headlines
_MIN_SHARED = 3  # addresses under one short text, from which on it is no name
_MAX_LABEL_WORDS = 3
_MAX_TEXT = 300
_SLUG_BREAK = re.compile(r"[-_+.\s]+")
_DIGITS = re.compile(r"\d+")


class LinkRole(Enum):
    """What the links of a page to one address are on it."""

    MENU = auto()  # its name in a menu, a footer, a list of tags
    UNKNOWN = auto()  # neither, or both
    HEADLINE = auto()  # a headline: in a heading, or one of several links built alike


@dataclass(slots=True)
class PageLink:
    """One link of a page."""

    element: etree._Element
    address: str  # as it is written
    url: str | None  # its canonical form, None if it has none
    headlines: list[str]


@dataclass(slots=True)
class _Signs:
    """What the links to one address say of it."""

    is_headline: bool = False
    is_name: bool = False
    labels: set[str] = field(default_factory=set)  # short texts outside of menus

    @property
    def role(self) -> LinkRole:
        if self.is_headline == self.is_name:
            return LinkRole.UNKNOWN
        return LinkRole.HEADLINE if self.is_headline else LinkRole.MENU


_Pattern = tuple[str, ...]


@dataclass(slots=True)
class _Groups:
    """The links of a page that are built alike: by pattern, each address with whether a text of it is a headline."""

    members: dict[_Pattern, dict[str, bool]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, pattern: _Pattern, url: str, *, is_headline: bool) -> None:
        group = self.members[pattern]
        group[url] = group.get(url, False) or is_headline

    def are_headlines(self, pattern: _Pattern) -> bool:
        found = self.members[pattern].values()
        return len(found) >= _MIN_GROUP and sum(found) >= _MIN_GROUP_SHARE * len(found)


def find_roles(links: Sequence[PageLink]) -> dict[str, LinkRole]:
    """Return the role of each canonical URL that `links` lead to.

    In a menu every text is a name, unless most of the texts built alike are headlines ("most read" in a footer). On a
    page that links headlines, a short text of its own is a name, too; one that many links share ("Read more") is none.
    """
    signs: dict[str, _Signs] = defaultdict(_Signs)
    groups, menu_groups = _Groups(), _Groups()
    in_menu: dict[etree._Element, bool] = {}
    patterns: list[tuple[PageLink, bool, _Pattern]] = []
    for link in links:
        text = _read_text(link.element)
        parent = link.element.getparent()
        if link.url is None or not text or parent is None:
            continue  # without a text it is around a picture
        if parent not in in_menu:
            in_menu[parent] = _is_in_menu(parent)
        _add_signs(signs[link.url], link, text, is_in_menu=in_menu[parent])
        if parent.tag != "body":  # nothing says that links right in the page are built alike
            pattern = _find_pattern(link.element)
            (menu_groups if in_menu[parent] else groups).add(pattern, link.url, is_headline=bool(link.headlines))
            patterns.append((link, in_menu[parent], pattern))
    for link, is_in_menu, pattern in patterns:
        if not is_in_menu:
            signs[link.url or ""].is_headline |= groups.are_headlines(pattern)
        elif link.headlines and not menu_groups.are_headlines(pattern):
            signs[link.url or ""].is_name = True
    _find_names(signs)
    return {url: sign.role for url, sign in signs.items()}


def _add_signs(sign: _Signs, link: PageLink, text: str, *, is_in_menu: bool) -> None:
    if is_in_menu:
        sign.is_name |= not link.headlines
    elif link.headlines:
        sign.is_headline |= _is_in_heading(link.element)
    else:
        sign.labels.add(text)
        sign.is_name |= _is_label(text, link.address)


def _find_names(signs: dict[str, _Signs]) -> None:
    """Take short texts for names where articles are linked by their headlines."""
    if sum(sign.is_headline for sign in signs.values()) < _MIN_HEADLINES:
        return
    uses = Counter(label for sign in signs.values() for label in sign.labels)
    for sign in signs.values():
        if not sign.is_headline and any(uses[label] < _MIN_SHARED for label in sign.labels):
            sign.is_name = True


def _read_text(link: etree._Element) -> str:
    return normalize_line(" ".join(islice(link.itertext(), 20)).replace("\u00ad", "")[:_MAX_TEXT])


def _is_label(text: str, address: str) -> bool:
    """Return whether the text is the last word of the address, written out: "US news" for /us-news/."""
    words = normalize_headline(text).split()
    slug = address.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]
    if not words or len(words) > _MAX_LABEL_WORDS or len(slug) > _MAX_TEXT:
        return False
    return set(words) == set(normalize_headline(" ".join(_SLUG_BREAK.split(unquote(slug)))).split())


def _is_in_heading(link: etree._Element) -> bool:
    if next(link.iter(*_HEADINGS), None) is not None:
        return True
    return any(element.tag in _HEADINGS for element in islice(link.iterancestors(), _MAX_HEADING_STEPS))


def _is_in_menu(parent: etree._Element) -> bool:
    element: etree._Element | None = parent
    for step in range(_MAX_DEPTH):
        if element is None or element.tag in _CONTENT:
            return False
        if element.tag in _MENU_TAGS or (element.get("role") or "").lower() in _MENU_ROLES:
            return True
        names = f"{element.get('id') or ''} {element.get('class') or ''}"[:_MAX_TEXT]
        if step < _MAX_MENU_STEPS and _MENU_WORD.search(names):
            return True
        element = element.getparent()
    return False


def _find_pattern(link: etree._Element) -> tuple[str, ...]:
    """Return tags and first classes of the link and the elements around it, without numbers: alike for alike parts."""
    around = [link, *islice(link.iterancestors(), _PATTERN_STEPS)]
    return tuple(f"{one.tag}.{_DIGITS.sub('', (one.get('class') or '').strip().partition(' ')[0])}" for one in around)

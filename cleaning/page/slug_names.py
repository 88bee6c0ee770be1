"""Take slugs out of ids and classes: the id "related-costs" of a section "Related costs" names no part of the page.

A slug is made of the words of a heading: of the element's own, or of the one that it begins with. Where such words name
parts of pages ("share-of-the-vote", "comments-of-the-waterworks"), everything that reads names would take the section
for such a part, trafilatura before all.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from cleaning.page.headline_key import normalize_headline
from cleaning.page.part_names import CHROME, COMMENTS
from cleaning.page.tags import HEADINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lxml.html import HtmlElement

MAX_HEADINGS = 300
MAX_AROUND = 3  # elements around a heading that its slug may name
MIN_WORDS = 2  # of a slug; one word may name a part as well as a heading, unless sections alike stand beside it
MIN_PROSE_CHARACTERS = 60  # of a text in the element that is no link
MIN_LETTERS = 4  # of a word that says what a heading is about
LABELS = frozenset(
    """
    about this that your from more with latest article articles story stories news post posts content link links read
    reading video videos here also site page editor editors team
    """.split()  # noqa: SIM905 -- forty quoted words read worse
)
MAX_HEADING_CHARACTERS = 200
WHOLE = frozenset(("html", "body", "main"))
NAMES = CHROME | COMMENTS
BETWEEN = re.compile(r"[^\W_]+")
# Words that programs write before a slug, and numbers.
ADDED = frozenset(("h", "s", "section", "sec", "toc", "id", "anchor", "heading", "part", "chapter", "block"))
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae"})


def forget_slugs(tree: HtmlElement, is_label: Callable[[str], bool]) -> None:
    """Remove ids and classes that are the slug of the heading in their element. The tree is changed.

    `is_label` tells of a headline key whether it labels a part of a page ("Related articles"): its slug stays.
    """
    for heading in islice(tree.iter(*HEADINGS), MAX_HEADINGS):
        element = heading
        text: str | None = None
        for _ in range(MAX_AROUND):
            slugs = _list_possible_slugs(element.get("id") or "", element.get("class") or "")
            if slugs:
                text = " ".join("".join(heading.itertext()).split()) if text is None else text
                if _may_hold(text, slugs) and (keys := _read_keys(text)):
                    _forget(element, heading, slugs, keys, is_label)
            element = element.getparent()
            if element is None or element.tag in WHOLE:
                break


@lru_cache(maxsize=1024)  # a page's headings stand in elements of one name
def _list_possible_slugs(identity: str, classes: str) -> tuple[str, ...]:
    """Return which of an element's id and classes have the form of a slug."""
    found = [name for name in classes.split() if len(_split_name(name)) >= MIN_WORDS]
    if identity and (len(words := _split_name(identity)) >= MIN_WORDS or not NAMES.isdisjoint(words)):
        found.append(identity)
    return tuple(found)


def _may_hold(text: str, slugs: Sequence[str]) -> bool:
    """Return whether one of the slugs may be that of a heading with this text: its first word stands in it."""
    if not text.isascii():
        return True
    small = text.lower()
    return any(next(iter(_split_name(slug))) in small for slug in slugs)


@lru_cache(maxsize=16)  # the elements around a heading ask for it one after the other
def _read_keys(text: str) -> tuple[str, ...]:
    """Return the key of a heading, and that with its umlauts written out; none where it has no subject of its own."""
    key = normalize_headline(text) if len(text) <= MAX_HEADING_CHARACTERS else ""
    if not _names_subject(key.split()):
        return ()
    small = text.lower()
    written = small if text.isascii() else small.translate(UMLAUTS)
    return (key,) if written == small else (key, normalize_headline(written))


def _forget(
    element: HtmlElement,
    heading: HtmlElement,
    slugs: Sequence[str],
    keys: Sequence[str],
    is_label: Callable[[str], bool],
) -> None:
    found = [slug for slug in slugs if any(_is_slug(slug, key.split()) for key in keys)]
    if not found or not (element is heading or _begins_with(element, heading)):
        return
    if any(len(_split_name(slug)) < MIN_WORDS for slug in found) and not _has_alike(element, heading):
        return
    if is_label(keys[0]) or not (element is heading or _has_prose(element)):
        return
    for name in ("id", "class"):
        kept = [part for part in (element.get(name) or "").split() if part not in found]
        if kept:
            element.set(name, " ".join(kept))
        elif name in element.attrib:
            del element.attrib[name]


@lru_cache(maxsize=4096)
def _split_name(name: str) -> dict[str, None]:
    """Return the words of an id or class in their order, without those that programs add."""
    words = BETWEEN.findall(name.lower()) if len(name) <= MAX_HEADING_CHARACTERS else []
    return dict.fromkeys(word for word in words if word not in ADDED and not word.isdecimal())


def _is_slug(name: str, heading: list[str]) -> bool:
    """Return whether a name is made of words of the heading, in their order; a single one must be its first."""
    words = list(_split_name(name))
    if len(words) < MIN_WORDS:
        return heading[:1] == words
    rest = iter(heading)
    return all(word in rest for word in words)


def _has_alike(element: HtmlElement, heading: HtmlElement) -> bool:
    """Return whether an element is one of several sections, beside another with such a heading, and has no links."""
    if element is heading or next(element.iter("a"), None) is not None:
        return False
    beside = (*element.itersiblings(element.tag, preceding=True), *element.itersiblings(element.tag))
    return any(next(other.iter(heading.tag), None) is not None for other in beside)


def _names_subject(words: list[str]) -> bool:
    """Return whether a heading has a word of its own, beside those that name and label parts of pages."""
    return any(len(word) >= MIN_LETTERS and word not in NAMES and word not in LABELS for word in words)


def _begins_with(element: HtmlElement, heading: HtmlElement) -> bool:
    """Return whether the heading is the first text in an element."""
    for inner in element.iter():
        if inner is heading:
            return True
        if isinstance(inner.tag, str) and inner.text and inner.text.strip():
            return False
        if inner is not element and inner.tail and inner.tail.strip():
            return False
    return False


def _has_prose(element: HtmlElement) -> bool:
    """Return whether an element holds a text that is no link: lists of other articles hold links."""
    return any(
        len(inner.text.strip()) >= MIN_PROSE_CHARACTERS
        for inner in element.iter("p", "div", "li", "td", "dd", "span", "section")
        if inner.text
    )

"""Take slugs out of ids and classes: the id "related-costs" of a section "Related costs" names no part of the page.

A slug is made of the words of a heading: of the element's own, or of the one that it begins with. Where such words name
parts of pages ("share-of-the-vote", "comments-of-the-waterworks"), everything that reads names would take the section
for such a part, trafilatura before all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.page.headline_key import normalize_headline
from cleaning.page.part_names import CHROME, COMMENTS
from cleaning.page.tags import HEADINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.html import HtmlElement

MAX_HEADINGS = 300
MAX_AROUND = 3  # elements around a heading that its slug may name
MIN_WORDS = 2  # of a slug; one word may name a part as well as a heading
MIN_PROSE_CHARACTERS = 60  # of a text in the element that is no link
MIN_LETTERS = 4  # of a word that says what a heading is about
LABELS = frozenset(
    """
    about this that your from more with latest article articles story stories news post posts content link links read
    reading video videos here also site page editor editors team
    """.split()  # noqa: SIM905 -- forty quoted words read worse
)
MAX_HEADING_CHARACTERS = 200
BETWEEN = re.compile(r"[^\W_]+")
# Words that programs write before a slug, and numbers.
ADDED = frozenset(("h", "s", "section", "sec", "toc", "id", "anchor", "heading", "part", "chapter", "block"))
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae"})


def forget_slugs(tree: HtmlElement, is_label: Callable[[str], bool]) -> None:
    """Remove ids and classes that are the slug of the heading in their element. The tree is changed.

    `is_label` tells of a headline key whether it labels a part of a page ("Related articles"): its slug stays.
    """
    for number, heading in enumerate(tree.iter(*HEADINGS)):
        if number >= MAX_HEADINGS:
            return
        element = heading
        for depth in range(MAX_AROUND):
            named = [name for name in ("id", "class") if has_parts(element.get(name))]
            if named and (depth == 0 or _begins_with(element, heading)):
                _forget(element, heading, named, is_label)
            parent = element.getparent()
            if parent is None or parent.tag in ("body", "main", "html"):
                break
            element = parent


def has_parts(name: str | None) -> bool:
    """Return whether an id or one of these classes is made of several words."""
    return name is not None and ("-" in name or "_" in name)


def _forget(element: HtmlElement, heading: HtmlElement, named: list[str], is_label: Callable[[str], bool]) -> None:
    text = " ".join("".join(heading.itertext()).split())
    if (
        not text
        or len(text) > MAX_HEADING_CHARACTERS
        or is_label(normalize_headline(text))
        or not _names_subject(normalize_headline(text).split())
    ):
        return
    keys = [normalize_headline(text).split(), normalize_headline(text.lower().translate(UMLAUTS)).split()]
    for name in named:
        kept = [part for part in (element.get(name) or "").split() if not any(_is_slug(part, words) for words in keys)]
        if len(kept) == len((element.get(name) or "").split()):
            continue
        if element is not heading and not _has_prose(element):
            return
        if kept:
            element.set(name, " ".join(kept))
        else:
            del element.attrib[name]


def _is_slug(name: str, heading: list[str]) -> bool:
    """Return whether a name is made of words of the heading, in their order."""
    words = [word for word in BETWEEN.findall(name.lower()) if word not in ADDED and not word.isdecimal()]
    if len(words) < MIN_WORDS:
        return False
    rest = iter(heading)
    return all(word in rest for word in words)


def _names_subject(words: list[str]) -> bool:
    """Return whether a heading has a word of its own, beside those that name and label parts of pages."""
    return any(len(word) >= MIN_LETTERS and word not in CHROME | COMMENTS | LABELS for word in words)


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

"""A headline that is no heading: many pages, the older ones above all, show it in a line of any element."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cleaning.headings import LONGEST_HEADING, UNSPACED
from cleaning.lines import tidy
from cleaning.runs import UNREAD
from cleaning.title_parts import SiteNames, runs_of_parts

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from cleaning.structured import Said

MOST_ELEMENTS = 5_000
SHORTEST = 12  # letters of a line; a shorter part of a title is the name of a section, too
SURE, MOST_OF_TITLE = 20, 0.3  # letters, and share of its title, of a line that can be nothing but the headline
# What the element that holds the headline is called, where it is no heading.
CLASSES = frozenset(
    """
    headline article-headline article-title article_title articletitle entry-title post-title story-headline
    story-title news-title newstitle arttitle
    """.split()  # noqa: SIM905
)


class Title(NamedTuple):
    """A headline, where it was found, and the element that shows it (None where the page's body does not)."""

    text: str = ""
    source: str = ""
    element: HtmlElement | None = None


class Shown(NamedTuple):
    """What a page without a heading for it shows as its headline.

    `line` is the longest line that is also a title or a part of one, `is_sure` where it is no mere label; `called` is
    the first element that is called the headline.
    """

    line: Title | None = None
    is_sure: bool = False
    called: Title | None = None


def shown_title(tree: HtmlElement, titles: list[Said], names: SiteNames) -> Shown:
    body = tree.find("body")
    if body is None:
        return Shown()
    shares = {
        run.casefold(): len(run) / len(said.text)
        for said in reversed(titles)
        for run in (*runs_of_parts(said.text), said.text)
        if _weight(run) >= SHORTEST and run not in names
    }
    line: Title | None = None
    called: Title | None = None
    for element in islice(body.iter("*"), MOST_ELEMENTS):
        text = element.text
        if text and len(text) < LONGEST_HEADING and element.tag not in UNREAD:
            words = " ".join(text.split())
            if words.casefold() in shares and (line is None or len(words) > len(line.text)):
                line = Title(words, "a line that is in the title, too", element)
        if called is None and (label := _label(element)):
            words = tidy(" ".join(element.itertext()))
            if len(words) <= LONGEST_HEADING and len(element) <= 1 and _weight(words) >= SHORTEST:
                called = Title(words, label, element)
    is_sure = line is not None and _weight(line.text) >= SURE and shares[line.text.casefold()] >= MOST_OF_TITLE
    return Shown(line, is_sure, called)


def _weight(text: str) -> int:
    """Letters and digits, two for one of a script that writes a word in one or two."""
    return sum(map(str.isalnum, text)) + (0 if text.isascii() else len(UNSPACED.findall(text)))


def _label(element: HtmlElement) -> str:
    if element.get("itemprop") == "headline":
        return "itemprop headline"
    classes = element.get("class")
    if classes and element.tag not in ("a", "li", "ul", "section", "article"):
        for name in classes.lower().split():
            if name in CLASSES:
                return f"class {name}"
    return ""

"""Find a headline that is no heading: many pages, most of them older, show it in a line of any element."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cleaning.metadata.title_parts import SiteNames, list_part_sequences, split_title
from cleaning.page.headings import MAX_HEADING_CHARACTERS, UNSPACED, links_to_front_page
from cleaning.page.lines import normalize_line
from cleaning.page.tags import UNREAD

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from cleaning.metadata.structured import Statement

MAX_ELEMENTS = 5_000
MIN_LETTERS = 12  # of a line; a shorter part of a title may be the name of a section
SURE_LETTERS, SURE_SHARE = 20, 0.3  # least letters, and share of its title, of a line that must be the headline
LONG_LETTERS = 40  # no site's name is as long
# Classes of elements that hold the headline where it is no heading.
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


class DisplayedTitle(NamedTuple):
    """The candidates for the headline of a page that shows it in no heading.

    `line` is the longest line that is also a title or a part of one. `is_sure` is whether that line is too long to be
    a mere label. `marked` is the first element whose class or itemprop marks it as the headline.
    """

    line: Title | None = None
    is_sure: bool = False
    marked: Title | None = None


def find_displayed_title(tree: HtmlElement, titles: list[Statement], names: SiteNames, url: str) -> DisplayedTitle:
    body = tree.find("body")
    if body is None:
        return DisplayedTitle()
    shares = {
        run.casefold(): len(run) / len(statement.text)
        for statement in reversed(titles)
        for run in (*list_part_sequences(statement.text), statement.text)
        if _count_letters(run) >= MIN_LETTERS and run not in names and not names.match_domain(run)
    }
    line: Title | None = None
    marked: Title | None = None
    for element in islice(body.iter("*"), MAX_ELEMENTS):
        text = element.text
        if text and len(text) < MAX_HEADING_CHARACTERS and element.tag not in UNREAD:
            words = " ".join(text.split())
            is_longer = line is None or len(words) > len(line.text)
            if is_longer and words.casefold() in shares and not links_to_front_page(element, url):
                line = Title(words, "a line that is in the title, too", element)
        if marked is None and (mark := _read_mark(element)):
            words = normalize_line(" ".join(element.itertext()))
            if len(words) <= MAX_HEADING_CHARACTERS and len(element) <= 1 and _count_letters(words) >= MIN_LETTERS:
                marked = Title(words, mark, element)
    is_sure = (
        line is not None
        and _count_letters(line.text) >= SURE_LETTERS
        and shares[line.text.casefold()] >= SURE_SHARE
        and any(_leads_title(line.text, statement.text) for statement in titles)
        and not _is_in_masthead(line.element)
    )
    return DisplayedTitle(line, is_sure, marked)


def _leads_title(line: str, title: str) -> bool:
    """Return whether the line is the title or its main part: the first or a middle one, and the longest or a long one.

    A site's name is the last part, or the first of two of which the other is longer.
    """
    parts = [part.strip().casefold() for part in split_title(title)]
    line = line.casefold()
    if line not in parts:
        return title.casefold().startswith(line)
    is_main = len(line) == max(map(len, parts)) or _count_letters(line) >= LONG_LETTERS
    return len(parts) == 1 or (is_main and parts[-1] != line)


def _is_in_masthead(element: HtmlElement | None) -> bool:
    """Return whether the element stands in the head, the foot or the menu of the page."""
    parents = [] if element is None else [element, *element.iterancestors()]
    tags = {parent.tag for parent in parents}
    return "footer" in tags or "nav" in tags or ("header" in tags and not tags & {"article", "main"})


def _count_letters(text: str) -> int:
    """Count letters and digits, twice for scripts that write a word in one or two characters."""
    return sum(map(str.isalnum, text)) + (0 if text.isascii() else len(UNSPACED.findall(text)))


def _read_mark(element: HtmlElement) -> str:
    if element.get("itemprop") == "headline":
        return "itemprop headline"
    classes = element.get("class")
    if classes and (name := _find_class(classes)) and element.tag not in ("a", "li", "ul", "section", "article"):
        return f"class {name}"
    return ""


@lru_cache(maxsize=4096)
def _find_class(classes: str) -> str:
    return next((name for name in classes.lower().split() if name in CLASSES), "")

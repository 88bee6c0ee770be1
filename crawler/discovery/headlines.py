"""Read the headline that a link, a feed or a news sitemap gives for an article: one line of plain text."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cleaning.page.headings import MAX_HEADING_CHARACTERS, SKIPPED, UNSPACED, join_pieces
from cleaning.page.headline_key import normalize_headline
from cleaning.page.lines import normalize_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

# The text of a link is a headline, and not "Read more" or the name of a section, if it has this many words, or this
# many characters in a script that puts no space between words.
MIN_WORDS = 4
MIN_CHARACTERS = 8

# Parts of a link that are read: enough for a teaser, and a bound for links within links.
_MAX_HEADINGS = 4
_MAX_TEXTS = 200  # empty ones included

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def tidy_headline(title: str) -> str | None:
    """Return the title of a feed's or news sitemap's entry, which may be HTML, as plain text.

    None if it is empty or longer than 300 characters: feeds of short notices put the whole text into the title.
    """
    line = normalize_line(title)
    return line if 0 < len(line) <= MAX_HEADING_CHARACTERS else None


def find_link_headlines(link: etree._Element) -> list[str]:
    """Return the headings within a link, or else its whole text, as far as they have the length of a headline."""
    # Of 75 links around teasers whose target's headline was known, 58 had it as their heading, 4 as their whole text.
    parts = list(islice(link.iter(*_HEADINGS), _MAX_HEADINGS)) or [link]
    return [line for part in parts if _is_headline(line := _join_texts(part))]


def _join_texts(element: etree._Element) -> str:
    texts = islice(_iter_texts(element), _MAX_TEXTS)
    # A soft hyphen is no part of a word: "So-ci-al Me-dia" has two.
    return join_pieces([piece for text in texts if text and (piece := normalize_line(text.replace("\u00ad", "")))])


def _iter_texts(element: etree._Element) -> Iterator[str | None]:
    yield element.text
    for child in element:
        if child.tag not in SKIPPED:
            yield from _iter_texts(child)
        yield child.tail


def _is_headline(line: str) -> bool:
    if len(line) > MAX_HEADING_CHARACTERS:
        return False
    return len(UNSPACED.findall(line)) >= MIN_CHARACTERS or len(normalize_headline(line).split()) >= MIN_WORDS

"""What the source of an address calls the article behind it: one line of plain text."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cleaning.headings import BESIDE, LONGEST_HEADING, UNSPACED, joined
from cleaning.headlines import headline_key
from cleaning.lines import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

# What the text of a link must have to be a headline and not "Read more" or the name of a section: words, or characters
# in the scripts that put no space between words.
FEWEST_WORDS = 4
FEWEST_CHARACTERS = 8

# Parts of a link that are looked at: enough for a teaser, and a bound for links within links.
_MOST_HEADINGS = 4
_MOST_TEXTS = 200  # empty ones included

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def stated_headline(title: str) -> str | None:
    """The title that a feed or a news sitemap gives, which may be written in HTML.

    None where it is empty, or has more than 300 characters: then it is the text itself, as in feeds of short notices.
    """
    line = tidy(title)
    return line if 0 < len(line) <= LONGEST_HEADING else None


def link_headlines(link: etree._Element) -> list[str]:
    """The texts of a link on a page that have the length of a headline: its headings, or else its whole text."""
    # Of 75 links around teasers whose target's headline was known, 58 had it as their heading, 4 as their whole text.
    parts = list(islice(link.iter(*_HEADINGS), _MOST_HEADINGS)) or [link]
    return [line for part in parts if _is_headline(line := _line(part))]


def _line(element: etree._Element) -> str:
    texts = islice(_texts(element), _MOST_TEXTS)
    return joined([piece for text in texts if text and (piece := tidy(text))])


def _texts(element: etree._Element) -> Iterator[str | None]:
    yield element.text
    for child in element:
        if child.tag not in BESIDE:
            yield from _texts(child)
        yield child.tail


def _is_headline(line: str) -> bool:
    if len(line) > LONGEST_HEADING:
        return False
    return len(UNSPACED.findall(line)) >= FEWEST_CHARACTERS or len(headline_key(line).split()) >= FEWEST_WORDS

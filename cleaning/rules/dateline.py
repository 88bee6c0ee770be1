"""The line with date, byline and source between headline and text."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from cleaning.article import BlockKind
from cleaning.headlines import headline_key
from cleaning.phrases import after, opens_with
from cleaning.rules.names import DATELINE, names
from cleaning.rules.reading import Cut, Reading, ends_a_sentence, weight

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 4  # of them, and they stand among the first
FIRST = 10
LONGEST = 120
DATE_OR_TIME = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d|(?:[01]?\d|2[0-3])[:.][0-5]\d|\d{1,4}([./-])\d{1,2}\1\d{1,4})(?!\d)|\d\s?[年月]"
)
NUMBER = re.compile(r"\d+")
BESIDE_YEAR = 2  # words
LETTERS = re.compile(r"[^\W\d_]+")
MOST_WORDS, MOST_LETTERS = 10, 60


def rule(reading: Reading) -> Iterator[Cut]:
    first = reading.body[0] if reading.body else -1
    found = 0
    for at, (index, block) in enumerate(reading.kept()):
        if at >= FIRST or index >= first or found == MOST:
            return
        # A heading with a time is an entry of a live blog.
        if (
            block.kind is not BlockKind.HEADING
            and weight(block.text) <= LONGEST
            and (evidence := _evidence(block.text, block.path))
        ):
            found += 1
            yield Cut(index, evidence)


def _evidence(text: str, path: str) -> str | None:
    called = names(path.rpartition(" > ")[2]) & DATELINE
    words = LETTERS.findall(text)
    if len(words) > MOST_WORDS or sum(map(len, words)) > MOST_LETTERS:
        return None
    if _dated(_digits(text), words) and (called or not ends_a_sentence(text.rstrip(")»”"))):
        return "a date before the first paragraph"
    if not ends_a_sentence(text) and _byline(text):
        return "a byline before the first paragraph"
    if called:
        return f"stands in “{path.rpartition(' > ')[2]}” before the first paragraph"
    return None


def _dated(text: str, words: list[str]) -> bool:
    """Whether a date or a time stands there. A year with more than a month or a word beside it may be anything's."""
    found = DATE_OR_TIME.search(text)
    return found is not None and (
        not found[0].isdecimal() or len(words) <= BESIDE_YEAR or len(NUMBER.findall(text)) > 1
    )


def _digits(text: str) -> str:
    """The text with Arabic, Indian and other digits as those that the patterns know."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)


def _byline(text: str) -> bool:
    """Whether a name follows on "By": a letter that is not small."""
    phrase = opens_with("by", headline_key(text))
    name = LETTERS.search(after(text, phrase)) if phrase else None
    return name is not None and not name[0][0].islower()

"""Cut the line with date, byline and source between headline and text."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import count_letters, ends_a_sentence
from cleaning.page.part_names import DATELINE, read_part_names
from cleaning.phrases import find_opening_phrase, text_after_phrase
from cleaning.records.block import BlockKind
from cleaning.rules.page_blocks import Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CUTS = 4
FIRST = 10  # blocks among which a dateline stands
MAX_LENGTH = 120  # letters
DATE_OR_TIME = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d|(?:[01]?\d|2[0-3])[:.][0-5]\d|\d{1,4}([./-])\d{1,2}\1\d{1,4})(?!\d)|\d\s?[年月]"
)
NUMBER = re.compile(r"\d+")
MAX_WORDS_BESIDE_YEAR = 2
LETTERS = re.compile(r"[^\W\d_]+")
MAX_WORDS, MAX_LETTERS = 10, 60


def rule(page: PageBlocks) -> Iterator[Cut]:
    first = page.body[0] if page.body else -1
    found = 0
    for at, (index, block) in enumerate(page.kept_blocks()):
        if at >= FIRST or index >= first or found == MAX_CUTS:
            return
        # A heading with a time is an entry of a live blog.
        if (
            block.kind is not BlockKind.HEADING
            and count_letters(block.text) <= MAX_LENGTH
            and (evidence := _find_evidence(block.text, block.path))
        ):
            found += 1
            yield Cut(index, evidence)


def _find_evidence(text: str, path: str) -> str | None:
    named = read_part_names(path.rpartition(" > ")[2]) & DATELINE
    words = LETTERS.findall(text)
    if len(words) > MAX_WORDS or sum(map(len, words)) > MAX_LETTERS:
        return None
    if _has_date(_normalize_digits(text), words) and (named or not ends_a_sentence(text.rstrip(")»”"))):
        return "a date before the first paragraph"
    if not ends_a_sentence(text) and _is_byline(text):
        return "a byline before the first paragraph"
    if named:
        return f"stands in “{path.rpartition(' > ')[2]}” before the first paragraph"
    return None


def _has_date(text: str, words: list[str]) -> bool:
    """Return whether the text holds a date or a time. A year beside more than a month or a word may mean anything."""
    found = DATE_OR_TIME.search(text)
    return found is not None and (
        not found[0].isdecimal() or len(words) <= MAX_WORDS_BESIDE_YEAR or len(NUMBER.findall(text)) > 1
    )


def _normalize_digits(text: str) -> str:
    """Return the text with Arabic, Indian and other digits as ASCII digits, which the patterns match."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)


def _is_byline(text: str) -> bool:
    """Return whether a name follows "By": a word that does not begin with a small letter."""
    phrase = find_opening_phrase("by", normalize_headline(text))
    name = LETTERS.search(text_after_phrase(text, phrase)) if phrase else None
    return name is not None and not name[0][0].islower()

"""What a text looks like, whoever wrote it and wherever it stands."""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase, digits
from typing import TYPE_CHECKING

from cleaning.headlines import headline_key
from cleaning.phrases import holds, opens_with, phrases
from cleaning.rules.reading import (
    BODY_CHARACTERS,
    BODY_LINK_SHARE,
    EXCLAMATIONS,
    FULL_STOPS,
    ends_a_sentence,
    weight,
)
from cleaning.runs import HEADINGS

if TYPE_CHECKING:
    from cleaning.runs import Run

LONGEST, MOST_WORDS = 2_000, 100  # beyond these length says no more
FEW_RUNS = 34  # characters of the shortest paragraph: a hundred letters, in Chinese
TIME = re.compile(r"\d{1,2}:\d{2}|\b(?:19|20)\d\d\b")
STOPS = FULL_STOPS + EXCLAMATIONS
QUOTES = "\"“„«‘'「"
COMMAS = ",;，、"
ASCII = tuple(letters.encode() for letters in (ascii_uppercase, ascii_lowercase, digits))
LONGEST_CUE = 400  # characters of a text whose phrases are looked for


class Look:
    """A text's length, form and phrases as numbers. Many texts are asked for their length only: a neighbour's."""

    __slots__ = ("_words", "key", "length", "sentence_end", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self._words = text.split()
        self.key = headline_key(text[:LONGEST])
        self.length = min(weight(text), LONGEST)
        self.words = min(len(self._words), MOST_WORDS)
        self.sentence_end = ends_a_sentence(text)

    def form(self) -> tuple[float, ...]:
        text, words = self.text, self._words
        letters, capitals, numerals = _counted(text)
        return (
            self.sentence_end,
            text[-1:] in STOPS,
            text.endswith((":", "：")),
            text[:1].islower(),
            text[:1].isupper(),
            text[:1] in QUOTES,
            capitals / max(1, letters),
            numerals / max(1, len(text)),
            sum(map(text.count, COMMAS)) / max(1, len(words)),
            sum(word[0].isupper() for word in words) / max(1, len(words)),
            "@" in text or "http" in text or "www." in text,
            "|" in text,
            "©" in text or "(c)" in text,
            bool(TIME.search(text)),
        )

    def phrases(self) -> tuple[float, ...]:
        """Whether it has the phrases of each kind; long texts may hold any and mean nothing by it."""
        if len(self.text) > LONGEST_CUE:
            return (False,) * 6
        return (
            opens_with("see_also", self.key) is not None,
            opens_with("more", self.key) is not None,
            holds("act", self.key) is not None,
            self.key in phrases("share"),
            holds("rights", self.key) is not None,
            self.key in phrases("form_label") or opens_with("form", self.key) is not None,
        )


def is_paragraph(run: Run) -> bool:
    """Whether a run is prose: what `rules.reading.is_body` is for a block."""
    return (
        run.link_characters < BODY_LINK_SHARE * run.characters
        and run.place.tag not in HEADINGS
        and weight(run.text) >= BODY_CHARACTERS
        and ends_a_sentence(run.text)
    )


def _counted(text: str) -> tuple[int, int, int]:
    """How many characters are letters, capitals, digits."""
    if text.isascii():  # the same, several times as fast
        raw = text.encode()
        capitals, small, numerals = (len(raw) - len(raw.translate(None, some)) for some in ASCII)
        return capitals + small, capitals, numerals
    return sum(map(str.isalpha, text)), sum(map(str.isupper, text)), sum(map(str.isdigit, text))

"""The features of a text itself: its length, form and cue phrases, wherever it stands."""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase, digits

from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import EXCLAMATIONS, FULL_STOPS, count_letters, ends_a_sentence
from cleaning.phrases import find_opening_phrase, find_phrase, load_phrases

MAX_LENGTH, MAX_WORDS = 2_000, 100  # greater lengths say nothing more
TIME = re.compile(r"\d{1,2}:\d{2}|\b(?:19|20)\d\d\b")
STOPS = FULL_STOPS + EXCLAMATIONS
QUOTES = "\"“„«‘'「"
COMMAS = ",;，、"
NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
ASCII = tuple(letters.encode() for letters in (ascii_uppercase, ascii_lowercase, digits))
MAX_PHRASE_TEXT = 400  # characters of a text that is searched for phrases


class TextFeatures:
    """A text's length, form and cue phrases as numbers. Form and phrases are computed on demand, for few texts."""

    __slots__ = ("_words", "key", "length", "sentence_end", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self._words = text.split()
        self.key = normalize_headline(text[:MAX_LENGTH])
        self.length = min(count_letters(text), MAX_LENGTH)
        self.words = min(len(self._words), MAX_WORDS)
        self.sentence_end = ends_a_sentence(text)

    def compute_form(self) -> tuple[float, ...]:
        text, words = self.text, self._words
        letters, capitals, numerals = _count_characters(text)
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
            sum([word[0].isupper() for word in words]) / max(1, len(words)),
            "@" in text or "http" in text or "www." in text,
            "|" in text,
            "©" in text or "(c)" in text,
            numerals > 0 and TIME.search(text) is not None,
        )

    def find_phrases(self) -> tuple[float, ...]:
        """Return whether the text has phrases of each kind; none for a long text, which may hold any by chance."""
        if len(self.text) > MAX_PHRASE_TEXT:
            return (False,) * 6
        return (
            find_opening_phrase("see_also", self.key) is not None,
            find_opening_phrase("more", self.key) is not None,
            find_phrase("act", self.key) is not None,
            self.key in load_phrases("share"),
            find_phrase("rights", self.key) is not None,
            self.key in load_phrases("form_label") or find_opening_phrase("form", self.key) is not None,
        )


def _count_characters(text: str) -> tuple[int, int, int]:
    """Return the numbers of letters, capitals and digits."""
    raw = text.encode("ascii", "ignore")  # counted as bytes, which is several times as fast
    capitals, small, numerals = (len(raw) - len(raw.translate(None, some)) for some in ASCII)
    letters = capitals + small
    if len(raw) < len(text):
        rest = "".join(NOT_ASCII.findall(text))
        letters += sum(map(str.isalpha, rest))
        capitals += sum(map(str.isupper, rest))
        numerals += sum(map(str.isdigit, rest))
    return letters, capitals, numerals

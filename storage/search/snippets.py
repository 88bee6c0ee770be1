"""Cuts the passage of a text that shows what was found, and says where in it the hits are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from storage.database.words import locate_words
from storage.search.query import Term

PASSAGE_CHARACTERS = 220
_SPACE = re.compile(r"\s")

Words = Sequence[tuple[str, int, int]]  # each word with its start and end in the text


@dataclass(frozen=True, slots=True)
class Passage:
    """A text in one line with the places of the hits in it: start and end of each, in order, without overlaps."""

    text: str
    hits: tuple[tuple[int, int], ...]

    def split(self) -> list[tuple[str, bool]]:
        """Return the text in pieces, each with whether it is a hit."""
        edges = [0, *(edge for hit in self.hits for edge in hit), len(self.text)]
        pieces = [(self.text[start:end], bool(number % 2)) for number, (start, end) in enumerate(pairwise(edges))]
        return [piece for piece in pieces if piece[0]]


def mark_hits(text: str, terms: Sequence[Term]) -> Passage:
    """Return the whole text with all hits."""
    text, words = locate_words(text)
    return _make_passage(text, 0, len(text), _find_hits(words, terms))


def cut_passage(text: str, terms: Sequence[Term], size: int = PASSAGE_CHARACTERS) -> Passage:
    """Return the passage of about `size` characters with the most of the terms; the beginning if there is none."""
    text, words = locate_words(text)
    hits = _find_hits(words, terms)
    first, last = _choose_hits(hits, size) if hits else (0, 0)
    start = max(0, min(first - (size - (last - first)) // 3, len(text) - size))
    starts = [place for _, place, _ in words if start <= place <= first]
    start = 0 if start == 0 else min(starts, default=start)
    ends = [place for _, _, place in words if last <= place <= start + size]
    end = len(text) if len(text) <= start + size else max(ends, default=min(len(text), max(last, start + size)))
    return _make_passage(text, start, end, hits)


def _make_passage(text: str, start: int, end: int, hits: Sequence[tuple[int, int, int]]) -> Passage:
    before, after = "… " * (start > 0), " …" * (end < len(text))
    shift = len(before) - start
    places: list[tuple[int, int]] = []
    for first, last, _ in sorted(hits):
        if start <= first and last <= end:
            if places and first + shift < places[-1][1]:
                places[-1] = (places[-1][0], max(places[-1][1], last + shift))
            else:
                places.append((first + shift, last + shift))
    return Passage(before + _SPACE.sub(" ", text[start:end]) + after, tuple(places))


def _find_hits(words: Words, terms: Sequence[Term]) -> list[tuple[int, int, int]]:
    """Return start and end of each hit, and the number of its term."""
    places: dict[str, list[int]] = {}
    for place, (word, _, _) in enumerate(words):
        places.setdefault(word, []).append(place)
    hits = []
    for number, term in enumerate(terms):
        for place in _find_beginnings(places, term):
            found = words[place : place + len(term.words)]
            if _is_match([word for word, _, _ in found], term):
                hits.append((found[0][1], max(end for _, _, end in found), number))
    return sorted(hits)


def _find_beginnings(places: dict[str, list[int]], term: Term) -> list[int]:
    first = term.words[0]
    if term.is_prefix and len(term.words) == 1:
        return [place for word, where in places.items() if word.startswith(first) for place in where]
    return places.get(first, [])


def _is_match(words: Sequence[str], term: Term) -> bool:
    *before, last = term.words
    if len(words) < len(term.words) or list(words[:-1]) != before:
        return False
    return words[-1].startswith(last) if term.is_prefix else words[-1] == last


def _choose_hits(hits: Sequence[tuple[int, int, int]], size: int) -> tuple[int, int]:
    """Return start and end of the passage with the most different terms, and of those the first."""
    best, best_terms = (hits[0][0], hits[0][1]), 0
    for place, (start, _, _) in enumerate(hits):
        inside = [hit for hit in hits[place : place + 50] if hit[1] <= start + size]
        terms = len({number for _, _, number in inside})
        if terms > best_terms:
            best, best_terms = (start, max(end for _, end, _ in inside)), terms
    return best

"""How alike two texts are, and whether they tell of the same things in the same words.

A hash says where to look; here the texts themselves decide. What counts is the shorter of the two: how much of it
stands in the other, in runs of words, and how evenly. A copy that was cut, extended, put in another order or lightly
edited shares something everywhere; two that have a standing paragraph or the greeting of a column in common share it
there.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, lgamma, log

from rapidfuzz.distance import Levenshtein

from cleaning.shingles import is_unspaced, words

RUN, RUN_UNSPACED = 4, 5  # words, characters
PASSAGE, PASSAGE_UNSPACED = 16, 32  # words or characters of a passage, of which some must be shared
SOME = 0.25  # of a passage

# The same sentences about other things: what a template leaves to be filled in is numbers and names, all else stays.
# A copy that was edited loses its facts about as often as its other words, which recur more and so are missed less.
FEWEST_NUMBERS = 6  # that say something where the names are the same: an update changes a few
FACTS_LOST, NUMBERS_LOST = 0.3, 0.6  # share of them, from which on a text may be about something else ...
CHANCE = 1e-3  # ... if a copy would lose so many with less than this probability
NEARLY_ALL = 0.85  # likeness of two texts of which one is the other with a few figures brought up to date
ALIGNED = 5_000  # words of two texts that are aligned: the work grows with their product
FEWEST_SWAPS = 2  # words without capitals: so many that are another word each time they occur

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"(?<=[\w,][ \u00a0\-’'])[^\W\d_]\w*")  # within a sentence
_DIGIT = re.compile(r"\d")
_CASED = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Likeness:
    """Of two texts, the same in either order. All but `is_template` are shares, 0 to 1."""

    likeness: float  # of their runs those that both have (Jaccard)
    share: float  # of the shorter text's words those that stand in shared runs
    spread: float  # of the shorter text's passages those that share something
    inner: float  # as `share`, of what lies between the beginning and the end that both have
    ratio: float  # the shorter's length by the longer's
    # None is looked for where the share is less than a quarter:
    start: float  # of the longer text what lies before the part that the shorter one shares ...
    extent: float  # ... and how much of it that part is
    words: int  # of the shorter
    is_template: bool = False  # the same sentences about other numbers and names


class Reading:
    """A text, read for comparing it: its words, runs and facts, each worked out once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.words = words(text)

    @cached_property
    def is_unspaced(self) -> bool:
        return is_unspaced(self.words)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(self.words)

    @cached_property
    def runs(self) -> frozenset[tuple[str, ...]]:
        return frozenset(self.runs_of(RUN_UNSPACED if self.is_unspaced else RUN))

    def runs_of(self, size: int) -> list[tuple[str, ...]]:
        return list(zip(*(self.words[start:] for start in range(size)), strict=False))

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(_NUMBER.findall(unicodedata.normalize("NFKC", self._text)))

    @cached_property
    def names(self) -> frozenset[str]:
        """Words with a capital that do not begin a sentence; none in scripts without capitals."""
        found = _NAME.findall(unicodedata.normalize("NFKC", self._text))
        return frozenset(name.casefold() for name in found if name[0].isupper())

    @cached_property
    def has_capitals(self) -> bool:
        letters: list[str] = _CASED.findall(self._text[:2000])
        cased = sum(letter.lower() != letter.upper() for letter in letters)
        return cased * 2 > len(letters)


def likeness(one: Reading, other: Reading) -> Likeness:
    """How alike two texts are; nothing is alike where one of them is without words."""
    shorter, longer = sorted((one, other), key=lambda reading: (len(reading.words), reading.words))
    if not shorter.words:
        return Likeness(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0)
    shared = _shared(shorter, longer)
    share = sum(shared) / len(shared)
    first, last = _part(longer, shorter) if share >= SOME else (0, 0)
    both = len(shorter.runs & longer.runs)
    alike = both / ((len(shorter.runs) + len(longer.runs) - both) or 1)
    return Likeness(
        likeness=alike,
        share=share,
        spread=_spread(shared, PASSAGE_UNSPACED if shorter.is_unspaced else PASSAGE),
        inner=_inner(shared),
        ratio=len(shorter.words) / len(longer.words),
        start=first / len(longer.words),
        extent=(last - first) / len(longer.words),
        words=len(shorter.words),
        is_template=share >= SOME and alike < NEARLY_ALL and _is_template(shorter, longer),
    )


def _shared(shorter: Reading, longer: Reading) -> bytearray:
    """For each word of the shorter text, 1 where it stands in a run that the longer has, too."""
    size = RUN_UNSPACED if shorter.is_unspaced else RUN
    if len(shorter.words) < size or shorter.is_unspaced != longer.is_unspaced:
        whole = " ".join(shorter.words) in " ".join(longer.words)
        return bytearray([whole] * len(shorter.words))
    shared = bytearray(len(shorter.words))
    for start, run in enumerate(shorter.runs_of(size)):
        if run in longer.runs:
            shared[start : start + size] = b"\1" * size
    return shared


def _part(longer: Reading, shorter: Reading) -> tuple[int, int]:
    """Where in the longer text most of what both have begins and ends; a phrase here or there is not counted."""
    size = RUN_UNSPACED if shorter.is_unspaced else RUN
    places = [start for start, run in enumerate(longer.runs_of(size)) if run in shorter.runs]
    if not places:
        return 0, 0
    few = len(places) // 20
    return places[few], places[-1 - few] + size


def _spread(shared: bytearray, passage: int) -> float:
    passages = [shared[start : start + passage] for start in range(0, len(shared), passage)]
    if len(passages) > 1 and len(passages[-1]) < passage // 2:
        last = passages.pop()
        passages[-1] += last
    return sum(sum(one) >= SOME * len(one) for one in passages) / len(passages)


def _inner(shared: bytearray) -> float:
    first, last = shared.find(0), shared.rfind(0)
    inner = shared[first : last + 1]
    return 1.0 if first < 0 or len(inner) * 10 < len(shared) else sum(inner) / len(inner)


def _is_template(shorter: Reading, longer: Reading) -> bool:
    """Whether what the shorter text does not share is nearly all of what it is about."""
    names = [name not in longer.vocabulary for name in shorter.names]
    numbers = [figure not in longer.numbers for figure in shorter.numbers]
    plain = {word for word in shorter.vocabulary - shorter.names if not _DIGIT.search(word)}
    in_a_copy = min(0.05 + 2.5 * len(plain - longer.vocabulary) / (len(plain) or 1), 1.0)
    if _are_filled_in(names + numbers, FACTS_LOST, in_a_copy):
        return True
    if not shorter.is_unspaced and sum(numbers) >= FEWEST_NUMBERS and _are_filled_in(numbers, NUMBERS_LOST, in_a_copy):
        return True
    return not shorter.has_capitals and len(_swaps(shorter.words[:ALIGNED], longer.words[:ALIGNED])) >= FEWEST_SWAPS


def _are_filled_in(lost: Sequence[bool], least: float, in_a_copy: float) -> bool:
    """Whether at least so many are lost, and more than chance would take where each is lost with `in_a_copy`."""
    number, gone = len(lost), sum(lost)
    if not lost or gone < least * number or in_a_copy >= 1:
        return False
    once, never = log(in_a_copy), log(1 - in_a_copy)
    ways = (lgamma(number + 1) - lgamma(k + 1) - lgamma(number - k + 1) for k in range(gone, number + 1))
    return sum(exp(way + k * once + (number - k) * never) for k, way in enumerate(ways, gone)) < CHANCE


def _swaps(one: Sequence[str], other: Sequence[str]) -> list[tuple[str, str]]:
    """The words that stand in place of others at the same place, twice at least."""
    swapped = Counter(
        (" ".join(one[step.src_start : step.src_end]), " ".join(other[step.dest_start : step.dest_end]))
        for step in Levenshtein.opcodes(one, other)
        if step.tag == "replace" and step.src_end - step.src_start == step.dest_end - step.dest_start
    )
    return [pair for pair, times in swapped.items() if times >= 2]

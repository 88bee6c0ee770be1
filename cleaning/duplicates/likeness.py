"""Compare two texts word by word: how alike they are, and whether they say the same of the same things.

The sketches find candidates; here the texts themselves decide. What counts is the shorter text: how much of it stands
in the longer one, in shingles, and how evenly. A copy that was cut, extended, reordered or lightly edited shares
something in every passage. Two texts with a standing paragraph or a column's greeting in common share only that part.
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

from cleaning.duplicates.shingles import is_unspaced, split_words

SHINGLE_WORDS, SHINGLE_CHARACTERS = 4, 5  # characters in scripts that do not space their words
PASSAGE_WORDS, PASSAGE_CHARACTERS = 16, 32
MIN_SHARED_OF_PASSAGE = 0.25  # from which on a passage counts as shared
MIN_SHARED_OF_TEXT = 0.25  # below it the shared part is not located, and no template is looked for

# A template is the same sentences about other things: only numbers and names (the facts) differ. An edited copy loses
# its facts about as often as its other words, which recur more often and so are lost less often.
MIN_NUMBERS_LOST = 6  # if the names are the same: an update changes fewer
FACTS_LOST, NUMBERS_LOST = 0.3, 0.6  # share of them, from which on a text may be about something else ...
CHANCE = 1e-3  # ... if a copy would lose so many with less than this probability
UPDATE_LIKENESS = 0.85  # from which on one text is the other with a few updated numbers, not a template
MAX_ALIGNED_WORDS = 5_000  # of each text: the work grows with their product
MIN_SWAPS = 2  # words in scripts without capitals that are replaced by the same other word each time they occur

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"(?<=[\w,][ \u00a0\-’'])[^\W\d_]\w*")  # within a sentence
_DIGIT = re.compile(r"\d")
_CASED = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class TextComparison:
    """What two texts have in common, whatever their order. All floats are shares, 0 to 1."""

    likeness: float  # of all their shingles, those that both have (Jaccard)
    share: float  # shared fraction: of the shorter text's words, those in shared shingles
    spread: float  # of the shorter text's passages, those that share something
    inner: float  # as `share`, of the text between the common beginning and the common end
    ratio: float  # length of the shorter text by that of the longer
    # Where the part that both share stands in the longer text; both are 0 if `share` is less than MIN_SHARED_OF_TEXT.
    start: float  # the text before it
    extent: float  # the part itself
    words: int  # of the shorter text
    is_template: bool = False  # the same sentences about other numbers and names


class ComparableText:
    """A text prepared for comparison: its words, shingles and facts, each computed once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.words = split_words(text)

    @cached_property
    def is_unspaced(self) -> bool:
        return not self._text.isascii() and is_unspaced(self.words)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(self.words)

    @cached_property
    def shingles(self) -> frozenset[tuple[str, ...]]:
        return frozenset(self.list_shingles(SHINGLE_CHARACTERS if self.is_unspaced else SHINGLE_WORDS))

    def list_shingles(self, size: int) -> list[tuple[str, ...]]:
        return list(zip(*(self.words[start:] for start in range(size)), strict=False))

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(_NUMBER.findall(unicodedata.normalize("NFKC", self._text)))

    @cached_property
    def names(self) -> frozenset[str]:
        """The words with a capital that do not begin a sentence; none in scripts without capitals."""
        found = _NAME.findall(unicodedata.normalize("NFKC", self._text))
        return frozenset(name.casefold() for name in found if name[0].isupper())

    @cached_property
    def has_capitals(self) -> bool:
        letters: list[str] = _CASED.findall(self._text[:2000])
        cased = sum(letter.lower() != letter.upper() for letter in letters)
        return cased * 2 > len(letters)


def compare_texts(one: ComparableText, other: ComparableText) -> TextComparison:
    """Compare two texts; all figures are 0 if one of them has no words."""
    shorter, longer = sorted((one, other), key=lambda text: (len(text.words), text.words))
    if not shorter.words:
        return TextComparison(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0)
    shared = _mark_shared_words(shorter, longer)
    share = sum(shared) / len(shared)
    first, last = _locate_shared_part(longer, shorter) if share >= MIN_SHARED_OF_TEXT else (0, 0)
    both = len(shorter.shingles & longer.shingles)
    likeness = both / ((len(shorter.shingles) + len(longer.shingles) - both) or 1)
    return TextComparison(
        likeness=likeness,
        share=share,
        spread=_measure_spread(shared, PASSAGE_CHARACTERS if shorter.is_unspaced else PASSAGE_WORDS),
        inner=_measure_inner_share(shared),
        ratio=len(shorter.words) / len(longer.words),
        start=first / len(longer.words),
        extent=(last - first) / len(longer.words),
        words=len(shorter.words),
        is_template=share >= MIN_SHARED_OF_TEXT and likeness < UPDATE_LIKENESS and _is_template(shorter, longer),
    )


def _mark_shared_words(shorter: ComparableText, longer: ComparableText) -> bytearray:
    """Return for each word of the shorter text 1 if it stands in a shingle that the longer text has, too; else 0."""
    size = SHINGLE_CHARACTERS if shorter.is_unspaced else SHINGLE_WORDS
    if len(shorter.words) < size or shorter.is_unspaced != longer.is_unspaced:
        whole = " ".join(shorter.words) in " ".join(longer.words)
        return bytearray([whole] * len(shorter.words))
    shared = bytearray(len(shorter.words))
    known, marks = longer.shingles, b"\1" * size
    for start in [start for start, shingle in enumerate(shorter.list_shingles(size)) if shingle in known]:
        shared[start : start + size] = marks
    return shared


def _locate_shared_part(longer: ComparableText, shorter: ComparableText) -> tuple[int, int]:
    """Return the first and last word of the longer text between which 90 % of the shared shingles stand.

    The 5 % at either end are left out: they may be single phrases.
    """
    size = SHINGLE_CHARACTERS if shorter.is_unspaced else SHINGLE_WORDS
    starts = [start for start, shingle in enumerate(longer.list_shingles(size)) if shingle in shorter.shingles]
    if not starts:
        return 0, 0
    few = len(starts) // 20
    return starts[few], starts[-1 - few] + size


def _measure_spread(shared: bytearray, passage: int) -> float:
    """Return the share of passages, each of `passage` words, of which at least a quarter is shared."""
    passages = [shared[start : start + passage] for start in range(0, len(shared), passage)]
    if len(passages) > 1 and len(passages[-1]) < passage // 2:
        last = passages.pop()
        passages[-1] += last
    return sum(sum(one) >= MIN_SHARED_OF_PASSAGE * len(one) for one in passages) / len(passages)


def _measure_inner_share(shared: bytearray) -> float:
    """Return the shared fraction between the common beginning and end; 1 if less than a tenth lies between them."""
    first, last = shared.find(0), shared.rfind(0)
    inner = shared[first : last + 1]
    return 1.0 if first < 0 or len(inner) * 10 < len(shared) else sum(inner) / len(inner)


def _is_template(shorter: ComparableText, longer: ComparableText) -> bool:
    """Return whether the facts of the shorter text are replaced more often than editing explains."""
    names_lost = [name not in longer.vocabulary for name in shorter.names]
    numbers_lost = [number not in longer.numbers for number in shorter.numbers]
    plain = {word for word in shorter.vocabulary - shorter.names if not _DIGIT.search(word)}
    loss_rate = min(0.05 + 2.5 * len(plain - longer.vocabulary) / (len(plain) or 1), 1.0)
    if _are_replaced(names_lost + numbers_lost, FACTS_LOST, loss_rate):
        return True
    enough_numbers = not shorter.is_unspaced and sum(numbers_lost) >= MIN_NUMBERS_LOST
    if enough_numbers and _are_replaced(numbers_lost, NUMBERS_LOST, loss_rate):
        return True
    if shorter.has_capitals:
        return False
    swaps = _find_swaps(shorter.words[:MAX_ALIGNED_WORDS], longer.words[:MAX_ALIGNED_WORDS])
    return len(swaps) >= MIN_SWAPS


def _are_replaced(lost: Sequence[bool], min_share: float, loss_rate: float) -> bool:
    """Return whether at least this share of the facts is lost, and more than chance explains.

    By chance each is lost with probability `loss_rate`; the binomial tail must be less than CHANCE.
    """
    total, gone = len(lost), sum(lost)
    if not lost or gone < min_share * total or loss_rate >= 1:
        return False
    log_lost, log_kept = log(loss_rate), log(1 - loss_rate)
    log_ways = (lgamma(total + 1) - lgamma(k + 1) - lgamma(total - k + 1) for k in range(gone, total + 1))
    return sum(exp(ways + k * log_lost + (total - k) * log_kept) for k, ways in enumerate(log_ways, gone)) < CHANCE


def _find_swaps(one: Sequence[str], other: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs of words of which one replaces the other at least twice when the texts are aligned."""
    swapped = Counter(
        (" ".join(one[step.src_start : step.src_end]), " ".join(other[step.dest_start : step.dest_end]))
        for step in Levenshtein.opcodes(one, other)
        if step.tag == "replace" and step.src_end - step.src_start == step.dest_end - step.dest_start
    )
    return [pair for pair, times in swapped.items() if times >= 2]

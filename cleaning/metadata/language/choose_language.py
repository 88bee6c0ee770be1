"""Decide which language an article is in, between its text and what its page says.

A detector knows some fifty languages and takes every text for one of them; a page may say the language of its template.
So each is checked against the other: what the page says counts where the text does not contradict it, and the text
counts where it is clearly in a language that the detector knows.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from cleaning.metadata.language.codes import PROFILE_CODES, UNKNOWN, is_written_in, parse_tag
from cleaning.metadata.language.ngrams import (
    collect_features,
    count_foreign_letters,
    estimate_probabilities,
    find_usual_fit,
    measure_fit,
)
from cleaning.metadata.language.scripts import HAN, HANGUL, KANA, find_script, keep_letters

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cleaning.metadata.structured import Statement

SAMPLE, PIECES = 600, 6  # characters, and in how many pieces from all over a longer text: a quotation must not decide
PIECE = SAMPLE // PIECES
# Addresses, which langdetect leaves out, too; it finds none in what is left here.
ADDRESS = re.compile(r"https?://\S{1,500}|\S{1,100}@\S{1,100}")
MIN_SURE_PROBABILITY = 0.9  # below it the text is ambiguous
# Fits (ngrams.measure_fit). The two best languages of a text in a known language are .12 apart or more.
SAME_FIT = 0.08
CLEAR_FIT, MIN_OWN_SHARE = 0.3, 0.4  # of a piece of the text, and the share of such pieces, that are in its language
AMBIGUOUS_FIT = 0.3  # the same for a text that is ambiguous by its probability
UNLIKE = (
    0.5  # under the fit that texts of a language have; lists of names are so, too, and one text in 2,000 is .8 under it
)
FOREIGN = 0.01  # share of letters that a language does not have
VERY_FOREIGN = 0.03  # then it is not that language, whatever the page says
# Languages without a profile that differ from these by a few words only. Others have letters of their own, or are like
# no language of a profile, or like several.
TAKEN_FOR = {"bs": "hr sl", "cnr": "hr sl mk", "gl": "pt", "ms": "id", "nn": "no", "sr": "hr sl mk", "yi": "he"}
TEXT, SITES_TOML = "langdetect on the text", "sites.toml"


class Language(NamedTuple):
    """A code as langdetect writes it ("und" if unknown), the probability that the text gives it, and who says it.

    The probability is 0 for a language that only the page or the site's operator knows.
    """

    code: str = UNKNOWN
    probability: float = 0.0
    source: str = TEXT


def detect_language(text: str, stated: Iterable[Statement] = (), expected: str | None = None) -> Language:
    """Return the language of a text; "und" without letters, or for a language that nobody names.

    `stated` are the language tags of the page, the most trustworthy first. `expected` is the tag that is configured for
    the site; it decides where the text is ambiguous. The result is deterministic: every text is sampled with the same
    seed.
    """
    sample = take_sample(text)
    script = find_script(sample)
    if not script:
        return Language()
    features = collect_features(sample)
    codes = PROFILE_CODES.get(script, frozenset())
    likely = estimate_probabilities(features, codes) if codes else []
    evidence = _Evidence(sample, script, features, likely)
    if expected and (code := parse_tag(expected)) and evidence.is_ambiguous and (code in codes or not likely):
        return Language(code, evidence.find_probability(code), SITES_TOML)
    named = [(code, source) for tag, source in stated if (code := parse_tag(tag))]
    if expected and (code := parse_tag(expected)):
        named.append((code, SITES_TOML))
    found = likely[0][0] if likely else None
    for code, source in named if {code for code, _ in named} != {found} else ():
        if code == found:
            if not evidence.is_doubtful:
                break
        elif evidence.allows(code):
            return Language(code, evidence.find_probability(code), source)
    if not likely or evidence.foreign_letters >= VERY_FOREIGN:
        return Language()
    return Language(likely[0][0], round(likely[0][1], 4))


class _Evidence:
    """What the text says of its language. `likely` are languages that have a profile, the most likely first."""

    def __init__(
        self, sample: str, script: str, features: Sequence[Sequence[float]], likely: list[tuple[str, float]]
    ) -> None:
        self._sample, self._script, self._features, self._likely = sample, script, features, likely
        self.is_ambiguous = not likely or likely[0][1] < MIN_SURE_PROBABILITY

    def find_probability(self, code: str) -> float:
        return round(dict(self._likely).get(code, 0.0), 4)

    @cached_property
    def foreign_letters(self) -> float:
        """The share of letters that the most likely language does not have."""
        if self._sample.isascii() or self._script in (HAN, KANA, HANGUL):  # no profile has all signs of these
            return 0.0
        return count_foreign_letters(keep_letters(self._sample, self._script), self._likely[0][0])

    @cached_property
    def is_doubtful(self) -> bool:
        """Whether the text is unlike its most likely language, by letters or by n-grams."""
        found = self._likely[0][0]
        return self.foreign_letters >= FOREIGN or measure_fit(self._features, found) < find_usual_fit(found) - UNLIKE

    def _is_partly_in(self, code: str, found: str) -> bool:
        """Return whether a good part of the text is clearly in the language `code`: the rest may be a quotation."""
        starts = range(0, len(self._sample) - PIECE // 2, PIECE)
        pieces = [self._sample[start : start + PIECE] for start in starts]
        every = [features for features in map(collect_features, pieces) if features]
        own = sum(
            measure_fit(features, code)
            > max(measure_fit(features, found) + CLEAR_FIT, find_usual_fit(code) - CLEAR_FIT)
            for features in every
        )
        return own >= max(2, MIN_OWN_SHARE * len(every))

    def allows(self, code: str) -> bool:
        """Return whether the text may be in this language although the detector takes it for another one."""
        if not is_written_in(code, self._script):
            return False
        if not self._likely:
            return True
        found = self._likely[0][0]
        fit = measure_fit(self._features, found)
        if code in PROFILE_CODES[self._script]:
            own = measure_fit(self._features, code)
            margin = AMBIGUOUS_FIT if self.is_ambiguous else SAME_FIT
            return (own > fit - margin and own > find_usual_fit(code) - UNLIKE) or self._is_partly_in(code, found)
        if found in TAKEN_FOR.get(code, "").split() or self.is_doubtful:
            return True
        others = PROFILE_CODES[self._script] - {found}
        return any(measure_fit(self._features, other) > fit - SAME_FIT for other in others)


def take_sample(text: str) -> str:
    """Return a text of at most SAMPLE characters; of a longer one pieces from its beginning to its end."""
    if len(text) <= SAMPLE:
        return ADDRESS.sub(" ", text) if "@" in text or "://" in text else text
    step = (len(text) - PIECE) / (PIECES - 1)
    return " ".join(_take_piece(text, round(number * step)) for number in range(PIECES))


def _take_piece(text: str, start: int) -> str:
    """Return PIECE characters of the text from the next word on, without addresses."""
    if start:
        space = text.find(" ", start, start + PIECE // 4)
        start = space + 1 if space >= 0 else start
    piece = text[start : start + 2 * PIECE]
    if "@" in piece or "://" in piece:
        piece = ADDRESS.sub(" ", piece).lstrip()
    return piece[:PIECE]

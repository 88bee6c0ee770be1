"""Estimate the languages of a text by its n-grams: sequences of one to three letters.

Method and profiles are those of langdetect: N. Shuyo, "Language Detection Library for Java" (2010), a naive Bayes
classifier over a random sample of sequences of one to three letters. The computation is repeated here, number for
number, in two fifths of langdetect's time.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from functools import cache, lru_cache, partial
from itertools import chain, islice
from math import log
from operator import itemgetter, mul
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from langdetect import DetectorFactory
from langdetect.detector_factory import PROFILES_DIRECTORY
from langdetect.utils.ngram import NGram

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

TRIALS = 3  # langdetect makes 7, which found no more languages of 267 texts and took half as much time again

# Constants of langdetect.
MIN_PROBABILITY = 0.1  # of a language in the result
ALPHA, SPREAD, FREQUENCY = 0.5, 0.05, 10_000  # smoothing of n-grams that a profile lacks: mean, deviation, divisor
LEAST = ALPHA / FREQUENCY  # share of an n-gram that a profile lacks
LENGTHS = 3  # of n-grams, from one letter on
MAX_WORD = 20  # letters of a word whose n-grams are kept; languages without spaces have words of any length
MAX_STEPS, CONVERGED = 200, 0.99999  # steps of five n-grams; probability at which a trial ends
LATIN = re.compile("[A-z]")
NOT_LATIN = re.compile("[\u0300-\U0010ffff]")


def load_profiles() -> None:
    """Load the language profiles, which takes half a second at the first page otherwise."""
    _profiles()


def collect_features(sample: str) -> list[Sequence[float]]:
    """Return, for each n-gram of the text that a profile has, its share in every language, in the order of the text."""
    if not sample.isascii():
        sample = NGram.normalize_vi(sample)
        if 2 * len(LATIN.findall(sample)) < len(NOT_LATIN.findall(sample)):
            sample = LATIN.sub("", sample)
    *words, last = sample.translate(NORMAL).split(" ")
    # No profile has an n-gram with a space in the middle: each word has its own.
    found = (_list_features(word) if len(word) <= MAX_WORD else _look_up(f"{word} ") for word in words)
    return [*chain.from_iterable(found), *_look_up(last)]


@lru_cache(maxsize=8192)  # a language repeats its words, and a word is found faster than its n-grams
def _list_features(word: str) -> list[Sequence[float]]:
    return _look_up(f"{word} ")


def _look_up(letters: str) -> list[Sequence[float]]:
    """Return the shares of the n-grams that end in these letters, which stand behind a space."""
    shares = _profiles().word_lang_prob_map.get
    features: list[Sequence[float]] = []
    first = second = " "
    for third in letters:
        if not (third.isupper() and second.isupper()):  # in a word in capitals only the first letter counts
            pair = second + third
            features += filter(None, (shares(third), shares(pair), shares(first + pair)))
        first, second = second, third
    return features


def estimate_probabilities(features: Sequence[Sequence[float]], codes: AbstractSet[str]) -> list[tuple[str, float]]:
    """Return the languages that a text with these features may be in, with probabilities, the most likely first.

    If the most likely is none of `codes`, only these are compared.
    """
    found = _run_trials(features, _profiles().langlist)
    if not found or found[0][0] in codes:
        return found
    columns = [index for index, code in enumerate(_profiles().langlist) if code in codes]
    features = [[shares[index] for index in columns] for shares in features]
    return _run_trials(features, [_profiles().langlist[index] for index in columns])


def measure_fit(features: Sequence[Sequence[float]], code: str) -> float:
    """Return how well the n-grams of a text fit a language: the mean of their logarithmic shares in its profile.

    All features count, so that a part in another language does not decide. Close languages differ by .12 at least.
    """
    if not features:
        return 0.0
    of_language = map(itemgetter(_profiles().langlist.index(code)), features)
    return sum(map(log, map(LEAST.__add__, of_language))) / len(features)


@cache
def find_usual_fit(code: str) -> float:
    """Return the fit that a text of this language has on average. It takes a hundredth of a second, once a language."""
    profiles = _profiles()
    of_language = map(itemgetter(profiles.langlist.index(code)), profiles.word_lang_prob_map.values())
    found = list(filter(None, of_language))
    return float(sum(map(mul, found, map(log, map(LEAST.__add__, found)))) / LENGTHS)


def count_foreign_letters(letters: str, code: str) -> float:
    """Return the share of these letters that do not occur in this language's profile."""
    index, shares = _profiles().langlist.index(code), _profiles().word_lang_prob_map
    counts = Counter(letters.lower())
    normal = {letter: NORMAL[ord(letter)] for letter in counts}
    known = sum(
        count
        for letter, count in counts.items()
        if normal[letter] == " " or (normal[letter] in shares and shares[normal[letter]][index])
    )
    return 1 - known / max(1, counts.total())


def _run_trials(features: Sequence[Sequence[float]], languages: Sequence[str]) -> list[tuple[str, float]]:
    if not features or not languages:
        return []
    random = Random(0)  # noqa: S311 -- no secret: a sample of the text
    total = [0.0] * len(languages)
    for _ in range(TRIALS):
        probabilities = _run_trial(features, random, len(languages))
        total = [sum_ + probability / TRIALS for sum_, probability in zip(total, probabilities, strict=True)]
    likely = [(code, value) for code, value in zip(languages, total, strict=True) if value > MIN_PROBABILITY]
    return sorted(likely, key=lambda one: one[1], reverse=True)


def _run_trial(features: Sequence[Sequence[float]], random: Random, languages: int) -> list[float]:
    """Return the probabilities of the languages by features drawn at random, until one language is certain."""
    rest = (ALPHA + random.gauss(0.0, 1.0) * SPREAD) / FREQUENCY
    # As `random.choice` draws, which takes three times as long.
    count = len(features)
    numbers = iter(partial(random.getrandbits, count.bit_length()), None)
    drawn = map(features.__getitem__, filter(count.__gt__, numbers))
    first = 1.0 / languages
    found = _normalize_sum([first * (rest + share) for share in next(drawn)])
    for _ in range(MAX_STEPS):
        if max(found) > CONVERGED:
            break
        five = zip(found, *islice(drawn, 5), strict=True)
        found = _normalize_sum(
            [p * (rest + a) * (rest + b) * (rest + c) * (rest + d) * (rest + e) for p, a, b, c, d, e in five]
        )
    return found


def _normalize_sum(values: list[float]) -> list[float]:
    """Return the values as shares of their sum."""
    whole = sum(values)
    return [value / whole for value in values]


class _Normal(dict[int, str]):
    """A table for `str.translate` that writes each character as the profiles do, signs as spaces.

    Each character is looked up once.
    """

    def __missing__(self, code: int) -> str:
        self[code] = letter = str(NGram.normalize(chr(code)))
        return letter


NORMAL = _Normal()


@cache
def _profiles() -> DetectorFactory:
    # langdetect's shared factory is filled in the order of the file system, and twice where two threads need it at
    # once. This one is filled in sorted order, once, with the same numbers in a quarter of the time.
    factory = DetectorFactory()
    paths = sorted(path for path in Path(PROFILES_DIRECTORY).iterdir() if not path.name.startswith("."))
    none = [0.0] * len(paths)
    shares: defaultdict[str, list[float]] = defaultdict(none.copy)
    for index, path in enumerate(paths):
        profile = json.loads(path.read_text("utf-8"))
        factory.langlist.append(profile["name"])
        totals = profile["n_words"]  # by the length of an n-gram
        for letters, count in profile["freq"].items():
            shares[letters][index] = count / totals[len(letters) - 1]
    factory.word_lang_prob_map = dict(shares)
    return factory

"""Detect the language of a text.

Method and profiles are those of langdetect: N. Shuyo, "Language Detection Library for Java" (2010), a naive Bayes
classifier over a random sample of sequences of one to three letters. The computation is repeated here, number for
number, in two fifths of langdetect's time.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from langdetect import DetectorFactory
from langdetect.detector_factory import PROFILES_DIRECTORY
from langdetect.utils.ngram import NGram

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLE = 600  # characters; more of them only take more time
TRIALS = 3  # langdetect makes 7, which found no more languages of 267 texts and took half as much time again
MIN_SURE_PROBABILITY = 0.9  # below it the text is ambiguous
# Addresses, which langdetect leaves out, too; it finds none in what is left here.
ADDRESS = re.compile(r"https?://\S{1,500}|\S{1,100}@\S{1,100}")

# Constants of langdetect.
MIN_PROBABILITY = 0.1  # of a language in the result
ALPHA, SPREAD, FREQUENCY = 0.5, 0.05, 10_000  # smoothing of n-grams that a profile lacks: mean, deviation, divisor
MAX_STEPS, CONVERGED = 200, 0.99999  # steps of five n-grams; probability at which a trial ends
LATIN = re.compile("[A-z]")
NOT_LATIN = re.compile("[\u0300-\U0010ffff]")


def detect_language(text: str, expected: str | None = None) -> tuple[str, float]:
    """Return the ISO 639-1 code ("zh-cn", "zh-tw" for Chinese) and its probability; ("und", 0.0) without letters.

    `expected` is the language tag that is configured for the site. It decides where the text is ambiguous, with the
    probability that the text gives it. The result is deterministic: every text is sampled with the same seed.
    """
    sample = text[: 2 * SAMPLE]
    if "@" in sample or "://" in sample:
        sample = ADDRESS.sub(" ", sample)
    sample = sample[:SAMPLE]
    if not any(map(str.isalpha, sample)):
        return "und", 0.0
    best = _estimate_probabilities(_collect_features(sample))
    if not best:  # letters of a script that no profile has, or no language above MIN_PROBABILITY
        return "und", 0.0
    code, probability = best[0]
    stated = expected.lower().partition("-")[0] if expected else ""
    if probability < MIN_SURE_PROBABILITY and stated:
        code, probability = next(((code, value) for code, value in best if code.startswith(stated)), (stated, 0.0))
    return code, round(probability, 4)


def load_profiles() -> None:
    """Load the language profiles, which takes half a second at the first page otherwise."""
    _profiles()


def _collect_features(sample: str) -> list[Sequence[float]]:
    """Return, for each n-gram of the text that a profile has, its share in every language, in the order of the text."""
    if not sample.isascii():
        sample = NGram.normalize_vi(sample)
        if 2 * len(LATIN.findall(sample)) < len(NOT_LATIN.findall(sample)):
            sample = LATIN.sub("", sample)
    shares = _profiles().word_lang_prob_map.get  # None for an n-gram with a space in the middle, too
    features: list[Sequence[float]] = []
    first = second = " "
    for third in sample.translate(NORMAL):
        if not (third.isupper() and second.isupper()):  # in a word in capitals only the first letter counts
            pair = second + third
            features += filter(None, (shares(third), shares(pair), shares(first + pair)))
        first, second = second, third
    return features


def _estimate_probabilities(features: Sequence[Sequence[float]]) -> list[tuple[str, float]]:
    """Return the languages that a text with these features may be in, with probabilities, the most likely first."""
    if not features:
        return []
    languages = _profiles().langlist
    random = Random(0)  # noqa: S311 -- no secret: a sample of the text
    total = [0.0] * len(languages)
    for _ in range(TRIALS):
        probabilities = _run_trial(features, random, len(languages))
        total = [sum_ + probability / TRIALS for sum_, probability in zip(total, probabilities, strict=True)]
    likely = [(code, value) for code, value in zip(languages, total, strict=True) if value > MIN_PROBABILITY]
    return sorted(likely, key=lambda one: one[1], reverse=True)


def _run_trial(features: Sequence[Sequence[float]], random: Random, languages: int) -> list[float]:
    """Return the probabilities of the languages by features drawn at random, until one language is certain."""
    draw = random.choice
    rest = (ALPHA + random.gauss(0.0, 1.0) * SPREAD) / FREQUENCY
    first = 1.0 / languages
    found = _normalize_sum([first * (rest + share) for share in draw(features)])
    for _ in range(MAX_STEPS):
        if max(found) > CONVERGED:
            break
        five = zip(found, *(draw(features) for _ in range(5)), strict=True)
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
    # once. This one is filled in sorted order, once.
    factory = DetectorFactory()
    profiles = sorted(path for path in Path(PROFILES_DIRECTORY).iterdir() if not path.name.startswith("."))
    factory.load_json_profile([path.read_text("utf-8") for path in profiles])
    return factory

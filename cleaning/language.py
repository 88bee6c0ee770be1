"""The language of a text.

Method and profiles are langdetect's: N. Shuyo, "Language Detection Library for Java" (2010), a naive Bayes classifier
over sequences of one to three letters, of which it draws some by chance. What it reckons with its profiles is reckoned
here, number for number, in two fifths of its time.
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

SAMPLE = 600  # characters; more change nothing but the time
TRIALS = 3  # langdetect's seven found no more languages of 267 texts, in half as much time again
SURE = 0.9  # probability below which the text leaves a choice
# langdetect leaves out addresses, too; of what is left here it finds none.
ADDRESS = re.compile(r"https?://\S{1,500}|\S{1,100}@\S{1,100}")

# What langdetect has as constants.
LEAST = 0.1  # probability of a language that is named at all
ALPHA, SPREAD, FREQUENCY = 0.5, 0.05, 10_000  # of what stands for the n-grams that a profile has not: mean, deviation
MOST_LOOKS, CONVERGED = 200, 0.99999  # at the probabilities, after every five n-grams
LATIN = re.compile("[A-z]")
NOT_LATIN = re.compile("[\u0300-\U0010ffff]")


def language(text: str, expected: str | None = None) -> tuple[str, float]:
    """The ISO 639-1 code ("zh-cn", "zh-tw" for Chinese) and its probability; ("und", 0.0) where there are no letters.

    `expected` is the tag of the language that the site is said to be written in; it decides where the text leaves a
    choice, with whatever probability the text gives it. Deterministic: langdetect draws at random, here from the same
    seed for every text.
    """
    sample = text[: 2 * SAMPLE]
    if "@" in sample or "://" in sample:
        sample = ADDRESS.sub(" ", sample)
    sample = sample[:SAMPLE]
    if not any(map(str.isalpha, sample)):
        return "und", 0.0
    best = _probabilities(_features(sample))
    if not best:  # letters of a script that none of the profiles has, or no language above all others
        return "und", 0.0
    code, probability = best[0]
    own = expected.lower().partition("-")[0] if expected else ""
    if probability < SURE and own:
        code, probability = next(((code, value) for code, value in best if code.startswith(own)), (own, 0.0))
    return code, round(probability, 4)


def warm() -> None:
    """Load the language profiles now: half a second that the first page need not wait."""
    _profiles()


def _features(sample: str) -> list[Sequence[float]]:
    """Of each n-gram that a profile has, its share in every language; in the order of the text."""
    if not sample.isascii():
        sample = NGram.normalize_vi(sample)
        if 2 * len(LATIN.findall(sample)) < len(NOT_LATIN.findall(sample)):
            sample = LATIN.sub("", sample)
    shares = _profiles().word_lang_prob_map.get  # None for an n-gram with a space in the middle, too
    features: list[Sequence[float]] = []
    first = second = " "
    for third in sample.translate(NORMAL):
        if not (third.isupper() and second.isupper()):  # of a word in capitals only the first counts
            pair = second + third
            features += filter(None, (shares(third), shares(pair), shares(first + pair)))
        first, second = second, third
    return features


def _probabilities(features: Sequence[Sequence[float]]) -> list[tuple[str, float]]:
    """The languages that a text with these features may be in, with their probabilities, the most likely first."""
    if not features:
        return []
    languages = _profiles().langlist
    chance = Random(0)  # noqa: S311 -- no secret: a sample of the text
    total = [0.0] * len(languages)
    for _ in range(TRIALS):
        probabilities = _trial(features, chance, len(languages))
        total = [sum_ + probability / TRIALS for sum_, probability in zip(total, probabilities, strict=True)]
    named = [(code, value) for code, value in zip(languages, total, strict=True) if value > LEAST]
    return sorted(named, key=lambda one: one[1], reverse=True)


def _trial(features: Sequence[Sequence[float]], chance: Random, languages: int) -> list[float]:
    """The probabilities of the languages by features drawn by chance, until one of them is sure."""
    draw = chance.choice
    rest = (ALPHA + chance.gauss(0.0, 1.0) * SPREAD) / FREQUENCY
    first = 1.0 / languages
    found = _of_one([first * (rest + share) for share in draw(features)])
    for _ in range(MOST_LOOKS):
        if max(found) > CONVERGED:
            break
        five = zip(found, *(draw(features) for _ in range(5)), strict=True)
        found = _of_one(
            [p * (rest + a) * (rest + b) * (rest + c) * (rest + d) * (rest + e) for p, a, b, c, d, e in five]
        )
    return found


def _of_one(values: list[float]) -> list[float]:
    """The values as shares of their sum."""
    whole = sum(values)
    return [value / whole for value in values]


class _Normal(dict[int, str]):
    """For `str.translate`: each character as the profiles have it, signs as spaces. Each is looked up once."""

    def __missing__(self, code: int) -> str:
        self[code] = letter = str(NGram.normalize(chr(code)))
        return letter


NORMAL = _Normal()


@cache
def _profiles() -> DetectorFactory:
    # A factory of our own, filled in sorted order: langdetect's shared one is filled in the order of the file system,
    # and twice by two threads that come at once.
    factory = DetectorFactory()
    profiles = sorted(path for path in Path(PROFILES_DIRECTORY).iterdir() if not path.name.startswith("."))
    factory.load_json_profile([path.read_text("utf-8") for path in profiles])
    return factory

"""The language of a text."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from langdetect import DetectorFactory, LangDetectException
from langdetect.detector_factory import PROFILES_DIRECTORY

SAMPLE = 600  # characters; more change nothing but the time
TRIALS = 3  # langdetect's seven found no more languages of 267 texts, in half as much time again
SURE = 0.9  # probability below which the text leaves a choice
ADDRESS = re.compile(r"https?://\S{1,500}|\S{1,100}@\S{1,100}")


def language(text: str, expected: str | None = None) -> tuple[str, float]:
    """The ISO 639-1 code ("zh-cn", "zh-tw" for Chinese) and its probability; ("und", 0.0) where there are no letters.

    `expected` is the tag of the language that the site is said to be written in; it decides where the text leaves a
    choice, with whatever probability the text gives it. Deterministic: langdetect draws at random, here from the same
    seed for every text.
    """
    sample = ADDRESS.sub(" ", text[: 2 * SAMPLE])[:SAMPLE]
    if not any(map(str.isalpha, sample)):
        return "und", 0.0
    detector = _factory().create()
    detector.n_trial = TRIALS
    detector.append(sample)
    try:
        best = detector.get_probabilities()
    except LangDetectException:  # letters of a script that none of its profiles has
        return "und", 0.0
    if not best:
        return "und", 0.0
    own = expected.lower().partition("-")[0] if expected else ""
    if best[0].prob >= SURE or not own:
        return best[0].lang, round(best[0].prob, 4)
    return next(((found.lang, round(found.prob, 4)) for found in best if found.lang.startswith(own)), (own, 0.0))


def warm() -> None:
    """Load the language profiles now: half a second that the first page need not wait."""
    _factory()


@cache
def _factory() -> DetectorFactory:
    # A factory of our own, filled in sorted order: langdetect's shared one is filled in the order of the file system,
    # and twice by two threads that come at once.
    factory = DetectorFactory()
    factory.set_seed(0)
    profiles = sorted(path for path in Path(PROFILES_DIRECTORY).iterdir() if not path.name.startswith("."))
    factory.load_json_profile([path.read_text("utf-8") for path in profiles])
    return factory

"""Texts of made-up words. Texts of different seeds share no run of words."""

from __future__ import annotations

import random

_SYLLABLES = [consonant + vowel for consonant in "bdklmnr" for vowel in "aeiou"]


def make_text(*seeds: object, paragraphs: int = 6, words: int = 40) -> str:
    """Return `paragraphs` lines of `words` words for each seed."""
    return "\n".join(
        _paragraph(random.Random(f"{seed} {number}"), words) for seed in seeds for number in range(paragraphs)
    )


def _paragraph(lot: random.Random, words: int) -> str:
    return " ".join("".join(lot.choices(_SYLLABLES, k=lot.randint(1, 4))) for _ in range(words)).capitalize() + "."

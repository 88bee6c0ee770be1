"""Split texts into paragraphs, sentences, words and facts, in any script, to make pairs of them.

A text is a tuple of paragraphs. A word is a run of letters or digits; in scripts that put no spaces between words, two
characters. A fact is a number or a name: a word with a capital within a sentence. In scripts without capitals the names
are the words that the fewest articles of the language have.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from random import Random

Text = tuple[str, ...]

UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff"
# Vowel signs of scripts that write them above and below the letters; \w does not match them.
MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0900-\u0dff"
WORD = re.compile(rf"[{UNSPACED}]{{1,2}}|(?:(?![{UNSPACED}])[\w{MARKS}])+")
SENTENCE = re.compile(r".+?(?:[.!?…\u0964]+[\"'”’»)\]]*(?=\s)|[。！？]+[”」』）]?|$)\s*", re.DOTALL)
RARE = 0.15  # share of the words of a text without capitals that count as names


def split_words(text: str) -> list[str]:
    return WORD.findall(text)


def count_words(text: Iterable[str]) -> int:
    """Return the number of words of a text, or of any lines."""
    return sum(len(split_words(line)) for line in text)


def split_paragraphs(text: str) -> Text:
    return tuple(" ".join(line.split()) for line in text.splitlines() if line.strip())


def split_sentences(text: Iterable[str]) -> list[tuple[int, str]]:
    """Return the sentences, each with the number of its paragraph."""
    return [
        (number, found.strip())
        for number, line in enumerate(text)
        for found in SENTENCE.findall(line)
        if split_words(found)
    ]


def join_sentences(numbered: Iterable[tuple[int, str]]) -> Text:
    """Join sentences with the numbers of their paragraphs to paragraphs; empty paragraphs are left out."""
    lines: dict[int, list[str]] = {}
    for number, sentence in numbered:
        lines.setdefault(number, []).append(sentence)
    return tuple((" " if is_spaced("".join(line)) else "").join(line) for line in lines.values())


def is_spaced(text: str) -> bool:
    """Return whether the text is in a script that puts spaces between words."""
    return len(re.findall(rf"[{UNSPACED}]", text)) * 2 < len(text)


def take_words(text: Text, number: int) -> Text:
    """Return the first words of a text; they may end within a sentence."""
    kept: list[str] = []
    for line in text:
        ends = [match.end() for match in WORD.finditer(line)]
        if len(ends) >= number:
            return (*kept, line[: ends[number - 1]]) if number > 0 else tuple(kept)
        kept.append(line)
        number -= len(ends)
    return tuple(kept)


def find_numbers(text: Text) -> set[str]:
    return {word for line in text for word in split_words(line) if any(letter.isdigit() for letter in word)}


def find_names(text: Text, frequency: Mapping[str, int]) -> list[str]:
    """Return the names in a text, most frequent first; `frequency` counts articles of its language by word."""
    words = [word for line in text for word in split_words(line) if not any(letter.isdigit() for letter in word)]
    if any(word != word.lower() for word in words):
        inside = Counter(
            word
            for _, sentence in split_sentences(text)
            for word in split_words(sentence)[1:]
            if word[0].isupper() and len(word) > 1
        )
        return [name for name, _ in inside.most_common()]
    times = Counter(words)
    rare: list[str] = []
    left = RARE * len(words)
    for word in sorted(times, key=lambda word: (frequency.get(word, 0), word)):
        if left <= 0:
            break
        rare.append(word)
        left -= times[word]
    return rare


def replace_words(text: Text, by: Mapping[str, str]) -> Text:
    """Replace these words in a text, wherever they stand."""
    if not by:
        return text
    if any(is_spaced(line) for line in text):
        return tuple(WORD.sub(lambda found: by.get(found[0], found[0]), line) for line in text)
    # Two characters at a time would miss the same name at another offset.
    either = re.compile("|".join(re.escape(word) for word in sorted(by, key=len, reverse=True)))
    return tuple(either.sub(lambda found: by[found[0]], line) for line in text)


def draw_number(number: str, rng: Random, taken: Collection[str] = ()) -> str:
    """Return another number with as many digits; not one of `taken` unless 20 tries fail."""
    other, tries = number, 0
    while other == number or (other in taken and tries < 20):
        other = "".join(str(rng.randrange(at == 0, 10)) if c.isdigit() else c for at, c in enumerate(number))
        tries += 1
    return other

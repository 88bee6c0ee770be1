"""Texts taken apart for the making of pairs: paragraphs, sentences, words and facts, in any script.

A text is a tuple of paragraphs. A word is a run of letters or digits; in scripts that put no spaces between words, two
characters at a time. A fact is a number, or a name: a word with a capital within a sentence. In scripts without
capitals the names are the words that the fewest articles of the language have.
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
# Of the scripts that write vowels over and under their letters, which are no \w.
MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0900-\u0dff"
WORD = re.compile(rf"[{UNSPACED}]{{1,2}}|(?:(?![{UNSPACED}])[\w{MARKS}])+")
SENTENCE = re.compile(r".+?(?:[.!?…\u0964]+[\"'”’»)\]]*(?=\s)|[。！？]+[”」』）]?|$)\s*", re.DOTALL)
RARE = 0.15  # of the words of a text that has no capitals


def words(text: str) -> list[str]:
    return WORD.findall(text)


def size(text: Iterable[str]) -> int:
    """Words of a text or of any lines of one."""
    return sum(len(words(line)) for line in text)


def paragraphs(text: str) -> Text:
    return tuple(" ".join(line.split()) for line in text.splitlines() if line.strip())


def sentences(text: Iterable[str]) -> list[tuple[int, str]]:
    """The sentences, each with the number of its paragraph."""
    return [
        (number, found.strip()) for number, line in enumerate(text) for found in SENTENCE.findall(line) if words(found)
    ]


def joined(those: Iterable[tuple[int, str]]) -> Text:
    """Paragraphs again, of sentences with their paragraphs' numbers; such as lost all theirs are gone."""
    lines: dict[int, list[str]] = {}
    for number, sentence in those:
        lines.setdefault(number, []).append(sentence)
    return tuple((" " if spaced("".join(line)) else "").join(line) for line in lines.values())


def spaced(text: str) -> bool:
    """Whether it is of a script that puts spaces between words."""
    return len(re.findall(rf"[{UNSPACED}]", text)) * 2 < len(text)


def first_words(text: Text, number: int) -> Text:
    """The beginning of a text, so many words long; mid-sentence where it comes to that."""
    kept: list[str] = []
    for line in text:
        ends = [match.end() for match in WORD.finditer(line)]
        if len(ends) >= number:
            return (*kept, line[: ends[number - 1]]) if number > 0 else tuple(kept)
        kept.append(line)
        number -= len(ends)
    return tuple(kept)


def numbers(text: Text) -> set[str]:
    return {word for line in text for word in words(line) if any(letter.isdigit() for letter in word)}


def names(text: Text, frequency: Mapping[str, int]) -> list[str]:
    """The names of a text, most frequent first; `frequency` is in how many articles of its language a word stands."""
    told = [word for line in text for word in words(line) if not any(letter.isdigit() for letter in word)]
    if any(word != word.lower() for word in told):
        inside = Counter(
            word
            for _, sentence in sentences(text)
            for word in words(sentence)[1:]
            if word[0].isupper() and len(word) > 1
        )
        return [name for name, _ in inside.most_common()]
    times = Counter(told)
    rare: list[str] = []
    left = RARE * len(told)
    for word in sorted(times, key=lambda word: (frequency.get(word, 0), word)):
        if left <= 0:
            break
        rare.append(word)
        left -= times[word]
    return rare


def replaced(text: Text, by: Mapping[str, str]) -> Text:
    """The text with these words replaced wherever they stand."""
    if not by:
        return text
    if any(spaced(line) for line in text):
        return tuple(WORD.sub(lambda found: by.get(found[0], found[0]), line) for line in text)
    # Two characters at a time would miss the same name at another offset.
    either = re.compile("|".join(re.escape(word) for word in sorted(by, key=len, reverse=True)))
    return tuple(either.sub(lambda found: by[found[0]], line) for line in text)


def other_number(number: str, lot: Random, taken: Collection[str] = ()) -> str:
    """Another number of as many digits; one that is not taken, where such a one is soon found."""
    other, tries = number, 0
    while other == number or (other in taken and tries < 20):
        other = "".join(str(lot.randrange(at == 0, 10)) if c.isdigit() else c for at, c in enumerate(number))
        tries += 1
    return other

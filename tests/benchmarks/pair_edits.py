"""What may happen to a text that stays the same story. Each gives None where the text does not allow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wording import WORD, Text, first_words, joined, other_number, sentences, size, spaced, words

from cleaning.rules.reading import weight
from cleaning.verdict import SHORTEST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

LEEWAY = 0.06  # an abridged text may keep so much more than its share where it ends with a sentence; never less
TRIES = 30
MOST_PARAGRAPHS = 8  # a text of more loses whole paragraphs, if it loses parts all over, in half of the cases


def is_article(text: Text) -> bool:
    """Whether the crawl would keep it: it rejects what has less text."""
    return sum(map(weight, text)) >= SHORTEST


def cut_off(text: Text, share: float, lot: Random) -> Text | None:
    """The first words of a text: to the end of a paragraph, of a sentence, or mid-sentence."""
    whole = size(text)
    by_sentence = sentences(text)
    ends: list[Text] = [first_words(text, round(share * whole))]
    for pieces in (
        [text[:at] for at in range(1, len(text))],
        [joined(by_sentence[:n]) for n in range(len(by_sentence))],
    ):
        fitting = [piece for piece in pieces if share <= size(piece) / whole <= share + LEEWAY]
        ends += fitting[:1]
    chosen = lot.choice(ends)
    return chosen if is_article(chosen) else None


def thinned(text: Text, share: float, lot: Random) -> Text | None:
    """A text without sentences or paragraphs here and there."""
    whole = size(text)
    parts = sentences(text)
    if len(text) > MOST_PARAGRAPHS and lot.random() < 0.5:
        parts = list(enumerate(text))
    for _ in range(TRIES):
        left, kept = whole, set(range(len(parts)))
        for at in lot.sample(range(len(parts)), len(parts)):
            less = left - len(words(parts[at][1]))
            if less / whole >= share:
                left = less
                kept.remove(at)
        if share <= left / whole <= share + LEEWAY:
            chosen = joined(parts[at] for at in sorted(kept))
            return chosen if is_article(chosen) else None
    return None


def edited(text: Text, share: float, vocabulary: Sequence[str], lot: Random, *, longest: int = 1) -> Text | None:
    """A share of the words replaced by others of the vocabulary (half), left out, or swapped with the next (a quarter).

    Spread by lot; one by one, or in runs of three to `longest` words.
    """
    places = [(number, at) for number, line in enumerate(text) for at in range(len(words(line)))]
    between = [WORD.split(line) for line in text]
    told = [words(line) for line in text]
    altered: set[int] = set()
    wanted = round(share * len(places))
    while len(altered) < wanted:
        run = 1 if longest == 1 else lot.randint(3, longest)
        start = lot.randrange(len(places))
        for place in range(start, min(start + run, len(places))):
            if place in altered or len(altered) >= wanted:
                continue
            number, at = places[place]
            line = told[number]
            how = lot.random()
            altered.add(place)
            if how < 0.25 and at + 1 < len(line) and place + 1 not in altered and line[at] != line[at + 1]:
                line[at], line[at + 1] = line[at + 1], line[at]
                altered.add(place + 1)
            elif how < 0.5:
                line[at] = ""
                between[number][at + 1] = between[number][at + 1].lstrip(" ")
            else:
                line[at] = _another(line[at], vocabulary, lot)
    lines = (
        "".join(gap + word for gap, word in zip(gaps, [*line, ""], strict=True)).strip()
        for gaps, line in zip(between, told, strict=True)
    )
    return tuple(line for line in lines if words(line))


def reordered(text: Text, lot: Random) -> Text | None:
    """Paragraphs in another order; sentences where there are few paragraphs."""
    if len(text) >= 4:
        order = lot.sample(range(len(text)), len(text))
        return tuple(text[at] for at in order) if order != sorted(order) else None
    parts = [sentence for _, sentence in sentences(text)]
    order = lot.sample(range(len(parts)), len(parts))
    if len(parts) < 4 or order == sorted(order):
        return None
    return joined([(at * len(text) // len(parts), parts[part]) for at, part in enumerate(order)])


def with_paragraphs(text: Text, more: Text, where: str) -> Text:
    """Paragraphs inserted at the "top", in the "middle" or at the "end"; between sentences where there is but one."""
    if len(text) == 1:
        parts = sentences(text)
        half = len(parts) // 2
        text = joined([(int(at >= half), sentence) for at, (_, sentence) in enumerate(parts)])
    at = {"top": 0, "middle": len(text) // 2, "end": len(text)}[where]
    return (*text[:at], *more, *text[at:])


def with_other_numbers(text: Text, most: int, lot: Random) -> Text | None:
    """At most so many of the numbers, and half of them, are others; None where there is none."""
    found = [
        (number, match.span(), match[0])
        for number, line in enumerate(text)
        for match in WORD.finditer(line)
        if match[0].isdigit()
    ]
    if not found:
        return None
    lines = list(text)
    for number, (start, end), word in sorted(lot.sample(found, min(most, (len(found) + 1) // 2)), reverse=True):
        lines[number] = lines[number][:start] + other_number(word, lot) + lines[number][end:]
    return tuple(lines)


def framed(text: Text, lines: Sequence[str], name: str, site_name: str, lot: Random) -> Text | None:
    """The text as another desk gives it: one to three of what desks do. `lines` and `name` are of another article.

    A dateline, a credit line, a notice under or over the text, another first or last sentence; the lines that it gets
    are at most a seventh of the text.
    """
    short = [line for line in lines if 4 <= len(words(line)) <= size(text) / 14]
    if not short:
        return None
    parts = sentences(text)
    for how in sorted(lot.sample(range(5), lot.randint(1, 3))):
        line = lot.choice(short)
        match how:
            case 0:
                number, first = parts[0]
                parts[0] = (number, f"{name.upper()} ({site_name}) - {first}")
            case 1:
                parts.append((parts[-1][0] + 1, f"{site_name} / {name}"))
            case 2:
                parts.append((parts[-1][0] + 1, line))
            case 3:
                parts.insert(0, (parts[0][0] - 1, line))
            case _:
                at = lot.choice((0, -1))
                if len(words(parts[at][1])) <= size(text) / 14:
                    parts[at] = (parts[at][0], line)
                else:
                    parts[at] = (parts[at][0], f"{line}{' ' if spaced(line) else ''}{parts[at][1]}")
    return joined(parts)


def _another(word: str, vocabulary: Sequence[str], lot: Random) -> str:
    while (other := lot.choice(vocabulary)).casefold() == word.casefold():
        pass
    return other[0].upper() + other[1:] if word[0].isupper() and not word.isupper() else other

"""Edit a text so that it stays the same story. Each function returns None if the text does not allow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wording import (
    WORD,
    Text,
    count_words,
    draw_number,
    is_spaced,
    join_sentences,
    split_sentences,
    split_words,
    take_words,
)

from cleaning.page.paragraphs import count_letters
from cleaning.verdict import MIN_LETTERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

LEEWAY = 0.06  # an abridged text may be longer by this share, to end with a sentence; it is never shorter
TRIES = 30
MAX_PARAGRAPHS = 8  # a longer text loses whole paragraphs in half of the cases when it is thinned out


def is_long_enough(text: Text) -> bool:
    """Return whether the crawl would keep the text, which rejects shorter ones."""
    return sum(map(count_letters, text)) >= MIN_LETTERS


def cut_off(text: Text, share: float, rng: Random) -> Text | None:
    """Cut a text after a share of its words: at the end of a paragraph or a sentence, or within one."""
    whole = count_words(text)
    by_sentence = split_sentences(text)
    ends: list[Text] = [take_words(text, round(share * whole))]
    for pieces in (
        [text[:at] for at in range(1, len(text))],
        [join_sentences(by_sentence[:n]) for n in range(len(by_sentence))],
    ):
        fitting = [piece for piece in pieces if share <= count_words(piece) / whole <= share + LEEWAY]
        ends += fitting[:1]
    chosen = rng.choice(ends)
    return chosen if is_long_enough(chosen) else None


def thin_out(text: Text, share: float, rng: Random) -> Text | None:
    """Leave out sentences or paragraphs all over a text."""
    whole = count_words(text)
    parts = split_sentences(text)
    if len(text) > MAX_PARAGRAPHS and rng.random() < 0.5:
        parts = list(enumerate(text))
    for _ in range(TRIES):
        left, kept = whole, set(range(len(parts)))
        for at in rng.sample(range(len(parts)), len(parts)):
            less = left - len(split_words(parts[at][1]))
            if less / whole >= share:
                left = less
                kept.remove(at)
        if share <= left / whole <= share + LEEWAY:
            chosen = join_sentences(parts[at] for at in sorted(kept))
            return chosen if is_long_enough(chosen) else None
    return None


def edit_words(text: Text, share: float, vocabulary: Sequence[str], rng: Random, *, longest: int = 1) -> Text | None:
    """Replace a share of the words by others of the vocabulary (half), leave them out or swap them (a quarter each).

    The words are drawn at random, one by one or in runs of three to `longest` words.
    """
    positions = [(number, at) for number, line in enumerate(text) for at in range(len(split_words(line)))]
    between = [WORD.split(line) for line in text]
    word_lists = [split_words(line) for line in text]
    altered: set[int] = set()
    wanted = round(share * len(positions))
    while len(altered) < wanted:
        run = 1 if longest == 1 else rng.randint(3, longest)
        start = rng.randrange(len(positions))
        for position in range(start, min(start + run, len(positions))):
            if position in altered or len(altered) >= wanted:
                continue
            number, at = positions[position]
            line = word_lists[number]
            how = rng.random()
            altered.add(position)
            if how < 0.25 and at + 1 < len(line) and position + 1 not in altered and line[at] != line[at + 1]:
                line[at], line[at + 1] = line[at + 1], line[at]
                altered.add(position + 1)
            elif how < 0.5:
                line[at] = ""
                between[number][at + 1] = between[number][at + 1].lstrip(" ")
            else:
                line[at] = _draw_word(line[at], vocabulary, rng)
    lines = (
        "".join(gap + word for gap, word in zip(gaps, [*line, ""], strict=True)).strip()
        for gaps, line in zip(between, word_lists, strict=True)
    )
    return tuple(line for line in lines if split_words(line))


def reorder(text: Text, rng: Random) -> Text | None:
    """Change the order of the paragraphs, or of the sentences if there are few paragraphs."""
    if len(text) >= 4:
        order = rng.sample(range(len(text)), len(text))
        return tuple(text[at] for at in order) if order != sorted(order) else None
    parts = [sentence for _, sentence in split_sentences(text)]
    order = rng.sample(range(len(parts)), len(parts))
    if len(parts) < 4 or order == sorted(order):
        return None
    return join_sentences([(at * len(text) // len(parts), parts[part]) for at, part in enumerate(order)])


def insert_paragraphs(text: Text, more: Text, where: str) -> Text:
    """Insert paragraphs at the "top", in the "middle" or at the "end"; between sentences if there is one paragraph."""
    if len(text) == 1:
        parts = split_sentences(text)
        half = len(parts) // 2
        text = join_sentences([(int(at >= half), sentence) for at, (_, sentence) in enumerate(parts)])
    at = {"top": 0, "middle": len(text) // 2, "end": len(text)}[where]
    return (*text[:at], *more, *text[at:])


def change_numbers(text: Text, most: int, rng: Random) -> Text | None:
    """Change at most so many of the numbers, and at most half of them; None if there is none."""
    found = [
        (number, match.span(), match[0])
        for number, line in enumerate(text)
        for match in WORD.finditer(line)
        if match[0].isdigit()
    ]
    if not found:
        return None
    lines = list(text)
    for number, (start, end), word in sorted(rng.sample(found, min(most, (len(found) + 1) // 2)), reverse=True):
        lines[number] = lines[number][:start] + draw_number(word, rng) + lines[number][end:]
    return tuple(lines)


def add_frame(text: Text, lines: Sequence[str], name: str, site_name: str, rng: Random) -> Text | None:
    """Make one to three of the changes of another newsroom; `lines` and `name` are of another article.

    These are a dateline, a credit line, a notice below or above the text, another first or last sentence. Added lines
    have at most a seventh of the text's words.
    """
    short = [line for line in lines if 4 <= len(split_words(line)) <= count_words(text) / 14]
    if not short:
        return None
    parts = split_sentences(text)
    for how in sorted(rng.sample(range(5), rng.randint(1, 3))):
        line = rng.choice(short)
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
                at = rng.choice((0, -1))
                if len(split_words(parts[at][1])) <= count_words(text) / 14:
                    parts[at] = (parts[at][0], line)
                else:
                    parts[at] = (parts[at][0], f"{line}{' ' if is_spaced(line) else ''}{parts[at][1]}")
    return join_sentences(parts)


def _draw_word(word: str, vocabulary: Sequence[str], rng: Random) -> str:
    while (other := rng.choice(vocabulary)).casefold() == word.casefold():
        pass
    return other[0].upper() + other[1:] if word[0].isupper() and not word.isupper() else other

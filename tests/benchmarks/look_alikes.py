"""Make pairs of texts that look like one story and are two. Each function returns None if the texts do not allow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wording import (
    Text,
    count_words,
    draw_number,
    find_names,
    find_numbers,
    join_sentences,
    replace_words,
    split_sentences,
    split_words,
    take_words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

# The least number of different facts in an instalment of a template, and the least share of words that they change.
MIN_FACTS, FACTS_SHARE = 10, 0.12
MAX_KEPT = 0.35  # of a template's words, in sentences that are kept word for word
MAX_QUOTED = 0.2  # of a report's words, in sentences that another report has
MAX_STANDING = 0.35  # of a text's words, in a standing paragraph
ROUND_UP = (0.06, 0.145)  # least and greatest share of a round-up that one short article of it may be


def replace_facts(
    title: str, text: Text, others: Sequence[str], frequency: Mapping[str, int], rng: Random
) -> tuple[str, Text] | None:
    """Return title and text with every number and name replaced by another, equal ones by equal ones."""
    return _apply_facts(draw_facts(text, others, frequency, rng), title, text)


def replace_some_facts(
    title: str, text: Text, others: Sequence[str], frequency: Mapping[str, int], rng: Random
) -> tuple[str, Text] | None:
    """Do the same, but keep the sentences with the fewest facts, about a third of the text."""
    by = draw_facts(text, others, frequency, rng)
    parts = split_sentences(text)
    kept: set[int] = set()
    left = MAX_KEPT * count_words(text)
    for at in sorted(range(len(parts)), key=lambda at: sum(word in by for word in split_words(parts[at][1]))):
        left -= len(split_words(parts[at][1]))
        if left < 0:
            break
        kept.add(at)
    changed = {at: replace_words((sentence,), by)[0] for at, (_, sentence) in enumerate(parts) if at not in kept}
    after = join_sentences((number, changed.get(at, sentence)) for at, (number, sentence) in enumerate(parts))
    return (replace_words((title,), by)[0], after) if is_different(text, after) else None


def draw_facts(text: Text, others: Sequence[str], frequency: Mapping[str, int], rng: Random) -> dict[str, str]:
    """Return another fact for each fact of a text: numbers with as many digits, names of other articles."""
    own = find_names(text, frequency)
    foreign = [name for name in others if name not in set(own)]
    by = dict(zip(own, rng.sample(foreign, len(foreign)), strict=False))
    stated = find_numbers(text)
    return by | {number: draw_number(number, rng, stated) for number in sorted(stated)}


def is_different(one: Text, other: Text) -> bool:
    """Return whether enough words, position by position, and enough different words have changed."""
    before, after = (split_words("\n".join(text)) for text in (one, other))
    changed = [word for word, now in zip(before, after, strict=False) if word != now]
    return len(set(changed)) >= MIN_FACTS and len(changed) >= FACTS_SHARE * len(before)


def make_instalment(text: Text, body: Text, share: float) -> Text | None:
    """Return another instalment: greeting and sign-off of one text, `share` of both, around another body."""
    parts = split_sentences(text)
    room = share * count_words(text) / 2
    greeting, sign_off = _take_fitting(parts, room), _take_fitting(parts[::-1], room)[::-1]
    if not greeting or not sign_off:
        return None
    frame = count_words([sentence for _, sentence in (*greeting, *sign_off)])
    inner = take_words(body, count_words(text) - frame)
    if frame > share * (frame + count_words(inner)):
        return None
    return (*join_sentences(greeting), *inner, *join_sentences(sign_off))


def make_other_report(text: Text, body: Text, frequency: Mapping[str, int], rng: Random) -> Text | None:
    """Return a report of the same event: two or three of the sentences, the names and numbers, in another text."""
    other_names, own_names = find_names(body, frequency), find_names(text, frequency)
    by = dict(zip(other_names, own_names, strict=False))
    by |= dict(zip(sorted(find_numbers(body)), sorted(find_numbers(text)), strict=False))
    report = split_sentences(replace_words(body, by))
    most = MAX_QUOTED * min(count_words(text), count_words(body))
    quotable = [sentence for _, sentence in split_sentences(text) if 6 <= len(split_words(sentence)) <= most / 2]
    if len(quotable) < 2 or len(report) < 3:
        return None
    quoted: list[str] = []
    for sentence in rng.sample(quotable, min(3, len(quotable))):
        if count_words([*quoted, sentence]) <= most:
            quoted.append(sentence)
    for sentence in quoted:
        at = rng.randrange(1, len(report))
        report.insert(at, (report[at - 1][0], sentence))
    return join_sentences(report) if len(quoted) >= 2 else None


def make_round_up(text: Text, others: Sequence[Text], rng: Random) -> Text | None:
    """Return a page that holds the whole article among as many others as its share needs."""
    share = rng.uniform(*ROUND_UP)
    left = round(count_words(text) / share) - count_words(text)
    pieces: list[Text] = []
    for other in others:
        pieces.append(take_words(other, min(left, rng.randint(200, 600))))
        left -= count_words(pieces[-1])
        if left <= 0:
            break
    if left > 0:
        return None
    pieces.insert(rng.randint(0, len(pieces)), text)
    return tuple(line for piece in pieces for line in piece)


def make_standing_paragraph(source: Text, shortest: int) -> str | None:
    """Return consecutive sentences of 40 to 150 words, for texts of which the shorter has so many words."""
    most = min(150, MAX_STANDING / (1 - MAX_STANDING) * shortest, count_words(source) / 4)
    paragraph = [sentence for _, sentence in _take_fitting(split_sentences(source)[1:], most)]
    return join_sentences((0, sentence) for sentence in paragraph)[0] if count_words(paragraph) >= 40 else None


def _apply_facts(by: Mapping[str, str], title: str, text: Text) -> tuple[str, Text] | None:
    after = replace_words(text, by)
    return (replace_words((title,), by)[0], after) if is_different(text, after) else None


def _take_fitting(parts: Sequence[tuple[int, str]], most: float) -> list[tuple[int, str]]:
    """Return the first of these sentences, up to so many words together."""
    kept: list[tuple[int, str]] = []
    for part in parts:
        if count_words([sentence for _, sentence in (*kept, part)]) > most:
            break
        kept.append(part)
    return kept

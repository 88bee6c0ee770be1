"""Pairs of texts that look like one story and are two. Each gives None where the texts do not allow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wording import Text, first_words, joined, names, numbers, other_number, replaced, sentences, size, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

# A template is one where so many facts differ, and by them so many of the words.
FEWEST_FACTS, FACTS_SHARE = 10, 0.12
KEPT = 0.35  # of a template's words that may stand in lines that are kept word for word
QUOTED = 0.2  # of the words of a report may stand in sentences that another report has
STANDING = 0.35  # of the words of a text may be a standing paragraph
ROUND_UP = (0.06, 0.145)  # share of a round-up that one short article of it may be


def other_facts(
    title: str, text: Text, others: Sequence[str], frequency: Mapping[str, int], lot: Random
) -> tuple[str, Text] | None:
    """Title and text with every number and every name replaced by others, the same by the same."""
    return _with(facts(text, others, frequency, lot), title, text)


def some_lines_kept(
    title: str, text: Text, others: Sequence[str], frequency: Mapping[str, int], lot: Random
) -> tuple[str, Text] | None:
    """The same; but sentences that have the fewest facts, a third of the text, are kept as they are."""
    by = facts(text, others, frequency, lot)
    parts = sentences(text)
    kept: set[int] = set()
    left = KEPT * size(text)
    for at in sorted(range(len(parts)), key=lambda at: sum(word in by for word in words(parts[at][1]))):
        left -= len(words(parts[at][1]))
        if left < 0:
            break
        kept.add(at)
    changed = {at: replaced((sentence,), by)[0] for at, (_, sentence) in enumerate(parts) if at not in kept}
    after = joined((number, changed.get(at, sentence)) for at, (number, sentence) in enumerate(parts))
    return (replaced((title,), by)[0], after) if is_other(text, after) else None


def facts(text: Text, others: Sequence[str], frequency: Mapping[str, int], lot: Random) -> dict[str, str]:
    """Another fact for each of a text: numbers of as many digits, names of another article."""
    mine = names(text, frequency)
    foreign = [name for name in others if name not in set(mine)]
    by = dict(zip(mine, lot.sample(foreign, len(foreign)), strict=False))
    stated = numbers(text)
    return by | {number: other_number(number, lot, stated) for number in sorted(stated)}


def is_other(one: Text, other: Text) -> bool:
    """Whether enough of the words, place by place, and enough different ones are others."""
    before, after = (words("\n".join(text)) for text in (one, other))
    changed = [word for word, now in zip(before, after, strict=False) if word != now]
    return len(set(changed)) >= FEWEST_FACTS and len(changed) >= FACTS_SHARE * len(before)


def instalment(text: Text, body: Text, share: float) -> Text | None:
    """Another day's instalment: greeting and sign-off of the one text, `share` of both, and another body between."""
    parts = sentences(text)
    room = share * size(text) / 2
    greeting, sign_off = _fitting(parts, room), _fitting(parts[::-1], room)[::-1]
    if not greeting or not sign_off:
        return None
    frame = size([sentence for _, sentence in (*greeting, *sign_off)])
    inner = first_words(body, size(text) - frame)
    if frame > share * (frame + size(inner)):
        return None
    return (*joined(greeting), *inner, *joined(sign_off))


def other_report(text: Text, body: Text, frequency: Mapping[str, int], lot: Random) -> Text | None:
    """The event in different words: two or three of the sentences, the names and numbers; the rest is another text."""
    theirs, mine = names(body, frequency), names(text, frequency)
    by = dict(zip(theirs, mine, strict=False))
    by |= dict(zip(sorted(numbers(body)), sorted(numbers(text)), strict=False))
    told = sentences(replaced(body, by))
    most = QUOTED * min(size(text), size(body))
    quotable = [sentence for _, sentence in sentences(text) if 6 <= len(words(sentence)) <= most / 2]
    if len(quotable) < 2 or len(told) < 3:
        return None
    quoted: list[str] = []
    for sentence in lot.sample(quotable, min(3, len(quotable))):
        if size([*quoted, sentence]) <= most:
            quoted.append(sentence)
    for sentence in quoted:
        at = lot.randrange(1, len(told))
        told.insert(at, (told[at - 1][0], sentence))
    return joined(told) if len(quoted) >= 2 else None


def round_up(text: Text, others: Sequence[Text], lot: Random) -> Text | None:
    """A page that holds the whole article among others, of which as many are taken as it needs."""
    share = lot.uniform(*ROUND_UP)
    left = round(size(text) / share) - size(text)
    pieces: list[Text] = []
    for other in others:
        pieces.append(first_words(other, min(left, lot.randint(200, 600))))
        left -= size(pieces[-1])
        if left <= 0:
            break
    if left > 0:
        return None
    pieces.insert(lot.randint(0, len(pieces)), text)
    return tuple(line for piece in pieces for line in piece)


def standing_paragraph(source: Text, shortest: int) -> str | None:
    """Consecutive sentences of an article, 40 to 150 words, for texts of which the shorter has so many words."""
    most = min(150, STANDING / (1 - STANDING) * shortest, size(source) / 4)
    paragraph = [sentence for _, sentence in _fitting(sentences(source)[1:], most)]
    return joined((0, sentence) for sentence in paragraph)[0] if size(paragraph) >= 40 else None


def _with(by: Mapping[str, str], title: str, text: Text) -> tuple[str, Text] | None:
    after = replaced(text, by)
    return (replaced((title,), by)[0], after) if is_other(text, after) else None


def _fitting(parts: Sequence[tuple[int, str]], most: float) -> list[tuple[int, str]]:
    """The first of these sentences that have so many words together."""
    kept: list[tuple[int, str]] = []
    for part in parts:
        if size([sentence for _, sentence in (*kept, part)]) > most:
            break
        kept.append(part)
    return kept

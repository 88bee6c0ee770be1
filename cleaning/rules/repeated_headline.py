"""The headline again, at the top of the text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from cleaning.headlines import headline_key
from cleaning.rules.reading import Cut, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

NEAR = 90  # likeness, of 100, that an edited headline keeps
FUZZY_WORDS = 4  # shorter headlines must be the same


def rule(reading: Reading) -> Iterator[Cut]:
    context = reading.context
    titles = {
        key: title for title in (context.title, *context.titles) if (key := headline_key(title, context.site_name))
    }
    if not titles:
        return
    longest = max(map(len, titles))
    body = reading.body
    first_body = body[0] if body else len(reading.blocks)
    for index, _ in reading.kept():
        key = reading.key(index)
        if not key or len(key) > 1.3 * longest + 20:
            continue
        if key in titles:
            yield Cut(index, f"same words as the headline “{titles[key]}”")
        elif index <= first_body and len(key.split()) >= FUZZY_WORDS:
            near = next((title for other, title in titles.items() if _near(key, other)), None)
            if near is not None:
                yield Cut(index, f"nearly the words of the headline “{near}”")


def _near(key: str, other: str) -> bool:
    if len(other.split()) < FUZZY_WORDS or fuzz.ratio(key, other) < NEAR:
        return False
    # Another result is another line; a count of comments behind the headline is not.
    own, theirs = (Counter(word for word in words.split() if word.isdecimal()) for words in (key, other))
    return own <= theirs or theirs <= own

"""Cut the headline where it is repeated at the top of the text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from cleaning.page.headline_key import normalize_headline
from cleaning.rules.page_blocks import Cut, PageBlocks

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_LIKENESS = 90  # of 100, of an edited headline
MIN_FUZZY_WORDS = 4  # shorter headlines must be equal


def rule(page: PageBlocks) -> Iterator[Cut]:
    context = page.context
    titles = {
        key: title
        for title in (context.title, *context.titles)
        if (key := normalize_headline(title, context.site_name))
    }
    if not titles:
        return
    longest = max(map(len, titles))
    body = page.body
    first_body = body[0] if body else len(page.blocks)
    for index, _ in page.kept_blocks():
        key = page.get_key(index)
        if not key or len(key) > 1.3 * longest + 20:
            continue
        if key in titles:
            yield Cut(index, f"same words as the headline “{titles[key]}”")
        elif index <= first_body and len(key.split()) >= MIN_FUZZY_WORDS:
            near = next((title for other, title in titles.items() if _is_near(key, other)), None)
            if near is not None:
                yield Cut(index, f"nearly the words of the headline “{near}”")


def _is_near(key: str, other: str) -> bool:
    if len(other.split()) < MIN_FUZZY_WORDS or fuzz.ratio(key, other) < MIN_LIKENESS:
        return False
    # A headline with another number (a result) is another line; one with a count of comments behind it is not.
    numbers, other_numbers = (Counter(word for word in words.split() if word.isdecimal()) for words in (key, other))
    return numbers <= other_numbers or other_numbers <= numbers

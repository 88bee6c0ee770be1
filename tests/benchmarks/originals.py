"""Load the articles of which pairs are made: those of DATA with gold text of at least 80 words.

The headline is the one in the gold, the first line of a gold that begins with it, or else the page's title. The text is
the rest. Articles that DATA holds twice, or in parts, would make labels wrong. Two articles are duplicates if their
addresses are equal, or if a fifth of the shorter's shingles of five words stands in the other. That is counted exactly,
over all pairs; shingles of more than MAX_HOLDERS articles are boilerplate and do not count. Of duplicates the longest
article stays.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from gold import load_pages
from lxml import html
from wording import Text, count_words, split_paragraphs, split_words

from cleaning.metadata.language.choose_language import detect_language
from cleaning.page.headline_key import make_headline_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from gold import Page

MIN_WORDS = 80
DUPLICATE_SHARE, SHINGLE, MAX_HOLDERS = 0.2, 5, 20
DAY = datetime(2026, 11, 20, 6, tzinfo=UTC)  # articles without a date get one in the 60 days before, or none
TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
SEPARATORS = re.compile(r"\s+[|–—-]\s+")


@dataclass(frozen=True)
class SourceArticle:
    """An article of one site."""

    url: str
    site: str
    title: str
    text: Text
    language: str
    published_at: datetime | None

    @property
    def site_name(self) -> str:
        return self.site.removeprefix("www.").partition(".")[0].title()

    @property
    def key(self) -> str:
        return make_headline_key(self.title, self.site_name)

    @cached_property
    def size(self) -> int:
        """The number of words of the text."""
        return count_words(self.text)


class Originals(NamedTuple):
    """The articles of DATA, and how many were left out: duplicates of others, and short ones."""

    articles: list[SourceArticle]
    duplicates: int
    short: int  # of fewer than MIN_WORDS words


def load_originals(paths: Iterable[Path], sample: int = 1) -> Originals:
    pages = [page for path in paths for page in load_pages(path, sample) if page.get("text")]
    articles = [_build_article(page, Random(str(page["url"]))) for page in pages]
    long = [one for one in articles if one.size >= MIN_WORDS]
    kept = remove_duplicates(long)
    return Originals(kept, len(long) - len(kept), len(articles) - len(long))


def remove_duplicates(articles: Sequence[SourceArticle]) -> list[SourceArticle]:
    """Return the articles without duplicates; the longest of each group stays."""
    shingles = [_hash_shingles(one.text) for one in articles]
    articles_with = defaultdict[int, list[int]](list)
    for number, own in enumerate(shingles):
        for shingle in own:
            articles_with[shingle].append(number)
    common = Counter[tuple[int, int]]()
    for those in articles_with.values():
        if 1 < len(those) <= MAX_HOLDERS:
            common.update((one, other) for at, one in enumerate(those) for other in those[at + 1 :])
    related = defaultdict[int, set[int]](set)
    for (one, other), number in common.items():
        if number >= DUPLICATE_SHARE * min(len(shingles[one]), len(shingles[other])):
            related[one].add(other)
            related[other].add(one)
    left_out: set[int] = set()
    seen: set[str] = set()
    for number in sorted(range(len(articles)), key=lambda number: (-articles[number].size, articles[number].url)):
        if number in left_out or articles[number].url in seen:
            left_out.add(number)
        else:
            seen.add(articles[number].url)
            left_out |= related[number]
    return [one for number, one in enumerate(articles) if number not in left_out]


def _hash_shingles(text: Text) -> set[int]:
    words = [word.casefold() for line in text for word in split_words(line)]
    return {hash(tuple(words[at : at + SHINGLE])) for at in range(len(words) - SHINGLE + 1)}


def _build_article(page: Page, rng: Random) -> SourceArticle:
    text = split_paragraphs(page["text"])
    title = page.get("title") or ""
    if not title:
        title, text = _split_headline(page, text)
    language = page.get("lang") or detect_language("\n".join(text)).code
    return SourceArticle(
        page["url"],
        urlsplit(page["url"]).hostname or page["url"],
        title,
        text,
        language,
        _parse_date(page.get("date"), rng),
    )


def _split_headline(page: Page, text: Text) -> tuple[str, Text]:
    """Return the headline, and the text without it."""
    found = TITLE.search(page["html"])
    title = " ".join(html.fromstring(f"<p>{found[1]}</p>").text_content().split()) if found and found[1].strip() else ""
    if not page.get("headline_in_gold"):
        return max(SEPARATORS.split(title), key=len), text
    # Normally the first line; after a date or a section, one of the next three if it is like the page's title.
    likeness = [SequenceMatcher(None, line.casefold(), title.casefold()).ratio() for line in text[:4]]
    best = max(range(len(likeness)), key=likeness.__getitem__) if likeness else 0
    at = best if likeness and likeness[best] >= 0.6 else 0
    return text[at][:300], text[:at] + text[at + 1 :]


def _parse_date(date: str | None, rng: Random) -> datetime | None:
    if date:
        found = datetime.fromisoformat(date)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None if rng.random() < 0.2 else DAY - timedelta(minutes=rng.randrange(60 * 24 * 60))

"""The material for pairs: other sites, dates, headlines, words and bodies of real articles.

Nothing is invented: all material comes from other articles of the same language. The body of an article is used in only
one pair of a round.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from functools import cache
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING

from originals import SourceArticle
from wording import Text, count_words, find_names, split_sentences, split_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime


HEADLINES: tuple[Callable[[str, str], str], ...] = (
    lambda title, _: title,
    lambda title, _: title,
    lambda title, name: f"{title} - {name}",
    lambda title, name: f"{title} | {name}",
    lambda title, name: f"{name}: {title}",
    lambda title, _: title.upper(),
    lambda title, _: f"{title}.",
)


class Library:
    """All originals by language, with counts that are made once."""

    def __init__(self, articles: Sequence[SourceArticle]) -> None:
        self.articles = list(articles)
        self.sites = sorted({one.site for one in articles})
        self._by_language = defaultdict[str, list[SourceArticle]](list)
        for one in articles:
            self._by_language[one.language].append(one)
        self.vocabulary = cache(self._vocabulary)
        self.frequency = cache(self._frequency)

    def list_articles(self, language: str) -> list[SourceArticle]:
        return self._by_language[language]

    def _vocabulary(self, language: str) -> list[str]:
        """Return all words of the language's articles, with repetitions and without numbers."""
        lines = (line for one in self.list_articles(language) for line in one.text)
        return [word for line in lines for word in split_words(line) if not any(letter.isdigit() for letter in word)]

    def _frequency(self, language: str) -> Counter[str]:
        """Return in how many articles of the language each word stands."""
        return Counter(word for one in self.list_articles(language) for word in set(split_words("\n".join(one.text))))


class PairSource:
    """Draws the material for one round of pairs. `rng` is set again for each pair."""

    def __init__(self, library: Library, rng: Random) -> None:
        self.library = library
        self.rng = rng
        self._used: set[str] = set()  # addresses of articles whose bodies are used in this round

    def draw_body(self, one: SourceArticle, min_words: int = 0, *, same_site: bool = True) -> SourceArticle | None:
        """Draw another article of at least so many words, of the same site if possible, and mark its body as used."""
        free = [
            other
            for other in self.library.list_articles(one.language)
            if other.url not in self._used and other.url != one.url and other.size >= min_words
        ]
        near = [other for other in free if other.site == one.site] if same_site else []
        if not free:
            return None
        other = self.rng.choice(near or free)
        self._used.add(other.url)
        return other

    def draw_article(self, one: SourceArticle) -> SourceArticle | None:
        """Draw any other article of the language, of which a part is used."""
        others = [other for other in self.library.list_articles(one.language) if other.url != one.url]
        return self.rng.choice(others) if others else None

    def draw_sentences(self, one: SourceArticle) -> list[str]:
        """Return the short sentences of another article."""
        other = self.draw_article(one)
        return (
            [sentence for _, sentence in split_sentences(other.text) if len(split_words(sentence)) <= 30]
            if other
            else []
        )

    def draw_name(self, one: SourceArticle) -> str:
        """Return the most frequent name in another article."""
        other = self.draw_article(one)
        found = find_names(other.text, self.library.frequency(one.language)) if other else []
        return found[0] if found else one.site_name

    def draw_names(self, one: SourceArticle) -> list[str]:
        """Return the names in four other articles, about as many as a pair needs."""
        found: dict[str, None] = {}
        for _ in range(4):
            if other := self.draw_article(one):
                found |= dict.fromkeys(find_names(other.text, self.library.frequency(one.language)))
        return list(found)

    def draw_two_paragraphs(self, one: SourceArticle) -> Text | None:
        """Draw two consecutive paragraphs: at most a quarter of their article, and three fifths of this one."""
        for _ in range(20):
            other = self.draw_article(one)
            if other is None:
                return None
            starts = self.rng.sample(range(len(other.text)), len(other.text))
            for at in starts[:5]:
                both = other.text[at : at + 2]
                if len(both) == 2 and 15 <= count_words(both) <= min(other.size / 4, one.size * 0.6):
                    return both
        return None

    def move_to_other_site(self, one: SourceArticle, kind: str) -> SourceArticle:
        """Return the article at another site, with the same headline or one with the site's name, up to 3 days later.

        One in ten has no date, one in ten is up to 40 days later, one in ten a few hours earlier.
        """
        site = self.rng.choice([site for site in self.library.sites if site != one.site])
        when = one.published_at
        chance = self.rng.random()
        if chance < 0.1:
            when = None
        elif when is not None:
            hours = -6 if chance < 0.2 else 24 * 40 if chance < 0.3 else 72
            when += timedelta(hours=hours * self.rng.random())
        other = replace(one, url=_make_address(site, one.url, kind), site=site, published_at=when)
        return replace(other, title=self.rng.choice(HEADLINES)(one.title, other.site_name))

    def move_to_other_address(self, one: SourceArticle, kind: str, days: float) -> SourceArticle:
        """Return the article at another address of its site, up to so many days earlier or later."""
        return replace(one, url=_make_address(one.site, one.url, kind), published_at=self.shift_date(one, days))

    def shift_date(self, one: SourceArticle, days: float) -> datetime | None:
        return one.published_at and one.published_at + timedelta(days=self.rng.uniform(-days, days))


def _make_address(site: str, url: str, kind: str) -> str:
    return f"https://{site}/2026/{sha256(f'{url} {kind}'.encode()).hexdigest()[:12]}"

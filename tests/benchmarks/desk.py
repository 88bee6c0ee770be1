"""Where pairs get what they are made with: other sites, dates, headlines, words and bodies of real articles.

Nothing is invented: what a pair needs comes from other articles of the same language. The body of an article goes into
one pair of a round only.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from functools import cache
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING

from originals import Told
from wording import Text, names, sentences, size, words

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
    """All originals by language, with what is counted of them once."""

    def __init__(self, told: Sequence[Told]) -> None:
        self.told = list(told)
        self.sites = sorted({one.site for one in told})
        self._by_language = defaultdict[str, list[Told]](list)
        for one in told:
            self._by_language[one.language].append(one)
        self.vocabulary = cache(self._vocabulary)
        self.frequency = cache(self._frequency)

    def of(self, language: str) -> list[Told]:
        return self._by_language[language]

    def _vocabulary(self, language: str) -> list[str]:
        """The words of the language's articles, each as often as it stands there; numbers left out."""
        lines = (line for one in self.of(language) for line in one.text)
        return [word for line in lines for word in words(line) if not any(letter.isdigit() for letter in word)]

    def _frequency(self, language: str) -> Counter[str]:
        """In how many articles of the language a word stands."""
        return Counter(word for one in self.of(language) for word in set(words("\n".join(one.text))))


class Desk:
    """What one round of pairs is made at. `lot` is set anew for each pair."""

    def __init__(self, library: Library, lot: Random) -> None:
        self.library = library
        self.lot = lot
        self._taken: set[str] = set()  # addresses of articles whose bodies stand in a pair of this round

    def body(self, one: Told, least: int = 0, *, same_site: bool = True) -> Told | None:
        """Another article of the language of at least so many words, if there is one of the same site: for good."""
        free = [
            other
            for other in self.library.of(one.language)
            if other.url not in self._taken and other.url != one.url and other.size >= least
        ]
        near = [other for other in free if other.site == one.site] if same_site else []
        if not free:
            return None
        other = self.lot.choice(near or free)
        self._taken.add(other.url)
        return other

    def other(self, one: Told) -> Told | None:
        """Any other article of the language, from which a part is taken."""
        others = [other for other in self.library.of(one.language) if other.url != one.url]
        return self.lot.choice(others) if others else None

    def lines(self, one: Told) -> list[str]:
        """Short sentences of another article."""
        other = self.other(one)
        return [sentence for _, sentence in sentences(other.text) if len(words(sentence)) <= 30] if other else []

    def name(self, one: Told) -> str:
        """A name that another article speaks of."""
        other = self.other(one)
        found = names(other.text, self.library.frequency(one.language)) if other else []
        return found[0] if found else one.site_name

    def names(self, one: Told) -> list[str]:
        """Names of other articles: about as many as one may need."""
        found: dict[str, None] = {}
        for _ in range(4):
            if other := self.other(one):
                found |= dict.fromkeys(names(other.text, self.library.frequency(one.language)))
        return list(found)

    def two_paragraphs(self, one: Told) -> Text | None:
        """Two neighbours of another article, of which they are a quarter at most, and three fifths of this one."""
        for _ in range(20):
            other = self.other(one)
            if other is None:
                return None
            starts = self.lot.sample(range(len(other.text)), len(other.text))
            for at in starts[:5]:
                both = other.text[at : at + 2]
                if len(both) == 2 and 15 <= size(both) <= min(other.size / 4, one.size * 0.6):
                    return both
        return None

    def elsewhere(self, one: Told, kind: str) -> Told:
        """The article at another site, under the same headline or one with the site's name, up to three days later.

        One in ten has no date, one in ten was told again weeks later, one in ten a few hours before.
        """
        site = self.lot.choice([site for site in self.library.sites if site != one.site])
        when = one.published_at
        chance = self.lot.random()
        if chance < 0.1:
            when = None
        elif when is not None:
            hours = -6 if chance < 0.2 else 24 * 40 if chance < 0.3 else 72
            when += timedelta(hours=hours * self.lot.random())
        other = replace(one, url=_address(site, one.url, kind), site=site, published_at=when)
        return replace(other, title=self.lot.choice(HEADLINES)(one.title, other.site_name))

    def later(self, one: Told, kind: str, days: float) -> Told:
        """The article at another address of its site, up to so many days before or after."""
        return replace(one, url=_address(one.site, one.url, kind), published_at=self.near(one, days))

    def near(self, one: Told, days: float) -> datetime | None:
        return one.published_at and one.published_at + timedelta(days=self.lot.uniform(-days, days))


def _address(site: str, url: str, kind: str) -> str:
    return f"https://{site}/2026/{sha256(f'{url} {kind}'.encode()).hexdigest()[:12]}"

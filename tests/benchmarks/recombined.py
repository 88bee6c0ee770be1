"""Recombine a few articles into any number of them: the contents of a large store, to measure time and memory.

An article is a function of its number. It has 250 to 350 words. Most of them are pieces of two to four words of real
texts in random order: a run of five words stands in two articles about as often as in real ones. One sentence in twelve
is a stock phrase, a whole real sentence; the r-th is drawn with a frequency of 1 / (r + 50) (Mandelbrot's law), so that
the first of them stand in a few of a thousand articles. Of a hundred articles ten are copies of another one at another
site, half of them cut, and five are instalments of a template: a family shares its text but for one word in seven.
Families, too, are of all sizes, the largest a hundredth of all templates.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from originals import SourceArticle
from wording import split_sentences, split_words, take_words

if TYPE_CHECKING:
    from collections.abc import Sequence

COPIES, TEMPLATES = 10, 5  # the last of each hundred
ORDINARY = 100 - COPIES - TEMPLATES
EACH = ORDINARY // COPIES  # of so many ordinary articles one has a copy
SITES = 300
FIRST = datetime(2024, 11, 1, tzinfo=UTC)
SPAN = 60 * 24 * 730  # minutes
LANGUAGE = "en"
ALTERED = 7  # one in so many words of a template
# The share of stock phrases. Compared with as many real articles, ordinary ones share 1.4 times as many sketch values.
STOCK = 1 / 12
FAMILIES = 5_000


class RecombinedArticle(NamedTuple):
    """An article, with the number of its original if it is a copy."""

    source: SourceArticle
    copy_of: int | None = None


class ArticleGenerator:
    """Makes the articles."""

    def __init__(self, articles: Sequence[SourceArticle], seed: int) -> None:
        texts = [one.text for one in articles if one.language == LANGUAGE] or [one.text for one in articles]
        self.seed = seed
        self._lines = [line.split() for text in texts for line in text]
        self._lines = [line for line in self._lines if len(line) >= 8]
        self._places = list(accumulate(len(line) - 4 for line in self._lines))
        stock = sorted(
            {
                sentence
                for text in texts
                for _, sentence in split_sentences(text)
                if 6 <= len(split_words(sentence)) <= 40
            }
        )
        Random(seed).shuffle(stock)
        self._stock = stock
        self._stock_weights = list(accumulate(1 / (rank + 50) for rank in range(len(stock))))
        self._family_weights = list(accumulate(1 / (rank + 20) for rank in range(FAMILIES)))

    def article(self, number: int) -> RecombinedArticle:
        position = number % 100
        if position < ORDINARY:
            return RecombinedArticle(self._make_ordinary(number))
        if position < ORDINARY + COPIES:
            return self._make_copy(number, number - position + (position - ORDINARY) * EACH)
        return RecombinedArticle(self._make_instalment(number))

    def copy_of(self, number: int) -> int | None:
        """Return the number of the article's copy; None if it has none."""
        position = number % 100
        return None if position % EACH or position >= COPIES * EACH else number - position + ORDINARY + position // EACH

    def newcomer(self, number: int, size: int) -> SourceArticle:
        """Return an article for a store of `size` articles; a copy is one of a stored article."""
        if not ORDINARY <= number % 100 < ORDINARY + COPIES:
            return self.article(number).source
        original = Random(f"{self.seed} newcomer {number}").randrange(size)
        return self._make_copy(number, original - original % 100 + (number % 100 - ORDINARY) * EACH).source

    def url(self, number: int) -> str:
        """Return the address of an article."""
        return f"https://{self._find_site(number)}/{number}"

    def _make_ordinary(self, number: int) -> SourceArticle:
        rng = Random(f"{self.seed} {number}")
        return self._make_source(rng, number, self._draw_headline(rng), self._draw_text(rng))

    def _make_copy(self, number: int, of: int) -> RecombinedArticle:
        """Return a copy published up to a day after its original; half of the copies are cut."""
        rng = Random(f"{self.seed} {number}")
        original = self._make_ordinary(of)
        share = 1.0 if rng.random() < 0.5 else rng.uniform(0.5, 0.95)
        copy = self._make_source(rng, number, original.title, original.text)
        when = (original.published_at or FIRST) + timedelta(minutes=rng.randrange(1, 1440))
        text = take_words(original.text, round(share * original.size))
        return RecombinedArticle(replace(copy, text=text, published_at=when), of)

    def _make_instalment(self, number: int) -> SourceArticle:
        rng = Random(f"{self.seed} {number}")
        base = Random(f"{self.seed} family {self._find_family(number)}")
        title, text = self._draw_headline(base), self._draw_text(base)
        changed = []
        for line in text:
            pieces = line.split()
            for at in rng.sample(range(len(pieces)), max(1, len(pieces) // ALTERED)):
                pieces[at] = rng.choice(rng.choice(self._lines))
            changed.append(" ".join(pieces))
        return self._make_source(rng, number, title, tuple(changed))

    def _find_family(self, number: int) -> int:
        """Return the family of an instalment."""
        rng = Random(f"{self.seed} {number} of")
        return rng.choices(range(FAMILIES), cum_weights=self._family_weights)[0]

    def _find_site(self, number: int) -> str:
        """Return the site of an article; a family has one site."""
        own = number * 7919 if number % 100 < ORDINARY + COPIES else self._find_family(number)
        return f"paper{own % SITES}.example"

    def _make_source(self, rng: Random, number: int, title: str, text: tuple[str, ...]) -> SourceArticle:
        when = None if rng.random() < 0.05 else FIRST + timedelta(minutes=rng.randrange(SPAN))
        return SourceArticle(self.url(number), self._find_site(number), title, text, LANGUAGE, when)

    def _draw_headline(self, rng: Random) -> str:
        title = " ".join(self._draw_pieces(rng, rng.randint(6, 11)))
        return title[0].upper() + title[1:]

    def _draw_text(self, rng: Random) -> tuple[str, ...]:
        left = rng.randint(250, 350)
        lines: list[str] = []
        while left > 0:
            line: list[str] = []
            for _ in range(rng.randint(2, 5)):
                if rng.random() < STOCK:
                    line += rng.choices(self._stock, cum_weights=self._stock_weights)[0].split()
                else:
                    pieces = self._draw_pieces(rng, rng.randint(10, 26))
                    line += [pieces[0][0].upper() + pieces[0][1:], *pieces[1:-1], f"{pieces[-1].rstrip('.,;:')}."]
            left -= len(line)
            lines.append(" ".join(line))
        return tuple(lines)

    def _draw_pieces(self, rng: Random, number: int) -> list[str]:
        """Return so many words, in pieces of two to four consecutive words of real texts."""
        pieces: list[str] = []
        for line in rng.choices(self._lines, cum_weights=self._places, k=number // 3 + 1):
            start = int(rng.random() * (len(line) - 4))
            pieces += line[start : start + 2 + int(rng.random() * 3)]
        return pieces[:number]

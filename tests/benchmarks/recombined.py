"""Any number of articles out of the words of a few: what a large store holds, for measuring its time and memory.

An article by its number is always the same. It has 250 to 350 words. Most of them are pieces of two to four words of
real texts in an order drawn by lot: a run of five words stands in two articles about as often as in real ones. One
sentence in twelve is a stock phrase, a whole real sentence, the r-th of which is drawn as often as 1 / (r + 50)
(Mandelbrot's law), so that the first of them stands in a few of a thousand articles. Of a hundred articles ten are
copies of another one at another site, half of them cut, and five are of a template: a family shares its text but for
one word in seven, and families, too, are of all sizes, the largest a hundredth of all templates.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from originals import Told
from wording import first_words, sentences, words

if TYPE_CHECKING:
    from collections.abc import Sequence

COPIES, TEMPLATES = 10, 5  # of a hundred: the last of them
ORDINARY = 100 - COPIES - TEMPLATES
EACH = ORDINARY // COPIES  # one in so many of the ordinary has a copy
SITES = 300
FIRST = datetime(2024, 11, 1, tzinfo=UTC)
SPAN = 60 * 24 * 730  # minutes
LANGUAGE = "en"
ALTERED = 7  # one in so many words of a template
# Of the sentences. Beside so many real articles the ordinary ones share 1.4 times as many values of sketches.
STOCK = 1 / 12
FAMILIES = 5_000


class Recombined(NamedTuple):
    """One of them; a copy with the number of its original."""

    told: Told
    copy_of: int | None = None


class Words:
    """What the articles are recombined of."""

    def __init__(self, told: Sequence[Told], seed: int) -> None:
        texts = [one.text for one in told if one.language == LANGUAGE] or [one.text for one in told]
        self.seed = seed
        self._lines = [line.split() for text in texts for line in text]
        self._lines = [line for line in self._lines if len(line) >= 8]
        self._places = list(accumulate(len(line) - 4 for line in self._lines))
        stock = sorted(
            {sentence for text in texts for _, sentence in sentences(text) if 6 <= len(words(sentence)) <= 40}
        )
        Random(seed).shuffle(stock)
        self._stock = stock
        self._stock_weights = list(accumulate(1 / (rank + 50) for rank in range(len(stock))))
        self._family_weights = list(accumulate(1 / (rank + 20) for rank in range(FAMILIES)))

    def article(self, number: int) -> Recombined:
        place = number % 100
        if place < ORDINARY:
            return Recombined(self._ordinary(number))
        if place < ORDINARY + COPIES:
            return self._copy(number, number - place + (place - ORDINARY) * EACH)
        return Recombined(self._of_template(number))

    def copy_of(self, number: int) -> int | None:
        """The number of the copy that the article has, if it has one."""
        place = number % 100
        return None if place % EACH or place >= COPIES * EACH else number - place + ORDINARY + place // EACH

    def newcomer(self, number: int, size: int) -> Told:
        """An article of this number for a store of `size` articles: if it is a copy, of one that is stored."""
        if not ORDINARY <= number % 100 < ORDINARY + COPIES:
            return self.article(number).told
        original = Random(f"{self.seed} newcomer {number}").randrange(size)
        return self._copy(number, original - original % 100 + (number % 100 - ORDINARY) * EACH).told

    def url(self, number: int) -> str:
        """Of its article."""
        return f"https://{self._site(number)}/{number}"

    def _ordinary(self, number: int) -> Told:
        lot = Random(f"{self.seed} {number}")
        return self._told(lot, number, self._headline(lot), self._text(lot))

    def _copy(self, number: int, of: int) -> Recombined:
        """Published up to a day after its original, and half of the time cut."""
        lot = Random(f"{self.seed} {number}")
        original = self._ordinary(of)
        share = 1.0 if lot.random() < 0.5 else lot.uniform(0.5, 0.95)
        copy = self._told(lot, number, original.title, original.text)
        when = (original.published_at or FIRST) + timedelta(minutes=lot.randrange(1, 1440))
        text = first_words(original.text, round(share * original.size))
        return Recombined(replace(copy, text=text, published_at=when), of)

    def _of_template(self, number: int) -> Told:
        lot = Random(f"{self.seed} {number}")
        base = Random(f"{self.seed} family {self._family(number)}")
        title, text = self._headline(base), self._text(base)
        changed = []
        for line in text:
            told = line.split()
            for at in lot.sample(range(len(told)), max(1, len(told) // ALTERED)):
                told[at] = lot.choice(lot.choice(self._lines))
            changed.append(" ".join(told))
        return self._told(lot, number, title, tuple(changed))

    def _family(self, number: int) -> int:
        """The family of an instalment."""
        lot = Random(f"{self.seed} {number} of")
        return lot.choices(range(FAMILIES), cum_weights=self._family_weights)[0]

    def _site(self, number: int) -> str:
        """Of an article; all of a family are of one."""
        own = number * 7919 if number % 100 < ORDINARY + COPIES else self._family(number)
        return f"paper{own % SITES}.example"

    def _told(self, lot: Random, number: int, title: str, text: tuple[str, ...]) -> Told:
        when = None if lot.random() < 0.05 else FIRST + timedelta(minutes=lot.randrange(SPAN))
        return Told(self.url(number), self._site(number), title, text, LANGUAGE, when)

    def _headline(self, lot: Random) -> str:
        title = " ".join(self._pieces(lot, lot.randint(6, 11)))
        return title[0].upper() + title[1:]

    def _text(self, lot: Random) -> tuple[str, ...]:
        left = lot.randint(250, 350)
        lines: list[str] = []
        while left > 0:
            line: list[str] = []
            for _ in range(lot.randint(2, 5)):
                if lot.random() < STOCK:
                    line += lot.choices(self._stock, cum_weights=self._stock_weights)[0].split()
                else:
                    pieces = self._pieces(lot, lot.randint(10, 26))
                    line += [pieces[0][0].upper() + pieces[0][1:], *pieces[1:-1], f"{pieces[-1].rstrip('.,;:')}."]
            left -= len(line)
            lines.append(" ".join(line))
        return tuple(lines)

    def _pieces(self, lot: Random, number: int) -> list[str]:
        """So many words, in runs of two to four as they stand somewhere."""
        told: list[str] = []
        for line in lot.choices(self._lines, cum_weights=self._places, k=number // 3 + 1):
            start = int(lot.random() * (len(line) - 4))
            told += line[start : start + 2 + int(lot.random() * 3)]
        return told[:number]

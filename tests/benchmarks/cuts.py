"""What the rules cut and what is lost, against the gold.

A cut block stands in the gold where at least half of its shingles do (for fewer than four words, where they stand there
as a line of words): a false cut. The headline, where the gold holds it and the title gives it, is none.

A word of the gold is lost where no shingle of the gold that holds it stands in the text. It is the extraction's loss
where it stands in no block either, kept or cut, and the rules' loss otherwise.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from scoring import SHINGLE, shingles, with_headline, words

from cleaning.headlines import headline_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gold import Page

    from cleaning.article import Article

LONGEST_SAMPLE = 100  # characters of a block


class Cuts:
    """Counts over any number of pages with gold text: blocks and words by rule, and lost words."""

    def __init__(self) -> None:
        self.blocks: Counter[str] = Counter()
        self.false_blocks: Counter[str] = Counter()
        self.words: Counter[str] = Counter()
        self.false_words: Counter[str] = Counter()
        self.samples: dict[str, list[str]] = defaultdict(list)
        self.gold_words = 0
        self.lost_by_extraction = 0
        self.lost_by_rules = 0
        self.losses: list[tuple[int, str]] = []  # words that extraction lost of a page, and its id

    def add(self, page: Page, article: Article) -> None:
        gold = words(page["text"])
        self.gold_words += len(gold)
        self._count_cuts(page, article, gold)
        kept = words(with_headline(page, article.title, article.text))
        everything = words(with_headline(page, article.title, "\n".join(block.text for block in article.blocks)))
        size = min(SHINGLE, len(gold))
        lost = _uncovered(gold, [kept], size)
        missing = _uncovered(gold, [kept, everything], size)
        self.lost_by_extraction += missing
        self.lost_by_rules += lost - missing
        self.losses.append((missing, page["id"]))

    def _count_cuts(self, page: Page, article: Article, gold: list[str]) -> None:
        wanted, line = shingles(gold), f" {' '.join(gold)} "
        handed_over = headline_key(article.title) if page.get("headline_in_gold") else None
        for block in article.removed:
            rule, own = block.rule or "", words(block.text)
            if not own or headline_key(block.text) == handed_over:
                continue
            found = shingles(own)
            false = (
                f" {' '.join(own)} " in line if len(own) < SHINGLE else 2 * (found & wanted).total() >= found.total()
            )
            self.blocks[rule] += 1
            self.words[rule] += len(own)
            if false:
                self.false_blocks[rule] += 1
                self.false_words[rule] += len(own)
                self.samples[rule].append(f"{page['id']}: {block.text[:LONGEST_SAMPLE]} [{block.evidence}]")

    def update(self, other: Cuts) -> None:
        """Add the counts of other pages."""
        for own, theirs in (
            (self.blocks, other.blocks),
            (self.false_blocks, other.false_blocks),
            (self.words, other.words),
            (self.false_words, other.false_words),
        ):
            own.update(theirs)
        for rule, samples in other.samples.items():
            self.samples[rule] += samples
        self.gold_words += other.gold_words
        self.lost_by_extraction += other.lost_by_extraction
        self.lost_by_rules += other.lost_by_rules
        self.losses += other.losses

    @property
    def false_share(self) -> float:
        """Words of false cuts as a share of the gold's words."""
        return self.false_words.total() / max(1, self.gold_words)


def _uncovered(gold: list[str], texts: Iterable[list[str]], size: int) -> int:
    """How many words of the gold stand in none of its shingles that one of the texts has."""
    given = {shingle for text in texts for shingle in shingles(text, size)}
    covered: set[int] = set()
    for at in range(len(gold) - size + 1):
        if tuple(gold[at : at + size]) in given:
            covered.update(range(at, at + size))
    return len(gold) - len(covered)

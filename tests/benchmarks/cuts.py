"""Compare what the rules cut, and what is lost, with the gold.

A cut block is a false cut if at least half of its shingles stand in the gold (for fewer than four words, if they stand
there as a line of words). The headline does not count if the gold holds it and the title gives it.

A word of the gold is lost if no shingle of the gold that holds it stands in the text. It is lost by extraction if it
stands in no block either, kept or cut, and by the rules otherwise.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from scoring import SHINGLE, count_shingles, prepend_headline, split_words

from cleaning.page.headline_key import normalize_headline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gold import Page

    from cleaning.records.article import Article

MAX_SAMPLE = 100  # characters of a block


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
        self.losses: list[tuple[int, str]] = []  # words lost by extraction, and the page's id

    def add(self, page: Page, article: Article) -> None:
        gold = split_words(page["text"])
        self.gold_words += len(gold)
        self._count_cuts(page, article, gold)
        kept = split_words(prepend_headline(page, article.title, article.text))
        everything = split_words(
            prepend_headline(page, article.title, "\n".join(block.text for block in article.blocks))
        )
        size = min(SHINGLE, len(gold))
        lost = _count_uncovered(gold, [kept], size)
        missing = _count_uncovered(gold, [kept, everything], size)
        self.lost_by_extraction += missing
        self.lost_by_rules += lost - missing
        self.losses.append((missing, page["id"]))

    def _count_cuts(self, page: Page, article: Article, gold: list[str]) -> None:
        wanted, line = count_shingles(gold), f" {' '.join(gold)} "
        headline = normalize_headline(article.title) if page.get("headline_in_gold") else None
        for block in article.removed:
            rule, own = block.rule or "", split_words(block.text)
            if not own or normalize_headline(block.text) == headline:
                continue
            found = count_shingles(own)
            is_false = (
                f" {' '.join(own)} " in line if len(own) < SHINGLE else 2 * (found & wanted).total() >= found.total()
            )
            self.blocks[rule] += 1
            self.words[rule] += len(own)
            if is_false:
                self.false_blocks[rule] += 1
                self.false_words[rule] += len(own)
                self.samples[rule].append(f"{page['id']}: {block.text[:MAX_SAMPLE]} [{block.evidence}]")

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


def _count_uncovered(gold: list[str], texts: Iterable[list[str]], size: int) -> int:
    """Return how many words of the gold stand in no shingle that one of the texts has."""
    given = {shingle for text in texts for shingle in count_shingles(text, size)}
    covered: set[int] = set()
    for at in range(len(gold) - size + 1):
        if tuple(gold[at : at + size]) in given:
            covered.update(range(at, at + size))
    return len(gold) - len(covered)

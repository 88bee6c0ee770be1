"""What cleaning stored articles again changes: by how much, by which rule, and whether that is to be believed.

How much is lost is counted in words, so that a line that is only broken elsewhere counts for nothing, and a text that
another of the same length replaces is lost. Texts are cut by lines, so what a rule did is counted in those.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.types import storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cleaning.article import Article
    from storage.texts import StoredText

LARGEST = 50  # differences that are shown
# An article that loses more than a tenth of its words loses a paragraph. Some are meant to: a teaser box on a short
# notice. But a wrong memory, or a wrong cleaner, is wrong about many articles of a site at once; a right one shortens
# few by so much, since chaff is seldom a tenth of a text. Under three articles a share of a small site says nothing.
LOSS = 0.1
MOST_LOSERS, FEWEST_LOSERS = 0.05, 3
NOT_FOUND = "(not extracted)"  # in place of a rule: the other cleaning has no such block
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Difference:
    """One article before and after: `lines` are its headline and its text's lines, kept blocks one each.

    `lost` and `gained` are characters of words that only one of the two has.
    """

    site: str
    url: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    was: str | None  # why it was no article
    now: str | None
    lost: int
    gained: int
    share: float  # of the words' characters that are lost


@dataclass
class Differences:
    """Sums of the articles that were cleaned again, and the largest differences. `accepted` are the corpus by site."""

    accepted: Mapping[str, int]
    cleaned: int = 0  # pages; all the others below are of them
    rejected: int = 0  # are no article before and after
    same: int = 0  # articles that stay as they are, to the letter
    shorter: int = 0
    longer: int = 0
    otherwise: int = 0  # other words, as many of them; or the same in other lines
    retitled: int = 0  # of all these, articles with another headline
    become: int = 0  # articles that were none
    lost_to: Counter[str] = field(default_factory=Counter)  # articles that are none any more, by reason
    before: int = 0  # characters of words of all articles
    lost: int = 0
    gained: int = 0
    cut: Counter[str] = field(default_factory=Counter)  # characters by the rule that cuts them now
    kept: Counter[str] = field(default_factory=Counter)  # by the rule that cut them before
    losers: Counter[str] = field(default_factory=Counter)  # by site
    unreadable: Counter[str] = field(default_factory=Counter)  # pages that could not be read back, by archive file
    failed: Counter[str] = field(default_factory=Counter)  # pages on which the cleaner failed, by reason
    _largest: list[tuple[int, int, Difference]] = field(default_factory=list)

    def add(self, name: str, site: str, stored: StoredText, article: Article) -> None:
        """An article of the store that was cleaned again."""
        self.cleaned += 1
        if stored.rejected and article.rejected:
            self.rejected += 1
            return
        title, text = storable(article.title), storable(article.text)
        old, new = ("" if stored.rejected else stored.text), ("" if article.rejected else text)
        lost, gained, before = _moved(old, new)
        self.before += before
        self.lost += lost
        self.gained += gained
        share = lost / before if before else 0.0
        if article.rejected:
            self.lost_to[article.rejected] += 1
        elif stored.rejected:
            self.become += 1
        elif old == new:
            self.same += 1
        elif lost == gained:
            self.otherwise += 1
        elif lost > gained:
            self.shorter += 1
        else:
            self.longer += 1
        if stored.rejected is None and (article.rejected or share > LOSS):
            self.losers[site] += 1
        if stored.rejected is None and article.rejected is None:
            self._by_rule(stored, article)
            self.retitled += title != stored.title
        if old != new or (title != stored.title and not article.rejected):
            lines = ((stored.title, *stored.text.split("\n")), (title, *text.split("\n")))
            self._keep(
                name, Difference(site, article.url, *lines, stored.rejected, article.rejected, lost, gained, share)
            )

    @property
    def tried(self) -> int:
        """Pages that were due, with those that could not be cleaned."""
        return self.cleaned + self.unreadable.total() + self.failed.total()

    @property
    def articles(self) -> int:
        """That were articles, or are."""
        return self.cleaned - self.rejected

    @property
    def changed(self) -> int:
        """Articles with another text, become one or become none."""
        return self.articles - self.same

    @property
    def largest(self) -> list[Difference]:
        """The largest first; of two alike, the first by id."""
        return [one for _, _, one in sorted(self._largest, reverse=True)]

    def doubts(self) -> list[str]:
        """Why this is not to be adopted unseen, a line each; empty where it may be.

        Judged over all and by site: what is learnt of one site is wrong about that site alone.
        """
        total = sum(self.accepted.values())
        judged = [("all sites", sum(self.losers.values()), total)] if len(self.accepted) > 1 else []
        judged += [(site, self.losers[site], self.accepted.get(site, 0)) for site in sorted(self.losers)]
        return [
            f"{name}: {number:,} of {articles:,} articles would lose more than {LOSS:.0%} of their text or become "
            f"rejected; {MOST_LOSERS:.0%} may"
            for name, number, articles in judged
            if number >= FEWEST_LOSERS and number > MOST_LOSERS * articles
        ]

    def _by_rule(self, stored: StoredText, article: Article) -> None:
        blocks = [(storable(block.text), block.rule) for block in article.blocks]
        old, new = (Counter(text for text, rule in some if rule is None) for some in (stored.blocks, blocks))
        _attribute(old - new, blocks, self.cut)
        _attribute(new - old, stored.blocks, self.kept)

    def _keep(self, name: str, difference: Difference) -> None:
        item = (difference.lost + difference.gained, -int(name, 16), difference)
        if len(self._largest) < LARGEST:
            heapq.heappush(self._largest, item)
        else:
            heapq.heappushpop(self._largest, item)


def _moved(old: str, new: str) -> tuple[int, int, int]:
    """Characters of words that are lost, that are gained, and of all that there were."""
    before = Counter(_WORD.findall(old))
    size = _size(before)
    if old == new:
        return 0, 0, size
    after = Counter(_WORD.findall(new))
    return _size(before - after), _size(after - before), size


def _size(words: Counter[str]) -> int:
    return sum(len(word) * number for word, number in words.items())


def _attribute(texts: Counter[str], others: Iterable[tuple[str, str | None]], to: Counter[str]) -> None:
    """Counts each text's characters under the rule that cuts it among `others`."""
    rules = {text: rule for text, rule in others if rule is not None}
    for text, number in texts.items():
        to[rules.get(text, NOT_FOUND)] += len(text) * number

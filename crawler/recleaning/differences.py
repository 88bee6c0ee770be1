"""Sum up what cleaning stored articles again changes: how much text, by which rule, and whether that is plausible.

Loss is counted by words: a line that is only broken elsewhere is no loss, and a text that is replaced by another of the
same length is lost. Rules cut whole blocks, so what a rule does is counted by the lines of the text.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.recleaning.limits import MAX_LISTED_DIFFERENCES
from storage.database.types import make_storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cleaning.records.article import Article
    from storage.articles.texts import StoredText

# An article that loses more than a tenth of its words loses a paragraph. That can be right: a teaser box on a short
# notice. But a wrong memory or cleaner is wrong about many articles of a site at once, and a right one shortens few by
# so much, because boilerplate is seldom a tenth of a text. Below three articles, a share of a small site says nothing.
MAX_LOSS = 0.1
MAX_LOSERS, MIN_LOSERS = 0.05, 3
NOT_FOUND = "(not extracted)"  # instead of a rule, if the other cleaning has no such block
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class RecleanDifference:
    """One article before and after. `before` and `after` are its headline and the lines of its text.

    `lost` and `gained` count the characters of the words that only one of the two has.
    """

    site: str
    url: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    rejected_before: str | None  # the reason, None for an article
    rejected_after: str | None
    lost: int
    gained: int
    lost_share: float  # of the characters of all words before


@dataclass
class RecleanSummary:
    """Counts of the pages that were cleaned again, and the largest differences.

    `accepted` is the number of articles of the corpus by site.
    """

    accepted: Mapping[str, int]
    cleaned: int = 0  # pages; all counts down to `newly_rejected` are of these
    rejected: int = 0  # no article before and after
    same: int = 0  # articles with exactly the same text
    shorter: int = 0
    longer: int = 0
    reworded: int = 0  # other words of the same length, or the same words in other lines
    retitled: int = 0  # articles with another headline, whatever their text
    newly_accepted: int = 0  # articles that were rejected before
    newly_rejected: Counter[str] = field(default_factory=Counter)  # articles that are rejected now, by reason
    characters_before: int = 0  # of the words of all articles
    lost: int = 0  # likewise
    gained: int = 0  # likewise
    newly_cut: Counter[str] = field(default_factory=Counter)  # characters, by the rule that cuts them now
    newly_kept: Counter[str] = field(default_factory=Counter)  # characters, by the rule that cut them before
    large_losses: Counter[str] = field(default_factory=Counter)  # articles that lose much or all, by site
    unreadable: Counter[str] = field(default_factory=Counter)  # pages that cannot be read back, by archive file
    failed: Counter[str] = field(default_factory=Counter)  # pages on which the cleaner failed, by reason
    _largest: list[tuple[int, int, RecleanDifference]] = field(default_factory=list)

    def add(self, name: str, site: str, stored: StoredText, article: Article) -> None:
        """Count a stored article and the result of cleaning it again. `name` is its id."""
        self.cleaned += 1
        if stored.rejected and article.rejected:
            self.rejected += 1
            return
        title, text = make_storable(article.title), make_storable(article.text)
        old, new = ("" if stored.rejected else stored.text), ("" if article.rejected else text)
        lost, gained, before = count_changed_characters(old, new)
        self.characters_before += before
        self.lost += lost
        self.gained += gained
        share = lost / before if before else 0.0
        if article.rejected:
            self.newly_rejected[article.rejected] += 1
        elif stored.rejected:
            self.newly_accepted += 1
        elif old == new:
            self.same += 1
        elif lost == gained:
            self.reworded += 1
        elif lost > gained:
            self.shorter += 1
        else:
            self.longer += 1
        if stored.rejected is None and (article.rejected or share > MAX_LOSS):
            self.large_losses[site] += 1
        if stored.rejected is None and article.rejected is None:
            self._count_rules(stored, article)
            self.retitled += title != stored.title
        if old != new or (title != stored.title and not article.rejected):
            lines = ((stored.title, *stored.text.split("\n")), (title, *text.split("\n")))
            self._keep(
                name,
                RecleanDifference(site, article.url, *lines, stored.rejected, article.rejected, lost, gained, share),
            )

    @property
    def pages(self) -> int:
        """Number of pages that were due, including those that could not be cleaned."""
        return self.cleaned + self.unreadable.total() + self.failed.total()

    @property
    def articles(self) -> int:
        """Number of pages that are articles before or after."""
        return self.cleaned - self.rejected

    @property
    def changed(self) -> int:
        """Number of articles with another text, including newly accepted and newly rejected ones."""
        return self.articles - self.same

    @property
    def largest_differences(self) -> list[RecleanDifference]:
        """The largest differences, largest first; of equal ones, the smallest id first."""
        return [one for _, _, one in sorted(self._largest, reverse=True)]

    def find_blocking_reasons(self) -> list[str]:
        """Return the reasons not to adopt the changes unseen, one line each; none if they are plausible.

        All sites together and each site are judged: what is learned wrongly about one site is wrong for that site only.
        """
        total = sum(self.accepted.values())
        judged = [("all sites", sum(self.large_losses.values()), total)] if len(self.accepted) > 1 else []
        judged += [(site, self.large_losses[site], self.accepted.get(site, 0)) for site in sorted(self.large_losses)]
        return [
            f"{name}: {number:,} of {articles:,} articles would lose more than {MAX_LOSS:.0%} of their text or become "
            f"rejected; at most {MAX_LOSERS:.0%} may"
            for name, number, articles in judged
            if number >= MIN_LOSERS and number > MAX_LOSERS * articles
        ]

    def _count_rules(self, stored: StoredText, article: Article) -> None:
        blocks = [(make_storable(block.text), block.rule) for block in article.blocks]
        old, new = (Counter(text for text, rule in some if rule is None) for some in (stored.blocks, blocks))
        _count_by_rule(old - new, blocks, self.newly_cut)
        _count_by_rule(new - old, stored.blocks, self.newly_kept)

    def _keep(self, name: str, difference: RecleanDifference) -> None:
        item = (difference.lost + difference.gained, -int(name, 16), difference)
        if len(self._largest) < MAX_LISTED_DIFFERENCES:
            heapq.heappush(self._largest, item)
        else:
            heapq.heappushpop(self._largest, item)


def count_changed_characters(old: str, new: str) -> tuple[int, int, int]:
    """Return the numbers of characters of words that are lost, that are gained, and of all words before."""
    before = Counter(_WORD.findall(old))
    size = _count_characters(before)
    if old == new:
        return 0, 0, size
    after = Counter(_WORD.findall(new))
    return _count_characters(before - after), _count_characters(after - before), size


def _count_characters(words: Counter[str]) -> int:
    return sum(len(word) * number for word, number in words.items())


def _count_by_rule(texts: Counter[str], others: Iterable[tuple[str, str | None]], to: Counter[str]) -> None:
    """Add the characters of each text to the rule that cuts it among `others`."""
    rules = {text: rule for text, rule in others if rule is not None}
    for text, number in texts.items():
        to[rules.get(text, NOT_FOUND)] += len(text) * number

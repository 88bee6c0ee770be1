"""One page seen with the memory of its site: what of it the site repeats, and what stands where its articles stand."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from cleaning.article import BlockKind
from cleaning.likelihood.features import STEPS
from cleaning.memory.fingerprint import fingerprint
from cleaning.memory.observation import headline, places
from cleaning.memory.site_memory import MOST_ARTICLES, Standing
from cleaning.rules.reading import BODY_CHARACTERS, BODY_LINK_SHARE, ends_a_sentence
from cleaning.runs import CELLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cleaning.memory.site_memory import SiteMemory
    from cleaning.runs import Place, Run

# The names of the rules that cut by memory, and what they saw. No numbers: those move from night to night.
REPEATED = "repeated_block", "stands on other articles of the site, too"
TEASER = "known_headline", "links with the headline of another article of the site"
TEASER_LINKED = 0.8  # of a teaser's characters
# A place is known by its path from so many articles on, else by what it looks like.
PATH_ARTICLES, PATTERN_ARTICLES = 3, 2
SURELY_KEPT = 0.8
KEPT = 0.5  # share of the texts at a place from which on a text there is taken for the article's
LINKED = 0.6  # but none with more links
HOPELESS, SURE_ARTICLES = 0.03, 8  # share at which nothing is looked for any more, and the articles that must say so
# The page is understood where what was taken is this share of its unrepeated long texts, and so many characters; where
# nothing stands among it at unknown places; and what stands there in the runs around it, and of long texts anywhere, is
# no more of it.
UNDERSTOOD, LEAST = 0.3, 100
STRANGE, AROUND = 0.1, 8


class Recall:
    """What a site's memory says of one page's runs.

    `cut` gives for the indexes of what is the site's the rule and its evidence, `taken` are those of the texts that
    stand where the site's articles stand.
    """

    def __init__(self, memory: SiteMemory, runs: Sequence[Run], title: str) -> None:
        self._memory = memory
        self._runs = runs
        self._places: dict[Place, tuple[Standing, Standing]] = {}
        self.articles = min(memory.articles, MOST_ARTICLES)
        self.cut = dict(self._cut(headline(title)))
        self._leave_rows_whole()

    def _cut(self, own: int) -> Iterator[tuple[int, tuple[str, str]]]:
        for index, run in enumerate(self._runs):
            key = fingerprint(run.text)
            if not key:
                continue
            if key in self._memory.repeated:
                share = self.kept_share(run)
                if self._memory.repeats(key, among=share >= KEPT or share < 0):
                    yield index, REPEATED
            elif run.link_characters >= TEASER_LINKED * run.characters and key != own and key in self._memory.headlines:
                yield index, TEASER

    def _leave_rows_whole(self) -> None:
        """A row of a table is the site's as a whole, or not at all."""
        rows: defaultdict[Place, list[int]] = defaultdict(list)
        for index, run in enumerate(self._runs if self.cut else ()):
            row = run.place.parent
            if run.place.tag in CELLS and row is not None and run.has_words:
                rows[row].append(index)
        for indexes in rows.values():
            if not all(index in self.cut for index in indexes):
                for index in indexes:
                    self.cut.pop(index, None)

    @cached_property
    def taken(self) -> frozenset[int]:
        return frozenset(
            index
            for index, run in enumerate(self._runs)
            if index not in self.cut
            and self.kept_share(run) >= KEPT
            and (run.link_characters <= LINKED * run.characters or self._is_linked_sentence(run))
            and run.has_words
        )

    def _is_linked_sentence(self, run: Run) -> bool:
        """Whether most of a text is link, but it is a sentence, at a place where nearly all is kept."""
        return (
            run.link_characters < run.characters and self.kept_share(run) >= SURELY_KEPT and ends_a_sentence(run.text)
        )

    @cached_property
    def understood(self) -> bool:
        """Whether the page is like the site's articles, so that what was taken is its article.

        Not where that is little of the page's long texts, nor where texts stand among it at places that no article of
        the site had, nor with tables and preformatted lines, which only trafilatura puts together: it is asked then.
        """
        found = sum(self._runs[index].characters for index in self.taken)
        if found < LEAST or self._has_rows:
            return False
        first, last = min(self.taken), max(self.taken)
        there = strange = 0
        for index, run in enumerate(self._runs):
            if index in self.cut:
                continue
            is_long = run.characters >= BODY_CHARACTERS and run.link_characters < BODY_LINK_SHARE * run.characters
            there += run.characters if is_long else 0
            if (is_long or first - AROUND <= index < last + AROUND) and self._is_strange(index, run):
                if first < index < last:
                    return False
                strange += run.characters
        return found >= UNDERSTOOD * there and strange <= STRANGE * found

    @property
    def _has_rows(self) -> bool:
        """Whether preformatted text was taken, or two cells of one row."""
        rows: set[Place | None] = set()
        for index in self.taken:
            place = self._runs[index].place
            if place.kind is BlockKind.CODE or (place.kind is BlockKind.ROW and place.parent in rows):
                return True
            if place.kind is BlockKind.ROW:
                rows.add(place.parent)
        return False

    def _is_strange(self, index: int, run: Run) -> bool:
        """Whether a text stands where none of the site's articles has one."""
        return (
            index not in self.taken
            and run.link_characters <= LINKED * run.characters
            and self.kept_share(run) < 0
            and run.has_words
        )

    def kept_share(self, run: Run) -> float:
        """The share of the texts at a run's place that were the article's; -1 where the place is not known."""
        path, pattern = self._standing(run)
        if path.articles >= PATH_ARTICLES:
            return path.kept
        return pattern.kept if pattern.articles >= PATTERN_ARTICLES else -1.0

    def is_hopeless(self, run: Run) -> bool:
        """Whether a text stands where the site's articles have had texts, hardly one of which was kept."""
        path, _ = self._standing(run)
        return path.articles >= SURE_ARTICLES and path.kept <= HOPELESS

    def features(self, index: int) -> list[float]:
        """What it says of a run, in the order of `features.RECALLED`."""
        run = self._runs[index]
        path, pattern = self._standing(run)
        return [
            *(float(index + step in self.cut) for step in STEPS),
            self.articles,
            *path,
            *pattern,
            self.kept_share(run),
            self.understood,
        ]

    def _standing(self, run: Run) -> tuple[Standing, Standing]:
        known = self._places.get(run.place)
        if known is None:
            known = self._places[run.place] = self._memory.standing(*places(run.place))
        return known

"""Compare one page with the memory of its site: which texts the site repeats, which stand where its articles stand."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from cleaning.memory.observation import fingerprint_headline, fingerprint_run, hash_position
from cleaning.memory.site_memory import MAX_ARTICLES, PositionStatistics
from cleaning.page.paragraphs import MAX_BODY_LINK_SHARE, MIN_BODY_LETTERS, ends_a_sentence
from cleaning.page.tags import CELLS
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cleaning.memory.site_memory import SiteMemory
    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun

# The names of the rules that cut by memory, with their evidence. It has no numbers: those change from night to night.
REPEATED_BLOCK = "repeated_block", "stands on other articles of the site, too"
KNOWN_HEADLINE = "known_headline", "links with the headline of another article of the site"
TEASER_LINKED = 0.8  # the share of a teaser's characters that are links
NEIGHBOUR_STEPS = (-2, -1, 1, 2)  # from a text run to its neighbours
# The articles from which on a position is known by its path, or else by its pattern.
MIN_PATH_ARTICLES, MIN_PATTERN_ARTICLES = 3, 2
SURELY_KEPT = 0.8
KEPT = 0.5  # share of the texts at a position from which on a text there is the article's
MAX_LINKED = 0.6  # a text with more links is not
HOPELESS, MIN_HOPELESS_ARTICLES = 0.03, 8  # kept share up to which texts are ignored, and the articles it needs
# A page is understood if the texts taken are at least this share of its unrepeated long texts and have at least so many
# characters; if no text at an unknown position stands between them; and if the unknown texts in the runs around them,
# and the long ones anywhere, are at most this share of the texts taken.
MIN_TAKEN, MIN_CHARACTERS = 0.3, 100
MAX_UNKNOWN, AROUND = 0.1, 8


class MemoryMatch:
    """What a site's memory says of one page's text runs.

    `cut` holds the rule and its evidence by the index of each run that the site repeats. `kept_by_rule` are those
    of the runs that a keep rule of the site names, `taken` those of the runs where the site's articles stand.
    """

    def __init__(self, memory: SiteMemory, runs: Sequence[TextRun], title: str) -> None:
        self._memory = memory
        self._runs = runs
        self._positions: dict[BlockElement, tuple[PositionStatistics, PositionStatistics]] = {}
        self.articles = min(memory.articles, MAX_ARTICLES)
        self.kept_by_rule: list[int] = []
        self.cut = dict(self._find_cuts(fingerprint_headline(title)))
        self._keep_rows_whole()

    def _find_cuts(self, own_headline: int) -> Iterator[tuple[int, tuple[str, str]]]:
        for index, run in enumerate(self._runs):
            key = fingerprint_run(run)
            if not key:
                continue
            if key in self._memory.repeated:
                if self._memory.has_keep_rule(key):
                    self.kept_by_rule.append(index)
                    continue
                share = self.get_kept_share(run)
                if self._memory.is_repeated(key, among_kept=share >= KEPT or share < 0):
                    yield index, REPEATED_BLOCK
            elif (
                run.link_characters >= TEASER_LINKED * run.characters
                and key != own_headline
                and key in self._memory.headlines
            ):
                yield index, KNOWN_HEADLINE

    def _keep_rows_whole(self) -> None:
        """Cut a row of a table only if all of its cells are cut."""
        rows: defaultdict[BlockElement, list[int]] = defaultdict(list)
        for index, run in enumerate(self._runs if self.cut else ()):
            row = run.element.parent
            if run.element.tag in CELLS and row is not None and run.has_words:
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
            and self.get_kept_share(run) >= KEPT
            and (run.link_characters <= MAX_LINKED * run.characters or self._is_linked_sentence(run))
            and run.has_words
        )

    def _is_linked_sentence(self, run: TextRun) -> bool:
        """Return whether a text is mostly links, but a sentence, at a position where nearly all is kept."""
        return run.link_characters < run.characters and self.is_surely_kept(run) and ends_a_sentence(run.text)

    @cached_property
    def is_understood(self) -> bool:
        """Whether the page is like the site's articles, so that the texts taken are its article.

        It is not if they are little of the page's long texts, if texts between them stand at positions that no article
        of the site has, or if they hold tables or preformatted lines, which only trafilatura joins. Then trafilatura
        extracts the page.
        """
        taken = sum(self._runs[index].characters for index in self.taken)
        if taken < MIN_CHARACTERS or self._has_rows:
            return False
        first, last = min(self.taken), max(self.taken)
        long = unknown = 0
        for index, run in enumerate(self._runs):
            if index in self.cut:
                continue
            is_long = run.characters >= MIN_BODY_LETTERS and run.link_characters < MAX_BODY_LINK_SHARE * run.characters
            long += run.characters if is_long else 0
            if (is_long or first - AROUND <= index < last + AROUND) and self._is_unknown(index, run):
                if first < index < last:
                    return False
                unknown += run.characters
        return taken >= MIN_TAKEN * long and unknown <= MAX_UNKNOWN * taken

    @property
    def _has_rows(self) -> bool:
        """Whether preformatted text or two cells of one row were taken."""
        rows: set[BlockElement | None] = set()
        for index in self.taken:
            element = self._runs[index].element
            if element.kind is BlockKind.CODE or (element.kind is BlockKind.ROW and element.parent in rows):
                return True
            if element.kind is BlockKind.ROW:
                rows.add(element.parent)
        return False

    def _is_unknown(self, index: int, run: TextRun) -> bool:
        """Return whether a text stands at a position where no article of the site has one."""
        return (
            index not in self.taken
            and run.link_characters <= MAX_LINKED * run.characters
            and self.get_kept_share(run) < 0
            and run.has_words
        )

    def get_kept_share(self, run: TextRun) -> float:
        """Return the share of the texts at a run's position that were the article's; -1 if the position is unknown."""
        path, pattern = self._get_positions(run)
        if path.articles >= MIN_PATH_ARTICLES:
            return path.kept_share
        return pattern.kept_share if pattern.articles >= MIN_PATTERN_ARTICLES else -1.0

    def is_surely_kept(self, run: TextRun) -> bool:
        """Return whether a text stands where nearly all texts of the site's articles were kept."""
        return self.get_kept_share(run) >= SURELY_KEPT

    def is_hopeless(self, run: TextRun) -> bool:
        """Return whether a text stands where many articles of the site had texts and hardly any was kept."""
        path, _ = self._get_positions(run)
        return path.articles >= MIN_HOPELESS_ARTICLES and path.kept_share <= HOPELESS

    def compute_features(self, index: int) -> list[float]:
        """Return the features of a run, in the order of `cleaning.classifier.features.MEMORY_FEATURES`."""
        run = self._runs[index]
        path, pattern = self._get_positions(run)
        return [
            *(float(index + step in self.cut) for step in NEIGHBOUR_STEPS),
            self.articles,
            *path,
            *pattern,
            self.get_kept_share(run),
            self.is_understood,
        ]

    def _get_positions(self, run: TextRun) -> tuple[PositionStatistics, PositionStatistics]:
        known = self._positions.get(run.element)
        if known is None:
            known = self._positions[run.element] = self._memory.get_positions(*hash_position(run.element))
        return known

"""A page put in numbers: for each text run worth weighing its features, in the order of `features.FEATURES`."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from cleaning.addresses import absolute, domain
from cleaning.headlines import headline_key
from cleaning.likelihood.features import NEIGHBOUR, STEPS
from cleaning.likelihood.look import FEW_RUNS, Look, is_paragraph
from cleaning.likelihood.spots import Spots
from cleaning.rules.names import COMMENTS
from cleaning.rules.unlikely import LINKED as LINKED_AMONG
from cleaning.runs import HEADINGS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cleaning.memory.recall import Recall
    from cleaning.runs import Place, Run

MOST, MANY = 20, 50  # counts beyond it say no more: of what is rare, of what is not
FARTHEST = 30  # runs
HELD = 0.6  # share of the paragraphs that the container holds
EDGE = 5  # runs around the first and the last paragraph that are looked at, wherever they stand
LINKED = 0.6  # what trafilatura did not take is no candidate with more links
LONGEST_DESCRIPTION = 500

# The features tag_p ... tag_div, and the tags that each stands for.
TAGS = (
    ("p",), HEADINGS, ("li", "dd", "dt"), ("td", "th"), ("blockquote",), ("figcaption",),
    ("div",),
)  # fmt: skip
OUTSIDE = (0.0,) * len(NEIGHBOUR)  # of the page: there is no neighbour


@dataclass(slots=True)
class Siblings:
    """The runs in the elements right inside one element: how many, their characters, and how many are paragraphs."""

    runs: int = 0
    characters: int = 0
    link_characters: int = 0
    taken_characters: int = 0
    paragraphs: int = 0
    body: int = 0


class Survey:
    """One page: its runs, and which of them trafilatura took for the article's.

    A paragraph is a run that is prose (`look.is_paragraph`), a body paragraph one that was taken. The container is the
    innermost element that holds most of the body paragraphs' text, the region the same for all paragraphs.
    """

    def __init__(
        self,
        runs: Sequence[Run],
        taken: Collection[int],
        *,
        url: str,
        titles: Sequence[str] = (),
        description: str = "",
        recall: Recall | None = None,
    ) -> None:
        self.runs = runs
        self._recall = recall
        self._cut: Collection[int] = recall.cut if recall else ()
        self.taken = frozenset(taken)
        self._site = domain(url)
        self._url = url
        self._titles = dict.fromkeys(key for title in titles if (key := headline_key(title)))
        self._description = headline_key(description[:LONGEST_DESCRIPTION])
        self._looks: dict[int, Look] = {}
        self._likenesses: dict[int, float] = {}
        self._near: dict[int, tuple[float, ...]] = {}
        self._count()

    def candidates(self) -> Iterator[int]:
        """The runs worth weighing: those that were taken, and those that stand where the article's stand."""
        for index, run in enumerate(self.runs):
            if index in self._cut:
                continue
            if index in self.taken or (
                run.link_characters <= LINKED * run.characters
                and run.has_words
                and self._stands_near(index, run)
                and not (self._recall is not None and self._recall.is_hopeless(run))
            ):
                yield index

    def is_certain(self, index: int) -> bool:
        """Whether a run is a paragraph among the others that were found: whatever its likelihood, it would stay."""
        if index not in self._paragraphs or index not in self.taken:
            return False
        run = self.runs[index]
        spot = self._spots.at(run.place)
        return run.link_characters <= LINKED_AMONG * run.characters and spot.inside and spot.words.isdisjoint(COMMENTS)

    def vector(self, index: int) -> list[float]:
        """The features of a run, in the order of FEATURES, or of WITH_MEMORY where its site is known."""
        vector = self._own(index)
        vector += self._place(index)
        for step in STEPS:
            vector += self._neighbour(index + step)
        vector += self._page
        if self._recall is not None:
            vector += self._recall.features(index)
        return [float(value) for value in vector]  # a tree compares floats twice as fast

    def _count(self) -> None:
        """Count once what the features of all runs ask for."""
        runs = self.runs
        paragraphs = [index for index, run in enumerate(runs) if run.characters >= FEW_RUNS and is_paragraph(run)]
        body = [index for index in paragraphs if index in self.taken]
        self._paragraphs = frozenset(paragraphs)
        self._first, self._last = (body[0], body[-1]) if body else (len(runs), -1)
        self._path_runs = Counter(run.place.path for run in runs)
        self._paragraph_paths = Counter(runs[index].place.path for index in paragraphs)
        self._body_paths = Counter(runs[index].place.path for index in body)
        self._alike = Counter(run.place.pattern for run in runs)
        self._body_alike = Counter(runs[index].place.pattern for index in body)
        self._texts = Counter(run.text for run in runs)
        self._siblings: dict[Place | None, Siblings] = defaultdict(Siblings)
        for index, run in enumerate(runs):
            beside = self._siblings[run.place.parent]
            beside.runs += 1
            beside.characters += run.characters
            beside.link_characters += run.link_characters
            beside.taken_characters += run.characters if index in self.taken else 0
        for index in paragraphs:
            beside = self._siblings[runs[index].place.parent]
            beside.paragraphs += 1
            beside.body += index in self.taken
        self._spots = Spots(self._holding(body), self._holding(paragraphs))
        found, all_found = (sum(runs[index].characters for index in some) for some in (body, paragraphs))
        self._page = (found / max(1, all_found), min(len(body), MANY))

    def _holding(self, paragraphs: Sequence[int]) -> Place | None:
        """The innermost element that holds most of the paragraphs' text."""
        levels: defaultdict[int, Counter[Place]] = defaultdict(Counter)
        total = 0
        for index in paragraphs:
            run = self.runs[index]
            total += run.characters
            if run.place.parent is not None:
                levels[run.place.parent.depth][run.place.parent] += run.characters
        for depth in range(max(levels, default=-1), -1, -1):
            for place, characters in levels[depth].items():
                if characters >= HELD * total:
                    return place
                if place.parent is not None:
                    levels[depth - 1][place.parent] += characters
        return None

    def _stands_near(self, index: int, run: Run) -> bool:
        place = run.place
        return (
            bool(self._siblings[place.parent].body)
            or place.path in self._body_paths
            or abs(index - self._first) <= EDGE
            or abs(index - self._last) <= EDGE
            or index in self._paragraphs
            or self._spots.at(place).inside
        )

    def _own(self, index: int) -> list[float]:
        run, look = self.runs[index], self._look(index)
        return [
            look.length,
            look.words,
            run.link_characters / max(1, run.characters),
            *self._links(run),
            *look.form(),
            self._texts[run.text] > 1,
            self._like_title(index),
            fuzz.ratio(look.key, self._description) / 100 if self._description else 0.0,
            *look.phrases(),
        ]

    def _links(self, run: Run) -> tuple[int, int]:
        """How many links lead to the page's own site and to others, either up to MOST."""
        own = others = 0
        for link in run.links:
            if domain(absolute(self._url, link)) == self._site:
                own += 1
            else:
                others += 1
            if own >= MOST and others >= MOST:
                break
        return min(own, MOST), min(others, MOST)

    def _place(self, index: int) -> list[float]:
        place = self.runs[index].place
        path, pattern = place.path, place.pattern
        beside, spot = self._siblings[place.parent], self._spots.at(place)
        first, last = self._first, self._last
        return [
            index in self.taken,
            spot.inside,
            spot.beyond,
            spot.in_region,
            min(self._body_paths[path], MOST),
            self._body_paths[path] / self._path_runs[path],
            min(self._path_runs[path], MANY),
            min(self._paragraph_paths[path], MOST),
            min(self._body_alike[pattern], MOST),
            self._body_alike[pattern] / self._alike[pattern],
            min(beside.runs, MANY),
            min(beside.body, MOST),
            min(beside.paragraphs, MOST),
            beside.taken_characters / max(1, beside.characters),
            beside.link_characters / max(1, beside.characters),
            index < first,
            index > last,
            max(-FARTHEST, min(FARTHEST, index - first)),
            max(-FARTHEST, min(FARTHEST, index - last)),
            (index - first) / (last - first) if last > first else (-1.0 if index < first else 2.0),
            *(place.tag in group for group in TAGS),
            *spot.elements,
            *spot.named,
        ]

    def _neighbour(self, index: int) -> tuple[float, ...]:
        if not 0 <= index < len(self.runs):
            return OUTSIDE
        if index not in self._near:
            run, look = self.runs[index], self._look(index)
            self._near[index] = (
                look.length,
                run.link_characters / max(1, run.characters),
                index in self.taken,
                min(self._body_paths[run.place.path], MOST),
                self._spots.at(run.place).inside,
                look.words,
                self._like_title(index),
                look.sentence_end,
            )
        return self._near[index]

    def _look(self, index: int) -> Look:
        if index not in self._looks:
            self._looks[index] = Look(self.runs[index].text)
        return self._looks[index]

    def _like_title(self, index: int) -> float:
        """How much the text is like the headline or one of the head's titles: the most alike counts."""
        if index not in self._likenesses:
            key = self._look(index).key
            best = 0.0
            for title in self._titles if key else ():
                best = max(best, fuzz.ratio(key, title, score_cutoff=best))
            self._likenesses[index] = best / 100
        return self._likenesses[index]

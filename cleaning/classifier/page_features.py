"""Compute the feature vectors of a page's text runs, in the order of `features.FEATURES`."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from cleaning.classifier.context_features import ElementContexts
from cleaning.classifier.features import NEIGHBOUR_FEATURES
from cleaning.classifier.text_features import TextFeatures
from cleaning.memory.match import NEIGHBOUR_STEPS
from cleaning.page.addresses import get_domain, resolve_link
from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import MIN_BODY_CHARACTERS, is_paragraph
from cleaning.page.part_names import COMMENTS
from cleaning.page.tags import HEADINGS
from cleaning.rules.unlikely import LINKED as MAX_PROTECTED_LINKED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cleaning.memory.match import MemoryMatch
    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun

MAX_RARE, MAX_FREQUENT = 20, 50  # greater counts say nothing more: of rare things, of frequent ones
MAX_DISTANCE = 30  # runs
MIN_CONTAINER_SHARE = 0.6  # of the paragraphs' text that the container holds
EDGE = 5  # runs around the first and the last paragraph that are candidates, wherever they stand
MAX_LINKED = 0.6  # link share of a run that trafilatura left out; with more it is no candidate
MAX_DESCRIPTION = 500  # characters

# The features tag_p ... tag_div, and the tags that each stands for.
TAGS = (
    ("p",), HEADINGS, ("li", "dd", "dt"), ("td", "th"), ("blockquote",), ("figcaption",),
    ("div",),
)  # fmt: skip
NO_NEIGHBOUR = (0.0,) * len(NEIGHBOUR_FEATURES)  # before the first run and after the last


@dataclass(slots=True)
class SiblingCounts:
    """Counts over the runs in the child elements of one element: runs, characters, paragraphs."""

    runs: int = 0
    characters: int = 0
    link_characters: int = 0
    taken_characters: int = 0
    paragraphs: int = 0
    body: int = 0


class PageFeatures:
    """The features of one page's text runs, of which trafilatura took some as the article's (`taken`).

    With `by_place` nobody asked trafilatura: the paragraphs of the main element were taken, and nothing else.

    A paragraph is a run that is prose (`is_paragraph`); a body paragraph is one that was taken. The container is the
    innermost element that holds most of the body paragraphs' text, the region the same for all paragraphs.
    """

    def __init__(
        self,
        runs: Sequence[TextRun],
        taken: Collection[int],
        *,
        url: str,
        titles: Sequence[str] = (),
        description: str = "",
        memory_match: MemoryMatch | None = None,
        by_place: bool = False,
    ) -> None:
        self.runs = runs
        self._by_place = by_place
        self._memory_match = memory_match
        self._cut: Collection[int] = memory_match.cut if memory_match else ()
        self.taken = frozenset(taken)
        self._site = get_domain(url)
        self._url = url
        self._titles = dict.fromkeys(key for title in titles if (key := normalize_headline(title)))
        self._description = normalize_headline(description[:MAX_DESCRIPTION])
        self._text_features: dict[int, TextFeatures] = {}
        self._likenesses: dict[int, float] = {}
        self._near: dict[int, tuple[float, ...]] = {}
        self._count_runs()

    def find_candidates(self) -> Iterator[int]:
        """Yield the runs to classify: those that were taken, and those that stand where the article's stand."""
        for index, run in enumerate(self.runs):
            if index in self._cut:
                continue
            if index in self.taken or (
                (run.link_characters <= MAX_LINKED * run.characters or self._may_be_linked(run))
                and run.has_words
                and self._is_near_article(index, run)
                and not (self._memory_match is not None and self._memory_match.is_hopeless(run))
            ):
                yield index

    def _may_be_linked(self, run: TextRun) -> bool:
        """Return whether a run may be the article's though it is mostly links, as trafilatura would have taken it."""
        return self._by_place and self._contexts.is_inside(run.element)

    def is_certain(self, index: int) -> bool:
        """Return whether a run is a paragraph among those that were taken: it is kept whatever its likelihood."""
        if index not in self._paragraphs or index not in self.taken:
            return False
        run = self.runs[index]
        return (
            run.link_characters <= MAX_PROTECTED_LINKED * run.characters
            and self._contexts.is_inside(run.element)
            and self._contexts.get(run.element).words.isdisjoint(COMMENTS)
        )

    def is_inside(self, index: int) -> bool:
        """Return whether a run stands in the container."""
        return self._contexts.is_inside(self.runs[index].element)

    def build_vector(self, index: int) -> list[float]:
        """Return the features of a run, in the order of FEATURES, or FEATURES_WITH_MEMORY if the site has a memory."""
        run = self.runs[index]
        if run.features is None:  # they are the same whatever was taken of the page, and whatever a memory says of it
            run.features = self._compute_text_features(index)
        vector = [*run.features, *self._compute_context_features(index)]
        for other in (index + step for step in NEIGHBOUR_STEPS):
            near = self._near.get(other)
            if near is None:
                near = self._near[other] = self._compute_neighbour_features(other)
            vector += near
        vector += self._page
        if self._memory_match is not None:
            vector += self._memory_match.compute_features(index)
        return list(map(float, vector))  # a tree compares floats twice as fast

    def _count_runs(self) -> None:
        """Compute the counts that the features of all runs share."""
        runs = self.runs
        paragraphs = [
            index for index, run in enumerate(runs) if run.characters >= MIN_BODY_CHARACTERS and is_paragraph(run)
        ]
        body = [index for index in paragraphs if index in self.taken]
        self._paragraphs = frozenset(paragraphs)
        self._first, self._last = (body[0], body[-1]) if body else (len(runs), -1)
        self._path_runs = Counter([run.element.path for run in runs])
        self._paragraph_paths = Counter([runs[index].element.path for index in paragraphs])
        self._body_paths = Counter([runs[index].element.path for index in body])
        self._body_alike = Counter([runs[index].element.pattern for index in body])
        tags = {runs[index].element.tag for index in body}  # other elements are like none of the body's
        self._alike = Counter([run.element.pattern for run in runs if run.element.tag in tags])
        self._texts = Counter([run.text for run in runs])
        self._siblings: dict[BlockElement | None, SiblingCounts] = defaultdict(SiblingCounts)
        for index, run in enumerate(runs):
            siblings = self._siblings[run.element.parent]
            siblings.runs += 1
            siblings.characters += run.characters
            siblings.link_characters += run.link_characters
            if index in self.taken:
                siblings.taken_characters += run.characters
        for index in paragraphs:
            siblings = self._siblings[runs[index].element.parent]
            siblings.paragraphs += 1
            siblings.body += index in self.taken
        self._contexts = ElementContexts(self._find_container(body), self._find_container(paragraphs))
        found, all_found = (sum(runs[index].characters for index in some) for some in (body, paragraphs))
        self._page = (found / max(1, all_found), min(len(body), MAX_FREQUENT))

    def _find_container(self, paragraphs: Sequence[int]) -> BlockElement | None:
        """Return the innermost element that holds most of the paragraphs' text."""
        levels: defaultdict[int, Counter[BlockElement]] = defaultdict(Counter)
        total = 0
        for index in paragraphs:
            run = self.runs[index]
            total += run.characters
            if run.element.parent is not None:
                levels[run.element.parent.depth][run.element.parent] += run.characters
        for depth in range(max(levels, default=-1), -1, -1):
            for element, characters in levels[depth].items():
                if characters >= MIN_CONTAINER_SHARE * total:
                    return element
                if element.parent is not None:
                    levels[depth - 1][element.parent] += characters
        return None

    def _is_near_article(self, index: int, run: TextRun) -> bool:
        element = run.element
        return (
            bool(self._siblings[element.parent].body)
            or element.path in self._body_paths
            or abs(index - self._first) <= EDGE
            or abs(index - self._last) <= EDGE
            or index in self._paragraphs
            or self._contexts.is_inside(element)
        )

    def _compute_text_features(self, index: int) -> tuple[float, ...]:
        run, text = self.runs[index], self._get_text_features(index)
        return (
            text.length,
            text.words,
            run.link_characters / max(1, run.characters),
            *self._count_links(run),
            *text.compute_form(),
            self._texts[run.text] > 1,
            self._compute_title_likeness(index),
            fuzz.ratio(text.key, self._description) / 100 if self._description else 0.0,
            *text.find_phrases(),
        )

    def _count_links(self, run: TextRun) -> tuple[int, int]:
        """Return how many links lead to the page's own site and to others, each up to MAX_RARE."""
        own = others = 0
        for link in run.links:
            if get_domain(resolve_link(self._url, link)) == self._site:
                own += 1
            else:
                others += 1
            if own >= MAX_RARE and others >= MAX_RARE:
                break
        return min(own, MAX_RARE), min(others, MAX_RARE)

    def _compute_context_features(self, index: int) -> list[float]:
        element = self.runs[index].element
        path, pattern = element.path, element.pattern
        siblings, context = self._siblings[element.parent], self._contexts.get(element)
        alike = self._body_alike[pattern]
        first, last = self._first, self._last
        return [
            index in self.taken,
            self._contexts.is_inside(element),
            context.beyond,
            context.in_region,
            min(self._body_paths[path], MAX_RARE),
            self._body_paths[path] / self._path_runs[path],
            min(self._path_runs[path], MAX_FREQUENT),
            min(self._paragraph_paths[path], MAX_RARE),
            min(alike, MAX_RARE),
            alike / self._alike[pattern] if alike else 0.0,
            min(siblings.runs, MAX_FREQUENT),
            min(siblings.body, MAX_RARE),
            min(siblings.paragraphs, MAX_RARE),
            siblings.taken_characters / max(1, siblings.characters),
            siblings.link_characters / max(1, siblings.characters),
            index < first,
            index > last,
            max(-MAX_DISTANCE, min(MAX_DISTANCE, index - first)),
            max(-MAX_DISTANCE, min(MAX_DISTANCE, index - last)),
            (index - first) / (last - first) if last > first else (-1.0 if index < first else 2.0),
            *_match_tag(element.tag),
            *context.elements,
            *context.named,
        ]

    def _compute_neighbour_features(self, index: int) -> tuple[float, ...]:
        if not 0 <= index < len(self.runs):
            return NO_NEIGHBOUR
        run, text = self.runs[index], self._get_text_features(index)
        return (
            text.length,
            run.link_characters / max(1, run.characters),
            index in self.taken,
            min(self._body_paths[run.element.path], MAX_RARE),
            self._contexts.is_inside(run.element),
            text.words,
            self._compute_title_likeness(index),
            text.sentence_end,
        )

    def _get_text_features(self, index: int) -> TextFeatures:
        if index not in self._text_features:
            self._text_features[index] = TextFeatures(self.runs[index].text)
        return self._text_features[index]

    def _compute_title_likeness(self, index: int) -> float:
        """Return how much the text is like the headline or a title of the head, whichever is most alike; 0 to 1."""
        if index not in self._likenesses:
            key = self._get_text_features(index).key
            best = 0.0
            for title in self._titles if key else ():
                best = max(best, fuzz.ratio(key, title, score_cutoff=best))
            self._likenesses[index] = best / 100
        return self._likenesses[index]


@lru_cache(maxsize=256)
def _match_tag(tag: str) -> tuple[bool, ...]:
    """Return the features tag_p ... tag_div."""
    return tuple(tag in group for group in TAGS)

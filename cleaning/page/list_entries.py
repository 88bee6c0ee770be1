"""Find the entries of a list of stories: linked headlines with their teasers, and teasers that end in "Read more"."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from cleaning.page.addresses import get_domain, identify_page, resolve_link
from cleaning.page.headline_key import normalize_headline
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cleaning.page.text_runs import TextRun

MIN_HEADLINE = 15  # characters of a linked headline
MIN_LINKED = 0.8  # share of a run of nothing but a headline that is linked
MIN_TEASER = 40  # characters; shorter texts between headline and teaser are dates, names, sections
MAX_LABELS = 3  # of them
MAX_TEASER = 600  # characters of a teaser whose end no link marks
MAX_TEASER_RUNS = 5  # of a teaser whose end a link marks
# The words that lead from a teaser to its story: as short, and the same for as many stories.
MAX_MORE, MIN_MORE = 40, 3


@dataclass(frozen=True, slots=True)
class ListEntry:
    """An entry of a list: the story that it leads to, and the indexes of its text runs."""

    target: str
    runs: tuple[int, ...]
    has_teaser: bool
    pattern: tuple[str, ...]  # of the element around its first run; entries of one list are built alike


def find_list_entries(runs: Sequence[TextRun], url: str, base: str, own_titles: Collection[str]) -> list[ListEntry]:
    """Return the entries of lists on the page at `url`, in page order. Each leads to another page of the same site.

    `own_titles` are headline keys of the page itself: its own headline may link to itself by another address.
    """
    return _ListReader(runs, url, base, own_titles).read()


def find_possible_runs(runs: Sequence[TextRun]) -> set[int]:
    """Return the indexes of all runs that could be in an entry if every link led to a page of the same site.

    Told without resolving a link: most pages have no run of their text among them.
    """
    found: set[int] = set()
    for index, run in enumerate(runs):
        if run.links and run.lead_link_characters >= MIN_HEADLINE:
            found.update(range(index, min(index + 1 + MAX_TEASER_RUNS, len(runs))))
    for indexes in _group_by_words(runs):
        for index in indexes:
            found.update(range(max(0, index - MAX_LABELS - 1), index + 1))
    return found


def _group_by_words(runs: Sequence[TextRun], taken: Collection[int] = ()) -> Iterator[list[int]]:
    """Yield the runs with the same few linked words ("Read more"), if they are several."""
    by_words: dict[str, list[int]] = defaultdict(list)
    for index, run in enumerate(runs):
        if 0 < run.link_characters <= MAX_MORE and run.links and index not in taken:
            words = normalize_headline(run.text[-run.link_characters :])
            if words:
                by_words[words].append(index)
    return (indexes for indexes in by_words.values() if len(indexes) >= MIN_MORE)


class _ListReader:
    def __init__(self, runs: Sequence[TextRun], url: str, base: str, own_titles: Collection[str]) -> None:
        self._runs = runs
        self._own_titles = frozenset(own_titles)
        self._own = identify_page(url)
        self._site, self._base = get_domain(url), base
        self._targets: dict[int, tuple[str, ...]] = {}

    def read(self) -> list[ListEntry]:
        found: list[ListEntry] = []
        taken: set[int] = set()
        for index in range(len(self._runs)):
            if index not in taken and self._is_headline(index):
                entry = self._read_entry(index)
                taken.update(entry.runs)
                found.append(entry)
        found += self._read_more_entries(taken)
        return sorted(found, key=lambda entry: entry.runs)

    def _find_targets(self, index: int) -> tuple[str, ...]:
        """Return the pages of the same site that a run links to."""
        if index not in self._targets:
            links = [resolve_link(self._base, link) for link in self._runs[index].links]
            own_site = dict.fromkeys(identify_page(link) for link in links if get_domain(link) == self._site)
            self._targets[index] = tuple(link for link in own_site if link != self._own)
        return self._targets[index]

    def _is_headline(self, index: int) -> bool:
        run = self._runs[index]
        return (
            run.lead_link_characters >= MIN_HEADLINE
            and run.characters <= MAX_TEASER + MIN_HEADLINE
            and bool(self._find_targets(index))
            and normalize_headline(run.text) not in self._own_titles
        )

    def _read_entry(self, index: int) -> ListEntry:
        run, target = self._runs[index], self._find_targets(index)[0]
        if run.link_characters < MIN_LINKED * run.characters:  # the teaser is in the same line
            has_teaser = run.characters - run.lead_link_characters >= MIN_TEASER
            return ListEntry(target, (index,), has_teaser, run.element.pattern)
        following = list(self._iterate_following(index, target))
        return ListEntry(target, (index, *following), bool(following), run.element.pattern)

    def _iterate_following(self, index: int, target: str) -> Iterator[int]:
        """Yield the runs below a headline that are its teaser: up to a link to the same story, else the first text."""
        until = min(index + 1 + MAX_TEASER_RUNS, len(self._runs))
        text: int | None = None
        for number in range(index + 1, until):
            if self._runs[number].link_characters <= MAX_MORE and target in self._find_targets(number):
                yield from range(index + 1, number + 1)
                return
            if self._is_headline(number):
                break
            run = self._runs[number]
            if text is None and MIN_TEASER <= run.characters <= MAX_TEASER and number - index <= MAX_LABELS + 1:
                text = number
        if text is not None:
            yield text

    def _read_more_entries(self, taken: set[int]) -> Iterator[ListEntry]:
        """Yield the texts that end in a link whose short words lead to several stories, with the text before them."""
        for entries in self._list_stories(taken):
            for target, index in entries.items():
                run = self._runs[index]
                members = [index]
                if run.characters - run.link_characters < MIN_TEASER:
                    before = range(max(0, index - MAX_LABELS), index)
                    members += islice((n for n in reversed(before) if self._is_text(n, taken)), 1)
                heading = min(members) - 1
                if heading >= 0 and heading not in taken and self._runs[heading].element.kind is BlockKind.HEADING:
                    members.append(heading)
                has_teaser = any(
                    self._runs[n].characters - self._runs[n].link_characters >= MIN_TEASER for n in members
                )
                if has_teaser:
                    yield ListEntry(target, tuple(sorted(members)), True, run.element.pattern)

    def _list_stories(self, taken: set[int]) -> Iterator[dict[str, int]]:
        """Yield the stories that the same short words lead to, if they are several, each with its first run."""
        for indexes in _group_by_words(self._runs, taken):
            targets = ((self._find_targets(index), index) for index in reversed(indexes))
            stories = {found[0]: index for found, index in targets if len(found) == 1}
            if len(stories) >= MIN_MORE:
                yield stories

    def _is_text(self, index: int, taken: set[int]) -> bool:
        return index not in taken and MIN_TEASER <= self._runs[index].characters <= MAX_TEASER

"""What a store found of labelled pairs, counted by kind; and what it joined that nobody had labelled."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from originals import Told
from pairs import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judging import Standing
    from pairs import Pair

PRECISION, RECALL = 0.995, 0.99
UNRELATED = "unrelated"


class Found:
    """The counts of all rounds."""

    def __init__(self) -> None:
        self.pairs = Counter[str]()
        self.matched = Counter[str]()
        self.named = defaultdict[str, Counter[str]](Counter)  # kind -> what the store calls a match
        self.articles = 0
        self.unrelated = 0  # articles that are in a story with which they have nothing to do

    def add(self, made: Sequence[Pair], store: Sequence[Told], standings: Mapping[str, Standing]) -> list[Any]:
        """Counts a round; answers with what is wrong, for a person."""
        wrong = []
        for pair in made:
            one, other = standings[pair.one.url], standings[pair.other.url]
            self.pairs[pair.kind] += 1
            is_matched = one.story == other.story
            named = other.named or one.named if is_matched else ""
            if is_matched:
                self.matched[pair.kind] += 1
                self.named[pair.kind][named] += 1
            if is_matched != KINDS[pair.kind].is_same:
                wrong.append(_record(pair.kind, named, pair.one, pair.other))
        self.articles += len(store)
        return wrong + self._unrelated(made, store, standings)

    def _unrelated(self, made: Sequence[Pair], store: Sequence[Told], standings: Mapping[str, Standing]) -> list[Any]:
        """Articles that neither a pair nor a body that was used for one can have brought into their story."""
        group: dict[str, str] = {one.url: one.url for one in store}

        def root(url: str) -> str:
            while group[url] != url:
                url = group[url]
            return url

        for pair in made:
            for url in pair.like if not KINDS[pair.kind].is_same else (pair.one.url, *pair.like):
                group[root(url)] = root(pair.other.url)
        stories = defaultdict[str, dict[str, Told]](dict)
        for one in store:
            stories[standings[one.url].story].setdefault(root(one.url), one)
        for pair in made:  # counted as the look-alike that it is: here they are one
            if not KINDS[pair.kind].is_same and standings[pair.one.url].story == standings[pair.other.url].story:
                group[root(pair.one.url)] = root(pair.other.url)
        wrong = []
        for members in stories.values():
            apart = {root(url): one for url, one in members.items()}
            self.unrelated += len(apart) - 1
            first, *others = apart.values()
            wrong += [_record(UNRELATED, standings[other.url].named, first, other) for other in others]
        return wrong

    def print(self, kinds: Sequence[str]) -> bool:
        """The table; answers whether all that is wanted of these kinds is reached."""
        reached = True
        print(f"\n{'the same story':<28}{'pairs':>7}{'matched':>9}{'recall':>8}{'wanted':>9}  as")
        for name in (name for name in kinds if KINDS[name].is_same):
            wanted = KINDS[name].reach
            reached &= self._line(name, f">= {wanted}" if wanted else "", missed=self._share(name) < (wanted or 0))
        print(f"\n{'look-alikes':<28}{'pairs':>7}{'matched':>9}{'false':>8}{'':9}  as")
        for name in (name for name in kinds if not KINDS[name].is_same):
            self._line(name, "", missed=False)
        wanted_kinds = [name for name in kinds if KINDS[name].reach == RECALL]
        look_alikes = [name for name in kinds if not KINDS[name].is_same]
        true, false = (sum(self.matched[name] for name in names) for names in (wanted_kinds, look_alikes))
        recall = true / max(1, sum(self.pairs[name] for name in wanted_kinds))
        precision = true / max(1, true + false)
        print(f"\n{'':<28}{'measured':>10}{'wanted':>10}")
        if true or wanted_kinds:
            reached &= _figure("recall of the kinds above", recall, RECALL)
        if wanted_kinds and look_alikes:
            reached &= _figure("precision", precision, PRECISION)
        print(f"unrelated articles in one story: {self.unrelated} of {self.articles}")
        return reached

    def _line(self, name: str, wanted: str, *, missed: bool) -> bool:
        named = ", ".join(f"{what} {number}" for what, number in self.named[name].most_common(4))
        print(
            f"{name:<28}{self.pairs[name]:>7}{self.matched[name]:>9}{self._share(name):>8.3f}{wanted:>9}"
            f"{' *' if missed else '  '}{named}"
        )
        return not missed

    def _share(self, name: str) -> float:
        return self.matched[name] / max(1, self.pairs[name])


def _figure(name: str, measured: float, wanted: float) -> bool:
    print(f"{name:<28}{measured:>10.4f}{f'>= {wanted}':>10}{'' if measured >= wanted else ' *'}")
    return measured >= wanted


def _record(kind: str, named: str, one: Told, other: Told) -> dict[str, Any]:
    told = {
        name: {
            "url": told.url,
            "title": told.title,
            "published_at": told.published_at and told.published_at.isoformat(),
            "text": "\n".join(told.text),
        }
        for name, told in (("one", one), ("other", other))
    }
    return {"kind": kind, "named": named, **told}

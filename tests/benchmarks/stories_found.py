"""Count by kind which labelled pairs a store matched, and which unrelated articles it joined."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from originals import SourceArticle
from pairs import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from judging import StoredVerdict
    from pairs import Pair

PRECISION, RECALL = 0.995, 0.99
UNRELATED = "unrelated"


class PairResults:
    """The counts of all rounds of pairs."""

    def __init__(self) -> None:
        self.pairs = Counter[str]()
        self.matched = Counter[str]()
        self.reasons = defaultdict[str, Counter[str]](Counter)  # kind -> the store's reasons for matches
        self.articles = 0
        self.unrelated = 0  # articles in a story with which they have nothing in common

    def add(
        self, made: Sequence[Pair], store: Sequence[SourceArticle], verdicts: Mapping[str, StoredVerdict]
    ) -> list[Any]:
        """Count a round; return a record of each wrong verdict, for people to read."""
        wrong = []
        for pair in made:
            one, other = verdicts[pair.one.url], verdicts[pair.other.url]
            self.pairs[pair.kind] += 1
            is_matched = one.story == other.story
            reason = other.reason or one.reason if is_matched else ""
            if is_matched:
                self.matched[pair.kind] += 1
                self.reasons[pair.kind][reason] += 1
            if is_matched != KINDS[pair.kind].is_same:
                wrong.append(_make_record(pair.kind, reason, pair.one, pair.other))
        self.articles += len(store)
        return wrong + self._unrelated(made, store, verdicts)

    def _unrelated(
        self, made: Sequence[Pair], store: Sequence[SourceArticle], verdicts: Mapping[str, StoredVerdict]
    ) -> list[Any]:
        """Count the articles in a story to which neither a pair nor a used body links them; return records of them."""
        group: dict[str, str] = {one.url: one.url for one in store}

        def find_root(url: str) -> str:
            while group[url] != url:
                url = group[url]
            return url

        for pair in made:
            for url in pair.like if not KINDS[pair.kind].is_same else (pair.one.url, *pair.like):
                group[find_root(url)] = find_root(pair.other.url)
        stories = defaultdict[str, dict[str, SourceArticle]](dict)
        for one in store:
            stories[verdicts[one.url].story].setdefault(find_root(one.url), one)
        for pair in made:  # a false match is counted already: here the two are linked
            if not KINDS[pair.kind].is_same and verdicts[pair.one.url].story == verdicts[pair.other.url].story:
                group[find_root(pair.one.url)] = find_root(pair.other.url)
        wrong = []
        for members in stories.values():
            apart = {find_root(url): one for url, one in members.items()}
            self.unrelated += len(apart) - 1
            first, *others = apart.values()
            wrong += [_make_record(UNRELATED, verdicts[other.url].reason, first, other) for other in others]
        return wrong

    def print(self, kinds: Sequence[str]) -> bool:
        """Print the table; return whether the targets of these kinds are reached."""
        reached = True
        print(f"\n{'the same story':<28}{'pairs':>7}{'matched':>9}{'recall':>8}{'wanted':>9}  as")
        for name in (name for name in kinds if KINDS[name].is_same):
            wanted = KINDS[name].target
            reached &= self._line(name, f">= {wanted}" if wanted else "", missed=self._share(name) < (wanted or 0))
        print(f"\n{'look-alikes':<28}{'pairs':>7}{'matched':>9}{'false':>8}{'':9}  as")
        for name in (name for name in kinds if not KINDS[name].is_same):
            self._line(name, "", missed=False)
        wanted_kinds = [name for name in kinds if KINDS[name].target == RECALL]
        look_alikes = [name for name in kinds if not KINDS[name].is_same]
        true, false = (sum(self.matched[name] for name in names) for names in (wanted_kinds, look_alikes))
        recall = true / max(1, sum(self.pairs[name] for name in wanted_kinds))
        precision = true / max(1, true + false)
        print(f"\n{'':<28}{'measured':>10}{'wanted':>10}")
        if true or wanted_kinds:
            reached &= _print_figure("recall of the kinds above", recall, RECALL)
        if wanted_kinds and look_alikes:
            reached &= _print_figure("precision", precision, PRECISION)
        print(f"unrelated articles in one story: {self.unrelated} of {self.articles}")
        return reached

    def _line(self, name: str, wanted: str, *, missed: bool) -> bool:
        reason = ", ".join(f"{reason} {number}" for reason, number in self.reasons[name].most_common(4))
        print(
            f"{name:<28}{self.pairs[name]:>7}{self.matched[name]:>9}{self._share(name):>8.3f}{wanted:>9}"
            f"{' *' if missed else '  '}{reason}"
        )
        return not missed

    def _share(self, name: str) -> float:
        return self.matched[name] / max(1, self.pairs[name])


def _print_figure(name: str, measured: float, wanted: float) -> bool:
    print(f"{name:<28}{measured:>10.4f}{f'>= {wanted}':>10}{'' if measured >= wanted else ' *'}")
    return measured >= wanted


def _make_record(kind: str, reason: str, one: SourceArticle, other: SourceArticle) -> dict[str, Any]:
    articles = {
        name: {
            "url": article.url,
            "title": article.title,
            "published_at": article.published_at and article.published_at.isoformat(),
            "text": "\n".join(article.text),
        }
        for name, article in (("one", one), ("other", other))
    }
    return {"kind": kind, "named": reason, **articles}

"""Stage 4: judges the candidate pairs by their texts, as `crawler/storing/deduplicate.py` judges those of its index."""

from __future__ import annotations

import json
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from cleaning.duplicates.article_sketch import (
    MIN_SHARED,
    SKETCH_SIZE,
    ComparedArticle,
    is_worth_comparing,
    unpack_sketch,
)
from cleaning.duplicates.judge import DuplicateMatch, RankedArticle, match_articles
from crawler.bulk.article_keys import PAGE, load_slices
from crawler.bulk.candidates import COMMON, COMMON_FILE, PAIR, PAIRS_FILE, FindCandidates, sum_up_pairs
from crawler.bulk.site_store import STORE_FILE, read_site_store
from crawler.bulk.stage import Stage
from crawler.storing.deduplicate import build_compared_article
from storage.articles.story_index import load_compared_articles
from storage.database.query_batches import split_for_queries
from storage.models import StoredArticle

if TYPE_CHECKING:
    import numpy as np

_AT_ONCE = 2_000  # pairs whose articles are in memory
_OPEN_STORES = 64


class MatchArticles(Stage):
    """Task N judges the pairs whose lower id is of share N of the sites."""

    name = "matches"
    doing = "comparing"
    things = "pairs"
    needs = FindCandidates

    def work(self, task: int, tasks: int) -> Counter[str]:  # noqa: ARG002 (a share a task)
        counts: Counter[str] = Counter()
        pairs = _select_pairs(_load_pairs(FindCandidates(self.plan).folder, task), self.plan.work / "candidates")
        with (
            ExitStack() as stack,
            self.draft(self.folder / f"{task:05d}") as draft,
            draft.open("w", encoding="utf-8") as file,
        ):
            stores = _Stores(stack, self.plan.work / "sites")
            for start in range(0, len(pairs), _AT_ONCE):
                some = pairs[start : start + _AT_ONCE]
                for one, other, match in _match_pairs(stores, some):
                    counts["match/found"] += 1
                    file.write(json.dumps([match.rule, match.likeness, match.share, _pack(one), _pack(other)]) + "\n")
                counts["match/compared"] += len(some)
                self.report(task, counts["match/compared"])
        return counts


def read_matches(folder: Path) -> Iterator[tuple[RankedArticle, RankedArticle, DuplicateMatch]]:
    """Yield all matches: both articles, and the match between them."""
    for path in sorted(folder.glob("[0-9]*")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                rule, likeness, share, one, other = json.loads(line)
                yield _unpack(one), _unpack(other), DuplicateMatch(rule, likeness, share)


class _Stores:
    """The stores of all shares; the ones that were used last are open."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._folder = folder
        self._open: OrderedDict[int, tuple[ExitStack, Connection]] = OrderedDict()
        stack.callback(self._close_all)

    def get(self, share: int) -> Connection:
        if share not in self._open:
            if len(self._open) == _OPEN_STORES:
                self._open.popitem(last=False)[1][0].close()
            stack = ExitStack()
            path = self._folder / f"{share:05d}" / STORE_FILE
            self._open[share] = stack, stack.enter_context(read_site_store(path))
        self._open.move_to_end(share)
        return self._open[share][1]

    def _close_all(self) -> None:
        for stack, _ in self._open.values():
            stack.close()


def _load_pairs(folder: Path, share: int) -> np.ndarray[Any, Any]:
    """Return the pairs of a share from all buckets, each once."""
    return sum_up_pairs(load_slices(folder, PAIRS_FILE, PAIR, column="home", value=share))


def _select_pairs(pairs: np.ndarray[Any, Any], folder: Path) -> np.ndarray[Any, Any]:
    """Return the pairs that share enough, by the stores that they need.

    As in the index, an article whose values are common in part must share proportionally fewer of the others.
    """
    import numpy as np  # noqa: PLC0415 -- comes with datatrove

    held = np.concatenate([np.fromfile(path / COMMON_FILE, dtype=COMMON) for path in sorted(folder.glob("[0-9]*"))])
    held = held[np.argsort(held["id"], kind="stable")]
    names, places = np.unique(held["id"], return_index=True)
    numbers = np.add.reduceat(held["number"], places, dtype="<u4") if len(held) else np.empty(0, "<u4")

    def find_least(ids: Any) -> Any:
        found = np.zeros(len(ids), dtype="<u4")
        if len(names):
            at = np.minimum(np.searchsorted(names, ids), len(names) - 1)
            found = np.where(names[at] == ids, numbers[at], 0)
        return np.where(
            found > 0, np.maximum(1, MIN_SHARED * (SKETCH_SIZE - found.astype("<i8")) // SKETCH_SIZE), MIN_SHARED
        )

    least = np.minimum(find_least(pairs["one"]), find_least(pairs["other"]))
    shares = pairs["rare"].astype("<u4") + pairs["common"]
    is_chosen = (pairs["rare"] >= least) | (shares >= MIN_SHARED) | (pairs["kinds"] > 1)
    chosen: np.ndarray[Any, Any] = pairs[is_chosen]
    return chosen[np.lexsort((chosen["other"], chosen["one"], chosen["share"]))]


def _match_pairs(stores: _Stores, pairs: Any) -> Iterator[tuple[ComparedArticle, ComparedArticle, DuplicateMatch]]:
    sketches = _load_all(stores, pairs, _load_sketches)
    is_page = (pairs["kinds"] & (1 << PAGE)) != 0
    alike = [
        bool(known) or is_worth_comparing(sketches[int(pair["one"])], sketches[int(pair["other"])])
        for pair, known in zip(pairs, is_page, strict=True)
    ]
    chosen = pairs[alike]
    rows = _load_all(stores, chosen, load_compared_articles)

    @cache
    def get(number: int) -> ComparedArticle:
        return build_compared_article(rows[number], rows[number].story_key)

    for pair in chosen:
        one, other = get(int(pair["one"])), get(int(pair["other"]))
        match = match_articles(one, other)
        if match is not None:
            yield one, other, match


def _load_all(stores: _Stores, pairs: Any, load: Any) -> dict[int, Any]:
    """Return what `load` gives for all articles of these pairs, by their numbers."""
    wanted: dict[int, set[str]] = {}
    for share, number in (("home", "one"), ("share", "other")):
        for place, name in zip(pairs[share].tolist(), pairs[number].tolist(), strict=True):
            wanted.setdefault(place, set()).add(f"{name:016x}")
    return {
        int(name, 16): found
        for share, names in sorted(wanted.items())
        for name, found in load(stores.get(share), names).items()
    }


def _load_sketches(connection: Connection, names: set[str]) -> dict[str, tuple[int, ...]]:
    row = StoredArticle
    return {
        name: unpack_sketch(sketch or b"")
        for some in split_for_queries(sorted(names))
        for name, sketch in connection.execute(select(row.id, row.sketch).where(row.id.in_(some)))
    }


def _pack(article: ComparedArticle) -> list[Any]:
    published = article.published_at.isoformat() if article.published_at else None
    return [article.id, article.url, article.canonical_url, article.site, published, len(article.text)]


def _unpack(values: list[Any]) -> RankedArticle:
    name, url, canonical_url, site, published, length = values
    moment = datetime.fromisoformat(published) if published else None
    return RankedArticle(name, url, canonical_url, site, moment, length)

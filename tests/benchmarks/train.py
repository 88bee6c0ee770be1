"""Train the model that weighs texts (cleaning/likelihood), and measure it on pages that it has not seen.

    python tests/benchmarks/train.py DATA [--out FILE] [--folds K] [--jobs N]

DATA is a folder of NAME.jsonl.xz. What the gold holds is a text's label; where a set has snippets only, those. Printed
are the figures of pages held out: with `--folds` by site (no site is in both halves), with `--by-set` a whole data set
at a time, which tells most about sites of another kind. --out writes the model of all pages.

Needs the extra `benchmarks` (LightGBM); the cleaner itself reads the model without it.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import defaultdict
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import lightgbm
import numpy as np
from extractors import read
from gold import add_data_options, count, data_sets, load
from labels import labels
from scoring import FIGURES, Answer, score

from cleaning.article import Page as Fetched
from cleaning.clean import clean
from cleaning.extraction import extract
from cleaning.likelihood.features import FEATURES
from cleaning.likelihood.trees import Trees
from cleaning.likelihood.weighing import survey
from cleaning.metadata import read_metadata
from cleaning.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gold import Page

ROUNDS = 120
SETTINGS = {
    "objective": "binary",
    "num_leaves": 8,
    "learning_rate": 0.1,
    "min_child_samples": 60,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5,
    "max_bin": 63,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 2,
    "verbose": -1,
}


class Seen(NamedTuple):
    """The texts of one page that are worth weighing: a row of features, a label and a weight each."""

    rows: list[list[float]]
    labels: list[bool]
    weights: list[float]


def see(page: Page) -> Seen:
    tree = parse(page["html"])
    if tree is None:
        return Seen([], [], [])
    metadata = read_metadata(tree, Fetched(page["url"], page["html"]))
    seen = survey(extract(tree, page["url"]), metadata, page["url"])
    rows: list[list[float]] = []
    wanted: list[bool] = []
    weights: list[float] = []
    judged = labels(page, seen.runs, (metadata.draft.title, *metadata.titles))
    for number in seen.candidates():
        if number in judged:
            label, weight = judged[number]
            rows.append([float(value) for value in seen.vector(number)])
            wanted.append(label)
            weights.append(weight)
    return Seen(rows, wanted, weights)


def train(pages: Iterable[tuple[str, Seen]], *, features: tuple[str, ...] = FEATURES, rounds: int = ROUNDS) -> Trees:
    """`pages` are given with the name of their set: a set counts by the root of its size, a page as one."""
    by_set: dict[str, list[Seen]] = defaultdict(list)
    for name, seen in pages:
        if seen.rows:
            by_set[name].append(seen)
    rows, wanted, weights = [], [], []
    for several in by_set.values():
        for seen in several:
            rows += seen.rows
            wanted += seen.labels
            whole = max(1.0, sum(weight for weight, label in zip(seen.weights, seen.labels, strict=True) if label))
            weights += [100 * weight / whole / len(several) ** 0.5 for weight in seen.weights]
    data = lightgbm.Dataset(np.array(rows, dtype="f8"), np.array(wanted), weight=np.array(weights))
    booster = lightgbm.train(SETTINGS, data, rounds)
    trees = [_plain(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]
    return Trees.read(json.dumps({"features": features, "trees": trees}), features)


def _plain(node: dict[str, Any]) -> list[Any] | float:
    if "leaf_value" in node:
        return round(node["leaf_value"], 4)
    threshold = float(f"{node['threshold']:.5g}")
    sides = _plain(node["left_child"]), _plain(node["right_child"])
    return [node["split_feature"], threshold, *sides, round(node["internal_value"], 4)]


def held_out(task: tuple[Page, Trees]) -> Answer:
    page, trees = task
    return read(clean(Fetched(page["url"], page["html"]), trees))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--out", type=Path, metavar="FILE")
    parser.add_argument("--folds", type=count, default=1, metavar="K", help="measure: hold out one site in K at a time")
    parser.add_argument("--by-set", action="store_true", help="measure: hold out one data set at a time")
    parser.add_argument("--jobs", type=count, default=2, metavar="N")
    options = parser.parse_args()
    sets = {name: load(path, options.sample) for name, path in data_sets(parser, options.data, options.sets).items()}
    with get_context("spawn").Pool(options.jobs) as pool:
        seen = {name: pool.map(see, pages, 8) for name, pages in sets.items()}
        if not any(page.rows for pages in seen.values() for page in pages):
            parser.error("these pages hold nothing to learn from")
        print(f"{sum(len(page.rows) for pages in seen.values() for page in pages)} texts", flush=True)
        if options.folds > 1:
            parts = {name: [_fold(page, options.folds) for page in pages] for name, pages in sets.items()}
            measure(f"one site in {options.folds} held out", sets, seen, parts, pool)
        if options.by_set:
            measure("one set held out", sets, seen, {name: [name] * len(sets[name]) for name in sets}, pool)
    if options.out:
        trees = train((name, page) for name, pages in seen.items() for page in pages)
        options.out.write_text(trees.written(), "utf-8")


def _fold(page: Page, folds: int) -> int:
    return zlib.crc32(str(page.get("group", page["id"])).encode()) % folds


def measure(
    title: str, sets: dict[str, list[Page]], seen: dict[str, list[Seen]], parts: dict[str, list[Any]], pool: Any
) -> None:
    """Print the figures of each set, its pages cleaned by a model that was trained on the other parts."""
    answers: dict[str, dict[int, Any]] = {name: {} for name in sets}
    for part in sorted({part for own in parts.values() for part in own}):
        others = [
            (name, page)
            for name, pages in seen.items()
            for page, own in zip(pages, parts[name], strict=True)
            if own != part
        ]
        trees = train(others)
        for name, pages in sets.items():
            chosen = [at for at, own in enumerate(parts[name]) if own == part]
            found = pool.map(held_out, [(pages[at], trees) for at in chosen], 8)
            answers[name].update(zip(chosen, found, strict=True))
    print(title)
    figures = {name: score(pages, _answers(answers[name])) for name, pages in sets.items()}
    for name, row in figures.items():
        print(f"{name:18} {len(sets[name]):5}  " + " ".join(f"{key}={value:.4f}" for key, value in row.items()))
    for key in FIGURES:
        values = [row[key] for row in figures.values() if key in row]
        if values:
            print(f"mean of sets       {key}={sum(values) / len(values):.4f}", flush=True)


def _answers(found: dict[int, Any]) -> list[Answer]:
    return [found[at] for at in range(len(found))]


if __name__ == "__main__":
    main()

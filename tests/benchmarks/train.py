"""Train the classifier's model (cleaning/classifier) and measure it on pages that it has not seen.

    python tests/benchmarks/train.py DATA [--out FILE] [--place-out FILE] [--folds K] [--jobs N]

DATA is a folder of NAME.jsonl.xz. A text's label is whether the gold holds it; sets with snippets only label the texts
that hold them. Printed are the figures of held-out pages: with `--folds` by site (no site is in both halves), with
`--by-set` one data set at a time, which says most about sites of another kind. --out writes the model of all pages,
--place-out the one that reads a page without trafilatura.

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
from extractors import make_answer
from gold import add_data_options, find_data_sets, load_pages, parse_count
from labels import label_runs
from scoring import FIGURES, Answer, score

from cleaning.classifier.classify import build_page_features
from cleaning.classifier.features import FEATURES
from cleaning.classifier.model import TreeModel
from cleaning.classifier.read_by_place import build_features_by_place
from cleaning.clean import clean
from cleaning.extraction import extract
from cleaning.foreign.hidden_text import judge_hidden_parts
from cleaning.metadata.collect import read_metadata
from cleaning.page.forum_posts import find_posts
from cleaning.page.parsing import parse_tree
from cleaning.reading.prepare_page import prepare_page
from cleaning.records.given import Page as Fetched

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gold import Page

    from cleaning.classifier.page_features import PageFeatures

ROUNDS = 120
# Without trafilatura the texts themselves must say more.
PLACE_ROUNDS, PLACE_SETTINGS = 240, {"num_leaves": 12, "learning_rate": 0.08}
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
    "num_threads": 1,  # more wait for each other while anything else runs
    "verbose": -1,
}


class TrainingRows(NamedTuple):
    """The text runs of one page that are classified: a feature vector, a label and a weight each."""

    rows: list[list[float]]
    labels: list[bool]
    weights: list[float]


class BothRows(NamedTuple):
    """The training rows of one page as trafilatura extracts it, and as it is read by place."""

    extracted: TrainingRows
    by_place: TrainingRows


def extract_rows(page: Page) -> BothRows:
    tree = parse_tree(page["html"])
    if tree is None:
        return BothRows(TrainingRows([], [], []), TrainingRows([], [], []))
    url, fetched = page["url"], Fetched(page["url"], page["html"])
    prepared = prepare_page(tree, fetched, read_metadata(tree, fetched))
    metadata, runs = prepared.metadata, prepared.runs
    unseen = judge_hidden_parts(prepared.hidden, runs)
    labels = label_runs(page, runs, (metadata.draft.title, *metadata.titles))
    by_place = build_features_by_place(runs, metadata, url, unseen)
    seen = {number: label for number, label in labels.items() if number not in unseen}
    placed = TrainingRows([], [], []) if find_posts(runs) else build_rows(by_place, seen)
    return BothRows(build_rows(build_page_features(extract(tree, url, runs), metadata, url), labels), placed)


def build_rows(features: PageFeatures, labels: Mapping[int, tuple[bool, float]]) -> TrainingRows:
    """Return the candidates that have a label."""
    rows: list[list[float]] = []
    targets: list[bool] = []
    weights: list[float] = []
    for number in features.find_candidates():
        if number in labels:
            label, weight = labels[number]
            rows.append([float(value) for value in features.build_vector(number)])
            targets.append(label)
            weights.append(weight)
    return TrainingRows(rows, targets, weights)


def train(
    pages: Iterable[tuple[str, TrainingRows]],
    *,
    features: tuple[str, ...] = FEATURES,
    rounds: int = ROUNDS,
    settings: Mapping[str, float] | None = None,
) -> TreeModel:
    """Train a model on pages, each with the name of its set.

    The weight of a set is the square root of its size; within a set all pages have the same weight.
    """
    by_set: dict[str, list[TrainingRows]] = defaultdict(list)
    for name, seen in pages:
        if seen.rows:
            by_set[name].append(seen)
    rows, targets, weights = [], [], []
    for several in by_set.values():
        for seen in several:
            rows += seen.rows
            targets += seen.labels
            whole = max(1.0, sum(weight for weight, label in zip(seen.weights, seen.labels, strict=True) if label))
            weights += [100 * weight / whole / len(several) ** 0.5 for weight in seen.weights]
    data = lightgbm.Dataset(np.array(rows, dtype="f8"), np.array(targets), weight=np.array(weights))
    booster = lightgbm.train(SETTINGS | dict(settings or {}), data, rounds)
    trees = [_convert_tree(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]
    return TreeModel.from_json(json.dumps({"features": features, "trees": trees}), features)


def _convert_tree(node: dict[str, Any]) -> list[Any] | float:
    if "leaf_value" in node:
        return round(node["leaf_value"], 4)
    threshold = float(f"{node['threshold']:.5g}")
    sides = _convert_tree(node["left_child"]), _convert_tree(node["right_child"])
    return [node["split_feature"], threshold, *sides, round(node["internal_value"], 4)]


def train_both(pages: Sequence[tuple[str, BothRows]]) -> tuple[TreeModel, TreeModel]:
    return train((name, both.extracted) for name, both in pages), train_by_place(pages)


def train_by_place(pages: Iterable[tuple[str, BothRows]]) -> TreeModel:
    placed = ((name, both.by_place) for name, both in pages)
    return train(placed, rounds=PLACE_ROUNDS, settings=PLACE_SETTINGS)


def clean_held_out(task: tuple[Page, tuple[TreeModel, TreeModel]]) -> Answer:
    page, (model, place_model) = task
    return make_answer(clean(Fetched(page["url"], page["html"]), model, place_model=place_model))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--out", type=Path, metavar="FILE")
    parser.add_argument("--place-out", type=Path, metavar="FILE")
    parser.add_argument(
        "--folds", type=parse_count, default=1, metavar="K", help="measure with one site in K held out at a time"
    )
    parser.add_argument("--by-set", action="store_true", help="measure with one data set held out at a time")
    parser.add_argument("--jobs", type=parse_count, default=2, metavar="N")
    options = parser.parse_args()
    sets = {
        name: load_pages(path, options.sample)
        for name, path in find_data_sets(parser, options.data, options.sets).items()
    }
    with get_context("spawn").Pool(options.jobs) as pool:
        seen = {name: pool.map(extract_rows, pages, 8) for name, pages in sets.items()}
        if not any(page.extracted.rows for pages in seen.values() for page in pages):
            parser.error("these pages have no gold to learn from")
        print(f"{sum(len(page.extracted.rows) for pages in seen.values() for page in pages)} texts", flush=True)
        if options.folds > 1:
            parts = {name: [_assign_fold(page, options.folds) for page in pages] for name, pages in sets.items()}
            measure(f"one site in {options.folds} held out", sets, seen, parts, pool)
        if options.by_set:
            measure("one set held out", sets, seen, {name: [name] * len(sets[name]) for name in sets}, pool)
    if options.out:
        model = train((name, page.extracted) for name, pages in seen.items() for page in pages)
        options.out.write_text(model.to_json(), "utf-8")
    if options.place_out:
        model = train_by_place((name, page) for name, pages in seen.items() for page in pages)
        options.place_out.write_text(model.to_json(), "utf-8")


def _assign_fold(page: Page, folds: int) -> int:
    return zlib.crc32(str(page.get("group", page["id"])).encode()) % folds


def measure(
    title: str, sets: dict[str, list[Page]], seen: dict[str, list[BothRows]], parts: dict[str, list[Any]], pool: Any
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
        models = train_both(others)
        for name, pages in sets.items():
            chosen = [at for at, own in enumerate(parts[name]) if own == part]
            found = pool.map(clean_held_out, [(pages[at], models) for at in chosen], 8)
            answers[name].update(zip(chosen, found, strict=True))
    print(title)
    figures = {name: score(pages, _list_answers(answers[name])) for name, pages in sets.items()}
    for name, row in figures.items():
        print(f"{name:18} {len(sets[name]):5}  " + " ".join(f"{key}={value:.4f}" for key, value in row.items()))
    for key in FIGURES:
        values = [row[key] for row in figures.values() if key in row]
        if values:
            print(f"mean of sets       {key}={sum(values) / len(values):.4f}", flush=True)


def _list_answers(found: dict[int, Any]) -> list[Answer]:
    return [found[at] for at in range(len(found))]


if __name__ == "__main__":
    main()

"""The model: trees whose answers add up to how likely a run of text is the article's.

Gradient boosting (Friedman: Greedy Function Approximation, Annals of Statistics 2001), trained on pages with human gold
by `tests/benchmarks/train.py` and kept as `model.json` and
`model_with_memory.json` beside this module: a list of trees, each node
`[feature, threshold, left, right, value]`, each leaf a number; values are log-odds. Left is where the feature is at
most the threshold.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cleaning.likelihood.features import FEATURES, WITH_MEMORY

if TYPE_CHECKING:
    from collections.abc import Sequence

Node = tuple[int, float, Any, Any, float]  # feature, threshold, left, right, value; a leaf is its value alone


@dataclass(frozen=True)
class Trees:
    """The model: a sum over trees."""

    trees: tuple[Node | float, ...]
    features: tuple[str, ...] = FEATURES

    @classmethod
    def read(cls, text: str, features: tuple[str, ...] = FEATURES) -> Trees:
        """From JSON. Raises ValueError where the file was made for other features."""
        record = json.loads(text)
        if record["features"] != list(features):
            raise ValueError("the model was trained on other features: train it again (tests/benchmarks/train.py)")
        return cls(tuple(_node(tree) for tree in record["trees"]), features)

    def written(self) -> str:
        """As JSON, a tree a line: the way `read` wants it."""
        lines = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in self.trees)
        return f'{{"features": {json.dumps(self.features)},\n"trees": [\n{lines}\n]}}\n'

    def likelihood(self, vector: Sequence[float]) -> float:
        """How likely the text with these features, in the order of FEATURES, is the article's: between 0 and 1."""
        total = 0.0
        for tree in self.trees:
            node: Any = tree
            while type(node) is tuple:
                feature, threshold, left, right, _ = node
                node = left if vector[feature] <= threshold else right
            total += node
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))

    def shares(self, vector: Sequence[float]) -> dict[str, float]:
        """What each feature that is asked for adds to the log-odds: the change of value at its nodes, summed.

        Method: Saabas, Interpreting random forests (2014).
        """
        shares: dict[int, float] = {}
        for tree in self.trees:
            node: Any = tree
            while type(node) is tuple:
                feature, threshold, left, right, before = node
                node = left if vector[feature] <= threshold else right
                after = node[4] if type(node) is tuple else node
                shares[feature] = shares.get(feature, 0.0) + after - before
        return {self.features[feature]: share for feature, share in shares.items()}


@cache
def trained() -> Trees:
    """The model that comes with the cleaner, for a page of a site that is not known."""
    return Trees.read((files(__package__) / "model.json").read_text("utf-8"))


@cache
def trained_with_memory() -> Trees:
    """The same for a page whose site is known."""
    return Trees.read((files(__package__) / "model_with_memory.json").read_text("utf-8"), WITH_MEMORY)


def _node(record: Any) -> Node | float:
    if not isinstance(record, list):
        return float(record)
    feature, threshold, left, right, value = record
    return int(feature), float(threshold), _node(left), _node(right), float(value)

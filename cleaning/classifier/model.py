"""The model: trees whose values add up to the log-odds that a text run is the article's.

Gradient boosting (Friedman: Greedy Function Approximation, Annals of Statistics 2001), trained on pages with human gold
by `tests/benchmarks/train.py` and `train_memory.py`, and stored beside this module as `model.json` and
`site_model.json`: a list of trees. A node is `[feature, threshold, left, right, value]`, a leaf a number. The left
branch is taken if the feature is at most the threshold.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cleaning.classifier.features import FEATURES, FEATURES_WITH_MEMORY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Node = tuple[int, float, Any, Any, float]  # feature, threshold, left, right, value; a leaf is its value alone


@dataclass(frozen=True)
class TreeModel:
    """An ensemble of trees; the prediction is the logistic function of the sum of their leaves."""

    trees: tuple[Node | float, ...]
    features: tuple[str, ...] = FEATURES

    @classmethod
    def from_json(cls, text: str, features: tuple[str, ...] = FEATURES) -> TreeModel:
        """Raise ValueError if the model was trained on other features."""
        record = json.loads(text)
        if record["features"] != list(features):
            raise ValueError("the model was trained on other features: train it again (tests/benchmarks/train.py)")
        return cls(tuple(_read_node(tree) for tree in record["trees"]), features)

    def to_json(self) -> str:
        """Return the model as JSON, one tree per line."""
        lines = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in self.trees)
        return f'{{"features": {json.dumps(self.features)},\n"trees": [\n{lines}\n]}}\n'

    def predict(self, vector: Sequence[float]) -> float:
        """Return how likely the text with this feature vector is the article's, between 0 and 1."""
        total = 0.0
        for leaf in self._find_leaves(vector):
            total += leaf
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))

    @cached_property
    def _find_leaves(self) -> Callable[[Sequence[float]], tuple[float, ...]]:
        """The trees as one compiled expression, which finds the leaves in half the time that a walk takes."""
        leaves = "".join(f"{_write_expression(tree)}," for tree in self.trees)
        names = {"inf": math.inf, "nan": math.nan}
        # The expression is made of the model's numbers alone.
        compiled: Callable[[Sequence[float]], tuple[float, ...]] = eval(f"lambda vector: ({leaves})", names)  # noqa: S307
        return compiled

    def compute_contributions(self, vector: Sequence[float]) -> dict[str, float]:
        """Return what each feature on the paths adds to the log-odds: the changes of value at its nodes, summed.

        Method: Saabas, Interpreting random forests (2014).
        """
        contributions: dict[int, float] = {}
        for tree in self.trees:
            node: Any = tree
            while type(node) is tuple:
                feature, threshold, left, right, before = node
                node = left if vector[feature] <= threshold else right
                after = node[4] if type(node) is tuple else node
                contributions[feature] = contributions.get(feature, 0.0) + after - before
        return {self.features[feature]: contribution for feature, contribution in contributions.items()}


@cache
def load_model() -> TreeModel:
    """Return the model for pages of sites without a memory."""
    return TreeModel.from_json((files(__package__) / "model.json").read_text("utf-8"))


@cache
def load_site_model() -> TreeModel:
    """Return the model for pages of sites with a memory."""
    return TreeModel.from_json((files(__package__) / "site_model.json").read_text("utf-8"), FEATURES_WITH_MEMORY)


def _read_node(record: Any) -> Node | float:
    if not isinstance(record, list):
        return float(record)
    feature, threshold, left, right, value = record
    return int(feature), float(threshold), _read_node(left), _read_node(right), float(value)


def _write_expression(node: Any) -> str:
    """Write a tree as the expression of its leaf, in the terms of a `vector`."""
    if type(node) is not tuple:
        return repr(float(node))
    feature, threshold, left, right, _ = node
    chosen, other = _write_expression(left), _write_expression(right)
    return f"({chosen} if vector[{int(feature)}] <= {float(threshold)!r} else {other})"

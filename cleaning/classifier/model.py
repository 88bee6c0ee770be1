"""The model: trees whose values add up to the log-odds that a text run is the article's.

Gradient boosting (Friedman: Greedy Function Approximation, Annals of Statistics 2001), trained on pages with human gold
by `tests/benchmarks/train.py` and `train_memory.py`, and stored beside this module as `model.json`, `place_model.json`,
`site_model.json` and `site_place_model.json`: a list of trees. A node is `[feature, threshold, left, right, value]`, a
leaf a number. The left branch is taken if the feature is at most the threshold.
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
        total = self._add_leaves(*vector)
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))

    @cached_property
    def _add_leaves(self) -> Callable[..., float]:
        """The trees as one compiled function of the features, adding up leaves several times as fast as a walk."""
        features = ", ".join(f"f{number}" for number in range(len(self.features)))
        steps = "".join(f"    total += {_write_expression(tree)}\n" for tree in self.trees)
        names: dict[str, Any] = {"inf": math.inf, "nan": math.nan}
        # The function is made of the model's numbers alone.
        exec(f"def add_leaves({features}):\n    total = 0.0\n{steps}    return total\n", names)  # noqa: S102
        compiled: Callable[..., float] = names["add_leaves"]
        return compiled

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The positions of the features in a vector."""
        return {name: number for number, name in enumerate(self.features)}

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
def load_place_model() -> TreeModel:
    """Return the model for pages of which trafilatura is not asked."""
    return TreeModel.from_json((files(__package__) / "place_model.json").read_text("utf-8"))


@cache
def load_site_model() -> TreeModel:
    """Return the model for pages of sites with a memory."""
    return TreeModel.from_json((files(__package__) / "site_model.json").read_text("utf-8"), FEATURES_WITH_MEMORY)


@cache
def load_site_place_model() -> TreeModel:
    """Return the model for pages of sites with a memory of which trafilatura is not asked."""
    return TreeModel.from_json((files(__package__) / "site_place_model.json").read_text("utf-8"), FEATURES_WITH_MEMORY)


def _read_node(record: Any) -> Node | float:
    if not isinstance(record, list):
        return float(record)
    feature, threshold, left, right, value = record
    return int(feature), float(threshold), _read_node(left), _read_node(right), float(value)


def _write_expression(node: Any) -> str:
    """Write a tree as the expression of its leaf, in the terms of the features f0, f1 ..."""
    if type(node) is not tuple:
        return repr(float(node))
    feature, threshold, left, right, _ = node
    chosen, other = _write_expression(left), _write_expression(right)
    return f"({chosen} if f{int(feature)} <= {float(threshold)!r} else {other})"

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from cleaning.classifier.features import FEATURES
from cleaning.classifier.model import TreeModel, load_model

LENGTH, TAKEN, LIKE_TITLE = (FEATURES.index(name) for name in ("length", "taken", "like_title"))
# Taken texts of more than 80 letters, and short ones that are like the headline.
TAKEN_AND_LONG = [TAKEN, 0.5, -1.0, [LENGTH, 80.0, 0.25, 1.5, 0.75], -0.125]
LIKE_THE_HEADLINE = [LIKE_TITLE, 0.875, 0.125, -2.0, 0.0625]
BOTH = json.dumps({"features": FEATURES, "trees": [TAKEN_AND_LONG, LIKE_THE_HEADLINE]})


def vector(**values: float) -> list[float]:
    return [values.get(name, 0.0) for name in FEATURES]


def logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


@pytest.mark.parametrize(
    ("values", "log_odds"),
    [
        ({}, -1.0 + 0.125),
        ({"length": 500.0}, -1.0 + 0.125),
        ({"taken": 1.0, "length": 80.0}, 0.25 + 0.125),  # at the threshold: left
        ({"taken": 1.0, "length": 80.1}, 1.5 + 0.125),
        ({"taken": 1.0, "length": 40.0, "like_title": 1.0}, 0.25 - 2.0),
    ],
)
def test_the_leaves_that_a_text_reaches_add_up_to_its_log_odds(values: dict[str, float], log_odds: float) -> None:
    assert TreeModel.from_json(BOTH).predict(vector(**values)) == pytest.approx(logistic(log_odds))


def test_a_model_without_trees_predicts_a_half() -> None:
    model = TreeModel(())
    assert (model.predict(vector()), model.compute_contributions(vector())) == (0.5, {})


def test_a_tree_may_be_one_leaf() -> None:
    model = TreeModel.from_json(json.dumps({"features": FEATURES, "trees": [0.5]}))
    assert model.predict(vector()) == pytest.approx(logistic(0.5))
    assert model.compute_contributions(vector()) == {}


@pytest.mark.parametrize(("leaf", "likelihood"), [(1e9, 1.0), (-1e9, 0.0)])
def test_no_value_is_too_large(leaf: float, likelihood: float) -> None:
    model = TreeModel((leaf,))
    assert model.predict(vector()) == pytest.approx(likelihood)
    assert 0 <= model.predict([1e308] * len(FEATURES)) <= 1
    assert 0 <= model.predict([-math.inf] * len(FEATURES)) <= 1


def test_each_feature_has_the_changes_at_its_own_nodes() -> None:
    contributions = TreeModel.from_json(BOTH).compute_contributions(vector(taken=1.0, length=200.0, like_title=1.0))
    assert contributions == {
        "taken": pytest.approx(0.75 - -0.125),
        "length": pytest.approx(1.5 - 0.75),
        "like_title": pytest.approx(-2.0 - 0.0625),
    }


def root(tree: Any) -> float:
    return float(tree[4] if isinstance(tree, tuple) else tree)


@pytest.mark.parametrize("filling", [0.0, 0.3, 1.0, 7.5, 40.0, 2_000.0, -30.0])
def test_the_contributions_and_the_roots_add_up_to_the_log_odds(filling: float) -> None:
    for model in (TreeModel.from_json(BOTH), load_model()):
        features = [filling * (1 + at % 3) for at in range(len(FEATURES))]
        total = sum(map(root, model.trees)) + sum(model.compute_contributions(features).values())
        assert model.predict(features) == pytest.approx(logistic(total))


def test_a_model_survives_json() -> None:
    for model in (TreeModel.from_json(BOTH), load_model(), TreeModel(())):
        assert TreeModel.from_json(model.to_json()) == model
    assert TreeModel.from_json(BOTH).to_json().count("\n") == 5  # features, opening, a tree a line, closing


@pytest.mark.parametrize("features", [[], FEATURES[:-1], FEATURES[::-1], [*FEATURES, "more"]])
def test_a_model_of_other_features_is_refused(features: list[str]) -> None:
    with pytest.raises(ValueError, match=r"trained on other features: train it again \(tests/benchmarks/train.py\)"):
        TreeModel.from_json(json.dumps({"features": list(features), "trees": []}))


def test_the_model_of_the_cleaner_uses_known_features_only() -> None:
    model = load_model()
    assert model.trees
    assert load_model() is model

    def nodes(node: Any) -> list[Any]:
        return [node, *nodes(node[2]), *nodes(node[3])] if isinstance(node, tuple) else []

    used = [node[0] for tree in model.trees for node in nodes(tree)]
    assert used
    assert all(0 <= feature < len(FEATURES) for feature in used)

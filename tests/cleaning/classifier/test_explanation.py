from __future__ import annotations

import string

import pytest

from cleaning.classifier.explanation import DESCRIPTIONS, reasons_against, reasons_for
from cleaning.classifier.features import (
    ALL_NEIGHBOUR_FEATURES,
    CONTEXT_FEATURES,
    FEATURES,
    MEMORY_FEATURES,
    NEIGHBOUR_FEATURES,
    PAGE_FEATURES,
    TEXT_FEATURES,
)
from cleaning.classifier.model import TreeModel
from cleaning.memory.match import NEIGHBOUR_STEPS


def vector(**values: float) -> list[float]:
    return [values.get(name, 0.0) for name in FEATURES]


def build_model(*nodes: tuple[str, float, float]) -> TreeModel:
    """Return a model with a tree for each feature: its values up to a threshold of a half, and above."""
    return TreeModel(tuple((FEATURES.index(name), 0.5, low, high, 0.0) for name, low, high in nodes))


def test_there_are_words_for_every_feature_and_none_too_many() -> None:
    assert DESCRIPTIONS.keys() == {
        *TEXT_FEATURES,
        *CONTEXT_FEATURES,
        *PAGE_FEATURES,
        *(name.partition("@")[0] for name in MEMORY_FEATURES),
    }
    assert set(NEIGHBOUR_FEATURES) <= DESCRIPTIONS.keys()
    assert len(ALL_NEIGHBOUR_FEATURES) == len(NEIGHBOUR_STEPS) * len(NEIGHBOUR_FEATURES)


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_a_description_has_at_most_one_value(name: str) -> None:
    present, absent = DESCRIPTIONS[name]
    assert present != absent
    assert len([field for _, field, _, _ in string.Formatter().parse(present) if field is not None]) <= 1
    assert "{" not in absent
    assert "{" not in present.format(0.5)


@pytest.mark.parametrize("name", FEATURES)
def test_every_feature_can_be_a_reason(name: str) -> None:
    model = build_model((name, -1.0, 1.0))
    assert reasons_for(model, [1.0] * len(FEATURES))
    assert reasons_against(model, vector())
    assert not reasons_against(model, [1.0] * len(FEATURES))
    assert not reasons_for(model, vector())


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("length", 120.0, "120 letters"),
        ("link_share", 0.75, "75% links"),
        ("from_first", -2.0, "-2 from the first paragraph"),
        ("taken", 1.0, "taken at first"),
        ("taken", 0.0, "left out at first"),
        ("words@-2", 7.0, "two before it: 7 words"),
        ("taken@-1", 1.0, "before it: taken at first"),
        ("sentence_end@+1", 0.0, "after it: no sentence end"),
        ("link_share@+2", 1.0, "two after it: 100% links"),
    ],
)
def test_reasons_name_the_feature_its_value_and_the_neighbour(name: str, value: float, text: str) -> None:
    features = [0.0] * len(FEATURES)
    features[FEATURES.index(name)] = value
    assert reasons_against(build_model((name, -1.0, -1.0)), features) == text


def test_the_three_strongest_reasons_come_first() -> None:
    model = build_model(
        ("act", 0.0, -1.0), ("more", 0.0, -3.0), ("share", 0.0, -0.5), ("form", 0.0, -2.0), ("tag_p", 0.0, 4.0)
    )
    features = vector(act=1.0, more=1.0, share=1.0, form=1.0, tag_p=1.0)
    assert reasons_against(model, features) == "“more” or the like, words of a comment form, asks to sign up or follow"
    assert reasons_for(model, features) == "a <p>"


def test_reasons_of_the_same_strength_come_in_the_order_of_the_features() -> None:
    model = build_model(("in_nav", 0.0, -1.0), ("colon", 0.0, -1.0), ("bar", 0.0, -1.0))
    assert (
        reasons_against(model, vector(in_nav=1.0, bar=1.0, colon=1.0))
        == "ends with a colon, a vertical bar, in a <nav>"
    )

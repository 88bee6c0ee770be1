from __future__ import annotations

import string

import pytest

from cleaning.likelihood.features import FEATURES, NEIGHBOUR, NEIGHBOURS, OWN, PAGE, PLACE, RECALLED, STEPS
from cleaning.likelihood.signs import SIGNS, against, in_favour
from cleaning.likelihood.trees import Trees


def vector(**values: float) -> list[float]:
    return [values.get(name, 0.0) for name in FEATURES]


def trees(*questions: tuple[str, float, float]) -> Trees:
    """A tree for each feature with a threshold of a half: what is said of it where it is at most that, and above."""
    return Trees(tuple((FEATURES.index(name), 0.5, low, high, 0.0) for name, low, high in questions))


def test_there_are_words_for_every_feature_and_none_too_many() -> None:
    assert SIGNS.keys() == {*OWN, *PLACE, *PAGE, *(name.partition("@")[0] for name in RECALLED)}
    assert set(NEIGHBOUR) <= SIGNS.keys()
    assert len(NEIGHBOURS) == len(STEPS) * len(NEIGHBOUR)


@pytest.mark.parametrize("name", SIGNS)
def test_a_sign_tells_a_value_or_none(name: str) -> None:
    present, absent = SIGNS[name]
    assert present != absent
    assert len([field for _, field, _, _ in string.Formatter().parse(present) if field is not None]) <= 1
    assert "{" not in absent
    assert "{" not in present.format(0.5)


@pytest.mark.parametrize("name", FEATURES)
def test_every_feature_can_be_told_of(name: str) -> None:
    model = trees((name, -1.0, 1.0))
    assert in_favour(model, [1.0] * len(FEATURES))
    assert against(model, vector())
    assert not against(model, [1.0] * len(FEATURES))
    assert not in_favour(model, vector())


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("length", 120.0, "120 letters"),
        ("link_share", 0.75, "75% links"),
        ("from_first", -2.0, "-2 from the first paragraph"),
        ("taken", 1.0, "taken by trafilatura"),
        ("taken", 0.0, "left out by trafilatura"),
        ("words@-2", 7.0, "two before it: 7 words"),
        ("taken@-1", 1.0, "before it: taken by trafilatura"),
        ("sentence_end@+1", 0.0, "after it: no sentence end"),
        ("link_share@+2", 1.0, "two after it: 100% links"),
    ],
)
def test_signs_say_what_was_seen_and_where(name: str, value: float, text: str) -> None:
    features = [0.0] * len(FEATURES)
    features[FEATURES.index(name)] = value
    assert against(trees((name, -1.0, -1.0)), features) == text


def test_the_three_strongest_are_told_the_strongest_first() -> None:
    model = trees(
        ("act", 0.0, -1.0), ("more", 0.0, -3.0), ("share", 0.0, -0.5), ("form", 0.0, -2.0), ("tag_p", 0.0, 4.0)
    )
    features = vector(act=1.0, more=1.0, share=1.0, form=1.0, tag_p=1.0)
    assert against(model, features) == "“more” or the like, words of a comment form, asks to sign up or follow"
    assert in_favour(model, features) == "a <p>"


def test_signs_of_the_same_strength_come_in_the_order_of_the_features() -> None:
    model = trees(("in_nav", 0.0, -1.0), ("colon", 0.0, -1.0), ("bar", 0.0, -1.0))
    assert against(model, vector(in_nav=1.0, bar=1.0, colon=1.0)) == "ends with a colon, a vertical bar, in a <nav>"

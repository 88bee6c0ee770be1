"""Causes: no two explain each other, and each is a name that a test gives."""

from __future__ import annotations

from graphlib import TopologicalSorter

from simulated_nights import draw_site

from crawler.health.causes import EXPLAINS, drop_explained
from crawler.health.judge_site import judge_night
from crawler.health.look import Look
from crawler.run.notices import FAILURE_KINDS


def test_no_two_findings_explain_each_other() -> None:
    order = tuple(TopologicalSorter(EXPLAINS).static_order())
    assert order.index("silent") < order.index("javascript") < order.index("walls")


def test_every_cause_and_effect_is_the_name_of_a_finding() -> None:
    nights = list(draw_site(1).nights(10))
    names = {*judge_night(Look(nights, 9)), *FAILURE_KINDS}
    assert set(EXPLAINS) | set().union(*EXPLAINS.values()) <= names


def test_of_what_was_found_the_causes_are_left() -> None:
    assert drop_explained({"javascript", "silent", "drop", "shorter"}, ()) == {"javascript"}
    assert drop_explained({"silent", "no-authors"}, {"walls"}) == set()
    assert drop_explained({"language", "slow"}, ()) == {"language", "slow"}

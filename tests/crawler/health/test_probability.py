"""The tails of the distributions, against sums that are known and against drawn numbers."""

from __future__ import annotations

import random
from math import comb, exp, factorial

import pytest

from crawler.health.probability import beta_binomial_high, negative_binomial_high, negative_binomial_low


def test_the_negative_binomial_of_a_great_shape_is_a_poisson_distribution() -> None:
    poisson = sum(exp(-4) * 4**number / factorial(number) for number in range(3))
    assert negative_binomial_low(2, 4, 1e7) == pytest.approx(poisson, rel=1e-4)


def test_no_article_at_all_has_the_probability_of_its_formula() -> None:
    assert negative_binomial_low(0, 12, 4) == pytest.approx((1 + 12 / 4) ** -4)
    assert negative_binomial_low(0, 0, 4) == 1


def test_the_two_tails_add_up() -> None:
    for count in (0, 1, 7, 90):
        low = negative_binomial_low(count - 1, 20, 3) if count else 0
        assert low + negative_binomial_high(count, 20, 3) == pytest.approx(1)


def test_a_beta_binomial_of_a_great_weight_is_a_binomial_distribution() -> None:
    binomial = sum(comb(9, number) * 0.3**number * 0.7 ** (9 - number) for number in range(5, 10))
    assert beta_binomial_high(5, 9, 0.3, 1e7) == pytest.approx(binomial, rel=1e-4)


def test_a_beta_binomial_is_what_drawn_shares_give() -> None:
    chance = random.Random(1)
    draws = 40_000
    hits = 0
    for _ in range(draws):
        share = chance.betavariate(0.2 * 10, 0.8 * 10)
        hits += sum(chance.random() < share for _ in range(8)) >= 4
    assert beta_binomial_high(4, 8, 0.2, 10) == pytest.approx(hits / draws, rel=0.05)

"""Tails of two distributions of counts that vary more than chance alone lets them."""

from __future__ import annotations

from math import exp, lgamma, log, log1p


def negative_binomial_low(count: int, mean: float, shape: float) -> float:
    """Return the probability of `count` or fewer. The variance is mean + mean² / shape."""
    if mean <= 0:
        return 1.0
    stop, go = -log1p(mean / shape), log(mean / (mean + shape))
    total = 0.0
    for number in range(count + 1):
        total += exp(lgamma(number + shape) - lgamma(shape) - lgamma(number + 1) + shape * stop + number * go)
    return min(total, 1.0)


def negative_binomial_high(count: int, mean: float, shape: float) -> float:
    """Return the probability of `count` or more, to about 1e-12."""
    return 1.0 if count <= 0 else max(0.0, 1.0 - negative_binomial_low(count - 1, mean, shape))


def beta_binomial_high(count: int, of: int, share: float, weight: float) -> float:
    """Return the probability of `count` or more of `of`.

    Each night has a share of its own around `share`, as if it were known from `weight` observations.
    """
    one, other = share * weight, (1.0 - share) * weight
    whole = lgamma(one) + lgamma(other) - lgamma(one + other)
    total = 0.0
    for number in range(count, of + 1):
        ways = lgamma(of + 1) - lgamma(number + 1) - lgamma(of - number + 1)
        rest = of - number
        total += exp(ways + lgamma(number + one) + lgamma(rest + other) - lgamma(of + one + other) - whole)
    return min(total, 1.0)

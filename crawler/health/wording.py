"""Numbers in the sentences of findings."""

from __future__ import annotations


def format_share(share: float) -> str:
    """Return a share in percent: "2 %"."""
    return f"{100 * share:.0f} %"


def format_amount(number: float) -> str:
    """Return a number with a decimal only where it is small: "3.5", "1,240"."""
    return f"{number:,.0f}" if number >= 10 or number == int(number) else f"{number:.1f}"

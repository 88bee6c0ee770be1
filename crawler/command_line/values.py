"""Parse the values of options. Each function raises BadArgument, with the option's name, for a wrong value."""

from __future__ import annotations

import re
from datetime import date

from cleaning.errors import BadArgument

MAX_DIGITS = 9  # of a whole number


def parse_day(option: str, value: str | None) -> date | None:
    """Return the day that YYYY-MM-DD names, None for None."""
    if value is None:
        return None
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass  # a thirtieth of February is refused like any other text that names no day
    raise BadArgument(f"{option} must be a day as YYYY-MM-DD, got {value!r}")


def parse_whole_number(option: str, value: str, *, least: int, most: int | None = None) -> int:
    """Return the number from `least` to `most` that `value` names in decimal digits, at most MAX_DIGITS of them."""
    is_number = value.isascii() and value.isdecimal()
    if is_number and len(value) <= MAX_DIGITS and least <= int(value) and (most is None or int(value) <= most):
        return int(value)
    bounds = f"of at least {least}" if most is None else f"from {least} to {most}"
    if is_number and most is None and len(value) > MAX_DIGITS:
        bounds += f" and at most {MAX_DIGITS} digits"
    raise BadArgument(f"{option} must be a whole number {bounds}, got {value!r}")

"""Numbers and lists as people read them."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.terminal.characters import escape_for_terminal

_MOST_NAMES = 5  # sites that a line names
_YEAR = 365  # days
_UNITS = ("B", "KB", "MB", "GB", "TB")


def format_bytes(number: float) -> str:
    """Return a number of bytes with three digits or fewer, in units of 1,000."""
    unit = 0
    while number >= 999.5 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} {_UNITS[unit]}" if unit == 0 or number >= 99.5 else f"{number:.1f} {_UNITS[unit]}"


def format_days(days: float) -> str:
    """Return about how long so many days are: in days up to two months, then in months and years."""
    if days < 1:
        return "less than a day"
    if days < 61:
        return count_things(int(days), "day")
    if days < 2 * _YEAR:
        return f"{days / _YEAR * 12:.0f} months"
    return f"{days / _YEAR:.0f} years" if days < 10 * _YEAR else "more than ten years"


def count_things(number: int, one: str, several: str | None = None) -> str:
    """Return a number with its noun: "1 site", "1,240 sites"; `several` is its plural, if that is not with an s."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def join_some(names: Iterable[str], more: str = "more") -> str:
    """Return the first names with commas, and how many there are beside them."""
    listed = [escape_for_terminal(name) for name in names]
    rest = len(listed) - _MOST_NAMES
    return ", ".join(listed[:_MOST_NAMES]) + (f" and {rest} {more}" if rest > 0 else "")

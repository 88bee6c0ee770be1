"""The measures of a site's night that the report shows, and how a number of each is written."""

from __future__ import annotations

from typing import NamedTuple

from crawler.night_report.record import Compared
from crawler.terminal.numbers import format_bytes

MISSING = "–"


class Measure(NamedTuple):
    """One column of the table of sites. `form` is one of "count", "share" and "seconds".

    `worse` is 1 where more than usual is worse, -1 where less is, 0 where either may be right.
    """

    name: str
    heading: str
    form: str
    meaning: str
    worse: int = 0


MEASURES = (
    Measure("new", "New", "count", "articles that the corpus gained", -1),
    Measure("found", "Found", "count", "addresses that the night had to fetch"),
    Measure("updated", "Updated", "count", "pages that were stored before, with another text"),
    Measure("duplicates", "Duplicates", "count", "copies of other articles", 1),
    Measure("rejected", "Rejected", "count", "pages that are no article", 1),
    Measure("failed", "Failed", "count", "addresses that gave no page", 1),
    Measure("completeness", "Complete", "share", "of the articles that the sources list as new, those stored", -1),
    Measure("median_length", "Length", "count", "median of the characters of an article or duplicate"),
    Measure("share_cut", "Cut", "share", "of the characters of articles and duplicates, those cut as boilerplate"),
    Measure("seconds", "Seconds", "count", "from the first event to the last", 1),
)


def format_number(value: float | None, form: str = "count") -> str:
    """Write a number for a person: 1,234, 98 %, 0.4 %, 2.5 s."""
    if value is None:
        return MISSING
    if form == "share":
        percent = 100 * value
        return f"{percent:.1f} %" if 0 < percent < 9.95 else f"{percent:.0f} %"
    if form == "seconds":
        return f"{value:.1f} s"
    return f"{value:,.0f}"


def format_usual(one: Compared, form: str = "count") -> str:
    """Write what is usual, "" where it is not known."""
    return "" if one.usual is None else format_number(one.usual, form)


def format_size(size: float | None) -> str:
    """Write a number of bytes for a person."""
    return MISSING if size is None else format_bytes(size)

"""Read the time that an element's attributes state: <time datetime>, <abbr title>, data-timestamp."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.article import format_iso
from cleaning.metadata.dates.day_month_order import DateOrder
from cleaning.metadata.dates.machine_times import parse_machine_time
from cleaning.metadata.dates.written_dates import find_written_times

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Attributes for scripts that write "three hours ago".
DATA = re.compile(
    r"data-(?:[\w-]{0,30}-)?(?:time|timestamp|date|datetime|published|pubdate|utc|epoch|unix|unixtime|ts|created)"
)
HOLDS_DATE = re.compile(r"date|time|publi|posted|stamp|\bago\b", re.IGNORECASE)
YEAR = re.compile(r"(?:19|20)\d\d")
MAX_TEXT = 150  # characters of an element that shows a time and little else
MAX_TITLE = 60  # characters of a title that is a time


def read_machine_time(element: HtmlElement) -> str | None:
    """Return the time that an element states in an attribute, as it is written there, a Unix time as ISO 8601.

    The attribute is that of HTML's <time>, of <abbr> in the older microformats, or, where the element's text shows no
    hour of a day itself, one for scripts or the title of an element that is named as a time.
    """
    moment = element.get("datetime") if element.tag == "time" else None
    if moment and _has_digit(moment):
        return _write_unix(moment)
    title = element.get("title")
    if element.tag == "abbr":
        return str(title) if _has_digit(title) else None
    stated: str | None = None
    for name, value in element.items():
        if name.startswith("data-") and DATA.fullmatch(name) and parse_machine_time(value):
            stated = _write_unix(value)
            break
    if not stated and title and len(title) <= MAX_TITLE and YEAR.search(title):
        stated = str(title) if HOLDS_DATE.search(element.get("class") or "") else None
    return stated if stated and not _shows_hour(element) else None


def _shows_hour(element: HtmlElement) -> bool:
    text = " ".join(element.itertext())
    return len(text) > MAX_TEXT or any(found.has_hour for found in find_written_times(text, DateOrder()))


def _has_digit(text: str | None) -> bool:
    return bool(text) and any(map(str.isdigit, text or ""))


def _write_unix(text: str) -> str:
    stated = parse_machine_time(text) if text.strip().isdigit() else None
    return format_iso(stated.moment) if stated else text

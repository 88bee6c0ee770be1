"""Read the time that an element's attributes state: <time datetime>, <abbr title>, data-timestamp."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.metadata.dates.day_month_order import DateOrder
from cleaning.metadata.dates.machine_times import DAY, parse_machine_time, parse_stated_time
from cleaning.metadata.dates.written_dates import find_written_times
from cleaning.records.times import format_iso

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Attributes for scripts that write "three hours ago"; not those of other times than that of publication.
DATA = re.compile(r"time|stamp|date|publish|utc|epoch|unix|created|moment|posted|\bts\b")
OTHER_DATA = re.compile(
    r"updat|modif|chang|event|start|end|expir|until|valid|birth|now|today|server|current|zone|format"
)
STATES_TIME = re.compile(r"datetime$|title$|data-").match  # names of attributes that may state a time
HOLDS_DATE = re.compile(r"date|time|publi|posted|stamp|\bago\b", re.IGNORECASE)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
MAX_TEXT = 150  # characters of an element that shows a time and little else
MAX_ATTRIBUTE = 60  # characters of an attribute that is a time


def read_machine_time(element: HtmlElement) -> str | None:
    """Return the time that an element states in an attribute, as it is written there, a Unix time as ISO 8601.

    The attribute is `datetime`, the `title` of <abbr> in the older microformats, one for scripts, or the title of an
    element that is named as a time. If the element's text shows the hour of a day, only a `datetime` with an hour
    counts.
    """
    if not any(map(STATES_TIME, element.keys())):
        return None
    moment = element.get("datetime")
    if moment and _has_digit(moment):
        is_day = DAY.fullmatch(moment.strip()) is not None
        return None if is_day and _shows_hour(element) else _write_unix(moment)
    title = element.get("title")
    if element.tag == "abbr":
        return str(title) if title and _has_digit(title) else None
    stated = _find_data(element) or _read_title(element, title)
    return stated if stated and not _shows_hour(element) else None


def _find_data(element: HtmlElement) -> str | None:
    for name, value in element.items():
        if not name.startswith("data-") or len(value) > MAX_ATTRIBUTE or not _has_digit(value):
            continue
        if DATA.search(name) and not OTHER_DATA.search(name):
            if parse_machine_time(value):
                return _write_unix(value)
            if YEAR.search(value) and (stated := parse_stated_time(value)) and stated.has_hour:
                return str(value)
    return None


def _read_title(element: HtmlElement, title: str | None) -> str | None:
    if not title or len(title) > MAX_ATTRIBUTE or not YEAR.search(title):
        return None
    if HOLDS_DATE.search(element.get("class") or ""):
        return title
    if not _has_digit(" ".join(element.itertext())):
        return None  # the title of a link to something else
    return title if any(found.has_hour for found in find_written_times(title, DateOrder())) else None


def _shows_hour(element: HtmlElement) -> bool:
    text = " ".join(element.itertext())
    return len(text) > MAX_TEXT or any(found.has_hour for found in find_written_times(text, DateOrder()))


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _write_unix(text: str) -> str:
    stated = parse_machine_time(text) if text.strip().isdigit() else None
    return format_iso(stated.moment) if stated and stated.has_hour else text

"""Find times as people write them: 5 May 2024, 5. Mai 2024, May 5, 2024, 5/5/24, 2024年5月5日, perhaps with an hour."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from cleaning.article import UNSTATED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cleaning.metadata.dates.day_month_order import DateOrder

NAME = r"([^\W\d_][^\s\d.,;:/|()\[\]-]{1,20})"
YEAR = r"((?:19|20|25)\d\d)(?!\d)"  # 25: the Buddhist era
ORDINAL = r"(?:st|nd|rd|th|er|ro|º|°|ª|η|-го)?"
OF = r"(?:(?:de|del|of|da|gada) |d['’])?"
# For lines with single spaces. The letters name the groups in their order: year, month, day.
WITH_YEAR = (
    ("ymd", re.compile(rf"(?<![\d./-]){YEAR} ?[-/.] ?(\d\d?) ?[-/.] ?(\d\d?)(?!\d)")),
    ("ymd", re.compile(rf"(?<!\d){YEAR} ?[年년] ?(\d\d?) ?[月월] ?(\d\d?)(?!\d)")),
    ("dmy", re.compile(rf"(?<!\d)(\d\d?){ORDINAL}[ ./-]{{0,2}}{OF}{NAME}[ .,/-]{{0,3}}{OF}{YEAR}")),
    ("mdy", re.compile(rf"{NAME}\.?[ -](\d\d?){ORDINAL}[.,]{{0,2}} ?{YEAR}")),
    ("ymd", re.compile(rf"(?<!\d){YEAR}[.,]? (?:m\. )?{NAME} (\d\d?)(?!\d)")),
    ("ydm", re.compile(rf"(?<!\d){YEAR}\. ?gada (\d\d?)\. ?{NAME}")),
)  # fmt: skip
FIGURES = re.compile(r"(?<![\d./-])(\d\d?) ?([./-]) ?(\d\d?) ?[./-] ?((?:19|20|25)\d\d|\d\d)(?![\d:])")
ANY_DIGIT, ANY_YEAR = re.compile(r"\d"), re.compile(YEAR)
HOUR = re.compile(
    r"(?<!\d)(\d\d?)(?:[:.h](\d\d)(?::(\d\d)(?:\.\d{1,6})?)?)?"
    r" ?(?:([ap])\.? ?m\b|(?:GMT|UTC)? ?([+-]\d\d):?(\d\d)(?!\d)|(Z)\b)?",
    re.IGNORECASE,
)
BEHIND, BEFORE = 30, 14  # characters behind and before a date in which its hour is searched
BUDDHIST = 543  # years that the Buddhist era is ahead
MAX_CHARACTERS = 400  # of a line that are searched


class WrittenTime(NamedTuple):
    """A time in a line and where it begins. It is aware, in the zone UNSTATED where no zone is written beside it."""

    moment: datetime
    has_hour: bool
    start: int


def find_written_times(line: str, order: DateOrder) -> Iterator[WrittenTime]:
    """Yield the times in a line, form by form. A numeric date with two meanings is left out if the order is unknown."""
    if not ANY_DIGIT.search(line):
        return
    text = " ".join(line[:MAX_CHARACTERS].split()).replace(" ,", ",")
    for form, pattern in WITH_YEAR if ANY_YEAR.search(text) else ():
        for match in pattern.finditer(text):
            if day := _parse_named_day(match, form, order):
                yield _add_hour(text, match, day)
    for match in FIGURES.finditer(text):
        if day := _parse_numeric_day(match, order):
            yield _add_hour(text, match, day)


def parse_month(name: str, language: str = "") -> int | None:
    """Return the number of the month with this name or abbreviation, in the language or in any language."""
    by_language, in_any = _load_months()
    key = normalize_month_name(name)
    return by_language.get((language, key)) or in_any.get(key)


def _parse_named_day(match: re.Match[str], form: str, order: DateOrder) -> datetime | None:
    parts = dict(zip(form, match.groups(), strict=True))
    number = int(parts["m"]) if parts["m"].isdecimal() else parse_month(parts["m"], order.language)
    return _make_day(int(parts["y"]), number, int(parts["d"])) if number else None


def _parse_numeric_day(match: re.Match[str], order: DateOrder) -> datetime | None:
    first, separator, second, last = match.groups()
    one, two = int(first), int(second)
    year = int(last) if len(last) == 4 else _expand_year(int(last))
    if separator == "." and two <= 12:
        return _make_day(year, two, one)  # dots are used where the day comes first: 4.12.2024
    if one > 12 or two > 12 or one == two:
        return _make_day(year, min(one, two), max(one, two)) if min(one, two) <= 12 else None
    if order.month_first is None:
        return None
    return _make_day(year, one, two) if order.month_first else _make_day(year, two, one)


def _expand_year(year: int) -> int:
    return 1900 + year if year >= 90 else 2000 + year


def _make_day(year: int, number: int, day: int) -> datetime | None:
    try:
        return datetime(year - BUDDHIST if year >= 2500 else year, number, day, tzinfo=UNSTATED)
    except ValueError:
        return None


def _add_hour(text: str, match: re.Match[str], day: datetime) -> WrittenTime:
    behind = text[match.end() : match.end() + BEHIND]
    before = text[max(0, match.start() - BEFORE) : match.start()]
    for found in (*HOUR.finditer(behind), *HOUR.finditer(before)):
        hour, minute, second, half, zone, zone_minutes, universal = found.groups()
        if minute is None and half is None:
            continue
        hours = int(hour) % 12 + (12 if (half or "").lower() == "p" else 0) if half else int(hour)
        try:
            moment = day.replace(hour=hours, minute=int(minute or 0), second=int(second or 0))
            if zone:
                ahead = timedelta(hours=int(zone), minutes=int(zone[0] + zone_minutes))
                moment = moment.replace(tzinfo=timezone(ahead))
            elif universal:
                moment = moment.replace(tzinfo=UTC)
        except ValueError:
            continue
        return WrittenTime(moment, True, match.start())
    return WrittenTime(day, False, match.start())


def normalize_month_name(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold()).replace("ı", "i")
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).rstrip("'’׳॰")


def list_month_names() -> Iterator[str]:
    """Return every name and abbreviation of a month, in any language."""
    return iter(_load_months()[1])


def iter_month_names() -> Iterator[tuple[str, str, int]]:
    """Yield every name and abbreviation of a month, normalized, with its language and its number."""
    return ((language, name, number) for (language, name), number in _load_months()[0].items())


@cache
def _load_months() -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    by_language: dict[tuple[str, str], int] = {}
    in_any: dict[str, int] = {}
    for line in (files("cleaning.metadata.dates") / "months.txt").read_text("utf-8").splitlines():
        language, colon, rest = line.partition(":")
        if line.startswith("#") or not colon:
            continue
        for number, names in enumerate(rest.split("|"), 1):
            for name in names.split():
                by_language[language, name] = number
                in_any.setdefault(name, number)
    return by_language, in_any

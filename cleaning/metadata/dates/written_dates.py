"""Find times as people write them: 5 May 2024, 5. Mai 2024, May 5, 2024, 5/5/24, 2024年5月5日, perhaps with an hour."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cleaning.metadata.dates.calendars import BUDDHIST_YEARS, ERAS, make_day, parse_persian_month
from cleaning.metadata.dates.hours import Hour, find_hour_before, find_hour_behind
from cleaning.metadata.dates.labels import is_labelled
from cleaning.metadata.dates.locale_words import translate_date_line
from cleaning.metadata.dates.month_names import parse_month
from cleaning.metadata.dates.zone_names import read_zone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cleaning.metadata.dates.day_month_order import DateOrder

# A word, or an abbreviation with full stops inside of it: พ.ค.
NAME = r"([^\W\d_][^\s\d.,:;/|()\[\]-]{0,20}(?:\.[^\W\d_][^\s\d.,:;/|()\[\]-]?){0,2})"
YEAR = r"((?:19\d|20[0-4]|2[45]\d|1[34]\d)\d)(?!\d)"  # 24, 25: the Buddhist era; 13, 14: the Persian calendar
ORDINAL = r"(?:st|nd|rd|th|er|ro|º|°|ª|η|-го)?"
OF = r"(?:(?:de|del|of|da|gada|năm|ng|ta['’]) |(?:พ\.ศ\.|ค\.ศ\.|ឆ្នាំ) ?|d['’])?"
SAME = r"(?:/[^\W\d_]{2,12}| ?\([^\W\d_]{2,12}\))?"  # the month by its second name: أيار/مايو
# For lines with single spaces. The letters name the groups in their order: year, month, day.
WITH_YEAR = (
    ("ymd", re.compile(rf"(?<![\d./-]){YEAR} ?[-/.] ?(\d\d?) ?[-/.] ?(\d\d?)(?!\d)")),
    ("ymd", re.compile(rf"(?<!\d){YEAR} ?(?:[年년]|оны) ?(\d\d?) ?(?:[月월]|сарын) ?(\d\d?)(?!\d)")),
    ("dmy", re.compile(rf"(?<!\d)(\d\d?)[ ,/-]{{1,2}}[Tt]h(?:áng|g)\.? ?(\d\d?)[ ,/-]{{1,2}}(?:năm )?{YEAR}")),
    ("dmy", re.compile(rf"(?<!\d)(\d\d?){ORDINAL}[ ./-]{{0,2}}{OF}{NAME}{SAME}[ .,/-]{{0,3}}{OF}{YEAR}")),
    ("mdy", re.compile(rf"{NAME}\.?[ -](\d\d?){ORDINAL}[.,]{{0,2}} ?{YEAR}")),
    ("ymd", re.compile(rf"(?<!\d){YEAR}(?:ko|[.,])? (?:m\. |ခုနှစ်၊? ?)?{NAME}\.? (\d\d?)(?!\d)")),
    ("ydm", re.compile(rf"(?<!\d){YEAR}(?:\. ?gada|-yil| жылғы) (\d\d?)[. -]{{1,2}}{NAME}")),
)  # fmt: skip
ERA = re.compile(rf"({'|'.join(ERAS)}) ?(\d\d?\d?|元) ?年 ?(\d\d?) ?月 ?(\d\d?)(?!\d)")
THAI = re.compile(rf"(?<!\d)(\d\d?) {NAME}\.? ?([3-9]\d)(?![\d:.])")  # the last figures of a year of the Buddhist era
SHORT = re.compile(rf"(?<![\d-])(\d\d?)-{NAME}-(\d\d)(?![\d-])")  # 14-May-24
FIGURES = re.compile(r"(?<![\d./-])(\d\d?) ?([./-]) ?(\d\d?) ?\2 ?((?:19|20|25)\d\d|\d\d)(?![\d:])")
# As programs in C and Java print a time: Tue May 14 18:20:00 MSK 2024.
CTIME = re.compile(
    r"\b([A-Za-z]{3}) +(\d\d?),? (\d\d?:\d\d(?::\d\d)?) ?([A-Z]{2,5}|[+-]\d{4}|[A-Z]{3}[+-]\d\d:?\d\d)? (\d{4})\b"
)
ANY_DIGIT, ANY_YEAR = re.compile(r"\d"), re.compile(YEAR)
MAX_CHARACTERS = 400  # of a line that are searched


class WrittenTime(NamedTuple):
    """A time in a line and the words beside it. It is in the zone UNSTATED where no zone is written beside it."""

    moment: datetime
    has_hour: bool
    label: str


class _Day(NamedTuple):
    moment: datetime
    start: int
    end: int


def find_written_times(line: str, order: DateOrder) -> Iterator[WrittenTime]:
    """Yield the times in a line, in its order. A numeric date with two meanings is left out if the order is unknown."""
    if not ANY_DIGIT.search(line) and "年" not in line:
        return
    text = translate_date_line(line[:MAX_CHARACTERS], order.language).replace(" ,", ",")
    text = CTIME.sub(r"\1 \2, \5 \3 \4", text)
    days = _find_days(text, order)
    labels: list[str] = []
    times: list[tuple[datetime, bool]] = []
    previous_end = 0
    for number, day in enumerate(days):
        following = days[number + 1].start if number + 1 < len(days) else len(text)
        hour = find_hour_behind(text, day.end, following, order)
        if hour is None or following < len(text):
            hour = find_hour_before(text, previous_end, day.start, order) or hour
        times.append((_add_hour(day.moment, hour, text[day.end :], order), hour is not None))
        labels.append(text[previous_end : day.start])
        previous_end = max(day.end, hour.end if hour else 0)
    if len(labels) > 1 and not is_labelled(labels[0]) and is_labelled(text[previous_end:]):
        labels = [*labels[1:], text[previous_end:]]  # the words stand behind the times
    for (moment, has_hour), label in zip(times, labels, strict=True):
        yield WrittenTime(moment, has_hour, label)


def _find_days(text: str, order: DateOrder) -> list[_Day]:
    """Return the days in a line in its order; of days that overlap, that of the first form."""
    found: list[_Day] = []
    for form, pattern in WITH_YEAR if ANY_YEAR.search(text) else ():
        for match in pattern.finditer(text):
            _add_day(found, _parse_named_day(match, form, order), match)
    for match in FIGURES.finditer(text):
        _add_day(found, _parse_numeric_day(match, order), match)
    for match in SHORT.finditer(text):
        if number := parse_month(match[2], order.language):
            _add_day(found, make_day(_expand_year(int(match[3]), order.language), number, int(match[1])), match)
    if not text.isascii():
        for match in ERA.finditer(text):
            era, year, month, day = match.groups()
            in_era = 1 if year == "元" else int(year)
            _add_day(found, make_day(ERAS[era] + in_era, int(month), int(day)), match)
        for match in THAI.finditer(text) if order.language == "th" else ():
            day, name, year = match.groups()
            if month_number := parse_month(name, "th"):
                _add_day(found, make_day(2500 + int(year), month_number, int(day)), match)
    return sorted(found, key=lambda day: day.start)


def _add_day(found: list[_Day], moment: datetime | None, match: re.Match[str]) -> None:
    start, end = match.span()
    if moment is not None and all(end <= other.start or start >= other.end for other in found):
        found.append(_Day(moment, start, end))


def _parse_named_day(match: re.Match[str], form: str, order: DateOrder) -> datetime | None:
    parts = dict(zip(form, match.groups(), strict=True))
    name, year = parts["m"], int(parts["y"])
    if name.isdecimal():
        return make_day(year, int(name), int(parts["d"]), order.language)
    if persian := parse_persian_month(name):
        return make_day(year, persian, int(parts["d"]), "fa") if year < 1900 else None
    number = parse_month(name, order.language)
    return make_day(year, number, int(parts["d"])) if number else None


def _parse_numeric_day(match: re.Match[str], order: DateOrder) -> datetime | None:
    first, separator, second, last = match.groups()
    one, two = int(first), int(second)
    year = int(last) if len(last) == 4 else _expand_year(int(last), order.language)
    if separator == "." and two <= 12:
        return make_day(year, two, one)  # dots are used where the day comes first: 4.12.2024
    if one > 12 or two > 12 or one == two:
        return make_day(year, min(one, two), max(one, two)) if min(one, two) <= 12 else None
    if order.month_first is None:
        return None
    return make_day(year, one, two) if order.month_first else make_day(year, two, one)


def _expand_year(year: int, language: str) -> int:
    """Return the year of two figures: of the Buddhist era in Thai, else from 1950 to 2049."""
    if language == "th" and year >= BUDDHIST_YEARS.start % 100:
        return 2500 + year
    return 1900 + year if year >= 50 else 2000 + year


def _add_hour(day: datetime, hour: Hour | None, behind: str, order: DateOrder) -> datetime:
    if hour is None:
        return day
    moment = day.replace(hour=hour.hour, minute=hour.minute, second=hour.second)
    zone = hour.zone or read_zone(behind, order)
    return moment.replace(tzinfo=zone) if zone is not None else moment

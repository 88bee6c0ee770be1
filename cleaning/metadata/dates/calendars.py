"""Make days of the years, months and days that pages write: of the Gregorian, Buddhist and Persian calendars."""

from __future__ import annotations

from datetime import datetime, timedelta

from cleaning.records.times import UNSTATED

BUDDHIST = 543  # years that the Buddhist era is ahead
LAST_YEAR = 2049  # a later one is of another calendar than ours: Nepal's is 57 years ahead
BUDDHIST_YEARS, PERSIAN_YEARS = range(2440, 2640), range(1343, 1473)
PERSIAN = frozenset(("fa", "ps", "ckb", "mzn"))  # languages whose papers count years in the Persian calendar
# The year before the first of an era: of Japan's emperors, of the Republic of China.
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
PERSIAN_MONTHS = {
    name: number
    for names in (
        "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند",
        "حمل ثور جوزا سرطان اسد سنبله میزان عقرب قوس جدی دلو حوت",
        "وری غویی غبرګولی چنګاښ زمری وږی تله لړم لیندۍ مرغومی سلواغه کب",
    )
    for number, name in enumerate(names.split(), 1)
}
ARABIC_LETTERS = str.maketrans("يىك", "ییک")  # letters of Arabic keyboards
# Persian years are of 33-year cycles with eight leap years; exact from 1343 to 1472, which is 1964 to 2094.
PERSIAN_NEW_YEAR = datetime(1964, 3, 21)  # noqa: DTZ001 -- a day, without a clock


def make_day(year: int, month: int, day: int, language: str = "") -> datetime | None:
    """Return the midnight of a day in the zone UNSTATED; None where there is no such day.

    A year about 2567 is of the Buddhist era. A year about 1403 is of the Persian calendar on a page in a language of
    that calendar; elsewhere it may be of the Islamic one, whose months are a matter of observation.
    """
    try:
        if year in PERSIAN_YEARS:
            return _make_persian_day(year, month, day) if language in PERSIAN else None
        year = year - BUDDHIST if year in BUDDHIST_YEARS else year
        return datetime(year, month, day, tzinfo=UNSTATED) if year <= LAST_YEAR else None
    except ValueError:
        return None


def _make_persian_day(year: int, month: int, day: int) -> datetime | None:
    length = 31 if month <= 6 else 30 if month < 12 or _is_persian_leap(year) else 29
    if not 1 <= month <= 12 or not 1 <= day <= length:
        return None
    before = sum(366 if _is_persian_leap(one) else 365 for one in range(PERSIAN_YEARS.start, year))
    in_year = (month - 1) * 30 + min(month - 1, 6) + day - 1
    return (PERSIAN_NEW_YEAR + timedelta(days=before + in_year)).replace(tzinfo=UNSTATED)


def _is_persian_leap(year: int) -> bool:
    return (25 * year + 11) % 33 < 8


def parse_persian_month(name: str) -> int | None:
    """Return the number of the month of the Persian calendar with this name, as Iran or Afghanistan writes it."""
    return PERSIAN_MONTHS.get(name.translate(ARABIC_LETTERS).strip("\u200c"))

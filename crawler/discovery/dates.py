"""Parse the dates of feeds and sitemaps, as machines and people write them, into aware UTC times."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from cleaning.metadata.dates.day_month_order import DateOrder
from cleaning.metadata.dates.written_dates import find_written_times
from cleaning.metadata.dates.zone_names import EVERYWHERE
from crawler.discovery.month_names import ENGLISH_WEEKDAY, translate_date_words

_MIN_YEAR, _MAX_YEAR = 1990, 2100  # a date outside comes from a broken clock or is a joke
_MAX_CHARACTERS = 64

_PARTIAL_DATE = re.compile(r"((?:19|20)\d\d)(?:-(0[1-9]|1[0-2]))?")
_EPOCH = re.compile(r"(\d{9,10})(?:\.\d+|(\d{3}))?")  # seconds, or milliseconds
_MAIL = re.compile(rf"(?:{ENGLISH_WEEKDAY},? )?\d\d? [A-Za-z]{{3,9}} \d{{2,4}}(?: \d|$)", re.IGNORECASE)
_HALF_DAY = re.compile(r"\b[ap]\.? ?m\b", re.IGNORECASE)
# As programs in C print a time: Mon Nov 30 20:15:00 CET 2026.
_CTIME = re.compile(r"([A-Za-z]{3}) (\d\d?) (\d\d:\d\d(?::\d\d)?) ?([+-]\d{4}|) (\d{4})\b")

# Hours ahead of UTC. A feed names no country: an abbreviation of several zones means what it does to most readers, and
# "IST" nothing.
_ZONES = {name: hours for name, hours in EVERYWHERE.items() if len(name) > 1 and name.isascii()} | {
    "BST": 1, "GST": 4, "AST": -4, "CDT": -5, "CST": -6,
}  # fmt: skip
_ZONE = re.compile(rf"(?<=[\d ])(?:{'|'.join(_ZONES)})(?:([+-])(\d\d?)(?::?(\d\d))?)?\b")


def parse_time(text: str | None, language: str | None = None) -> datetime | None:
    """Parse a date of a feed or a sitemap; None if it is none, has two meanings, or is not from 1990 to 2099.

    Known are the W3C's forms (2025, 2025-10, 2025-10-03T12:00Z), those of e-mails, seconds since 1970, and what people
    write: 2026/11/30, 30.11.2026 20:15, Nov 30, 2026, 2026年11月30日, Пн, 30 ноя 2026. A time without a zone is taken
    as UTC. `language` decides between two months of one name.
    """
    text = " ".join((text or "")[:_MAX_CHARACTERS].split())
    if not any(map(str.isdigit, text)):
        return None
    if partial := _PARTIAL_DATE.fullmatch(text):
        return to_plausible_utc(datetime(int(partial[1]), int(partial[2] or 1), 1, tzinfo=UTC))
    try:
        if epoch := _EPOCH.fullmatch(text):
            return to_plausible_utc(datetime.fromtimestamp(int(epoch[1]), tz=UTC))
        return to_plausible_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    text = _CTIME.sub(r"\2 \1 \5 \3 \4", _ZONE.sub(_write_offset, text))
    found = _parse_mail_date(text)
    if found is None and (english := translate_date_words(text, language)) is not None:
        found = _parse_mail_date(english) or _parse_written_date(english, language)
    return to_plausible_utc(found) if found is not None else None


def to_plausible_utc(time: datetime) -> datetime | None:
    """Return `time` in UTC, or None if its year is before 1990 or after 2099."""
    if not _MIN_YEAR <= time.year < _MAX_YEAR:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def latest_time(*times: datetime | None) -> datetime | None:
    return max((time for time in times if time is not None), default=None)


def _parse_mail_date(text: str) -> datetime | None:
    if not _MAIL.match(text) or _HALF_DAY.search(text):
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None


def _parse_written_date(text: str, language: str | None) -> datetime | None:
    # Of the languages only English is written in both orders.
    order = DateOrder(month_first=False if language and not language.lower().startswith("en") else None)
    return next((found.moment for found in find_written_times(text, order)), None)


def _write_offset(zone: re.Match[str]) -> str:
    """Write a zone as its offset: "CET" and "GMT+1" as +0100."""
    if zone[1]:
        return f"{zone[1]}{int(zone[2]):02}{zone[3] or '00'}"
    ahead = round(_ZONES[zone[0]] * 60)
    return f"{'-' if ahead < 0 else '+'}{abs(ahead) // 60:02}{abs(ahead) % 60:02}"

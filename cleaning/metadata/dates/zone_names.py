"""Read a zone beside a time: +02:00, GMT+7, MSK; an abbreviation of several zones by the page's country."""

from __future__ import annotations

import re
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from cleaning.metadata.dates.zone import MAX_OFFSET

if TYPE_CHECKING:
    from cleaning.metadata.dates.day_month_order import DateOrder

# Hours ahead of UTC, where the abbreviation means one zone to readers of newspapers everywhere.
EVERYWHERE: dict[str, float] = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "HAEC": 2,
    "EET": 2, "SAST": 2, "CAT": 2, "EEST": 3, "MSK": 3, "МСК": 3, "TRT": 3, "EAT": 3, "IRST": 3.5, "AFT": 4.5, "PKT": 5,
    "UZT": 5, "NPT": 5.75, "MMT": 6.5, "ICT": 7, "WIB": 7, "WITA": 8, "WIT": 9, "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8,
    "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "AEST": 10, "ACDT": 10.5, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "BRT": -3, "ART": -3, "CLST": -3, "CLT": -4, "COT": -5, "PET": -5, "NST": -3.5, "NDT": -2.5, "ADT": -3, "EDT": -4,
    "EST": -5, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "AKDT": -8, "AKST": -9, "HST": -10,
}  # fmt: skip
# By the page's country, or its language where it is spoken in one zone.
IN_COUNTRY: dict[str, dict[str, float]] = {
    "IST": {"in": 5.5, "hi": 5.5, "ta": 5.5, "te": 5.5, "mr": 5.5, "gu": 5.5, "kn": 5.5, "ml": 5.5, "ie": 1, "ga": 1,
            "il": 2, "he": 2},
    "IDT": {"il": 3, "he": 3},
    "BST": {"uk": 1, "gb": 1, "bd": 6, "bn": 6},
    "CST": {"us": -6, "ca": -6, "mx": -6, "cn": 8, "tw": 8, "zh": 8},
    "CDT": {"us": -5, "ca": -5, "mx": -5},
    "AST": {"ca": -4, "pr": -4, "bb": -4, "tt": -4, "sa": 3, "kw": 3, "qa": 3, "iq": 3, "ar": 3},
    "GST": {"ae": 4, "om": 4},
    "WAT": {"ng": 1, "cm": 1},
    "WAST": {"na": 2},
    "EST": {"au": 10},
    "EDT": {"au": 11},
    "PST": {"ph": 8},
    "MST": {"my": 8, "mm": 6.5},
}  # fmt: skip
# For a text right behind an hour. A bare offset has four digits: "10:00-12" is a span of hours.
ZONE = re.compile(
    r" ?[(\[]? ?(?:(?:(?:GMT|UTC|UT) ?(?P<named>[+\u2212-]\d\d?(?::?\d\d)?)|(?P<bare>[+\u2212-]\d\d:?\d\d))(?![\d.:/-])"
    r"|(?P<name>[A-Z]{2,5}|МСК|Z)(?![^\W_]|[+-]\d))"
)


def read_zone(text: str, order: DateOrder) -> timezone | None:
    """Return the zone at the beginning of the text behind a time; None where there is none, or none that is certain."""
    match = ZONE.match(text)
    if match is None:
        return None
    if offset := match["named"] or match["bare"]:
        return _read_offset(offset)
    name = match["name"]
    hours = IN_COUNTRY.get(name, {}).get(order.country or order.language)
    if hours is None:
        hours = EVERYWHERE.get(name)
    return None if hours is None else timezone(timedelta(hours=hours))


def _read_offset(offset: str) -> timezone | None:
    digits = offset[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    ahead = timedelta(hours=hours, minutes=minutes) * (1 if offset[0] == "+" else -1)
    return timezone(ahead) if abs(ahead) <= MAX_OFFSET and minutes < 60 else None
